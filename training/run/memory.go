package run

import "fmt"

// checkMemory refuses a run that this machine, or the part of it that this
// process may use, cannot hold: the system would kill it without a word.
func checkMemory(c Config, threads int) error {
	available, known := availableMemory()
	if need := c.Memory(threads) + besides(c); known && need > available {
		return &problem{
			text: fmt.Sprintf("the run needs %s of memory and %s are available", bytesText(need), bytesText(available)),
			hint: "choose a smaller --batch, --hidden or --size, or fewer --threads",
		}
	}
	return nil
}

// besides is the memory that a run takes beside its trainer: states and their
// archives on the way to the disk, frozen flows, and the tapes of the picture, the
// inspector, the latent sampler, the judge, the informant and the examiner, the
// latter two with their samples.
func besides(c Config) int {
	samples := 2*samplesInformed(c.Sites()) + samplesExamined(c.Sites())
	return 16*4*c.Parameters() + 6*c.TapeBytes(256) + sampleBytes*samples*c.Sites()
}

// sampleBytes is what a site of a sample takes: its field, its latent, its spin.
const sampleBytes = 4 + 4 + 1

func bytesText(n int) string {
	const mega, giga = 1 << 20, 1 << 30
	if n < giga {
		return fmt.Sprintf("%d MB", (n+mega-1)/mega)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/giga)
}
