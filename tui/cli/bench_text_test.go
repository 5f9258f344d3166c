package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"neuralrg/training/bench"
)

// benchReport is a report of two implementations, with numbers of many widths.
func benchReport() *bench.Report {
	impl := func(name string, slower float64) bench.Implementation {
		quiet := func(s float64) bench.Time { return bench.Time{Least: slower * s, Median: slower * s * 1.01, Count: 7} }
		return bench.Implementation{
			Name: name, Peak: 261.4 / slower,
			Kernels: []bench.Kernel{
				{Name: "affine, renormalization, back", Columns: 256, NsPerColumn: 0.2345 * slower, Time: quiet(6e-8)},
				{
					Name: "hidden layer, 10->10, gradient", Columns: 256, NsPerColumn: 1.2345 * slower,
					Time: quiet(3e-7), Speed: bench.Speed{GFLOPS: 163.21 / slower, PeakShare: 0.62},
				},
			},
			Epochs: []bench.Epoch{
				{Size: 16, Batch: 512, Threads: 1, Time: quiet(0.0456), Speed: bench.Speed{GFLOPS: 150, PeakShare: 0.5723}, Speedup: 1},
				{
					Size: 16, Batch: 512, Threads: 2, Time: bench.Time{Least: 0.0231 * slower, Median: 0.0331 * slower, Count: 7},
					Speed: bench.Speed{GFLOPS: 300, PeakShare: 0.5612}, Speedup: 1.97,
				},
			},
			Trajectories: []bench.Trajectory{
				{Form: "symmetrised", Chains: 512, Measured: 32, Leapfrogs: 10, Threads: 64, Time: quiet(12.345), Speed: bench.Speed{GFLOPS: 1, PeakShare: 0.0412}},
			},
			Energy: bench.Energy{Size: 16, Batch: 64, Time: quiet(0.51e-6)},
			Sizes: []bench.Size{
				{Size: 128, Batch: 8, Threads: 2, Time: quiet(0.0235), NsPerSiteSample: 179.4 * slower, Ratio: 1.04},
			},
		}
	}
	return &bench.Report{
		System: "linux/amd64", Go: "go1.26.8", Threads: 2, Noisy: true,
		Implementations: []bench.Implementation{impl("avx512", 1), impl("avx2", 2), impl("go", 45)},
	}
}

func TestBenchTable(t *testing.T) {
	var text bytes.Buffer
	if err := writeBench(&text, benchReport()); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if width := len(strings.TrimSuffix(line, "\n")); width > 80 {
			t.Errorf("%d characters wide: %s", width, line)
		}
	}
	for _, row := range []string{
		`avx512 +avx2 +go`,
		`peak of one core, GFLOP/s +261 +131 +5\.81`,
		`affine, renormalization, back +0\.234 +- +0\.469 +- +10\.6 +-`,
		`hidden layer, 10->10, gradient +1\.23 +163 +2\.47 +81\.6 +55\.6 +3\.63`,
		`1 thread +45\.6 +57\.2 % +91\.2 +57\.2 % +2052 +57\.2 %`,
		`2 threads +\*23\.1 +56\.1 % +\*46\.2 +56\.1 % +\*1039 +56\.1 %`,
		`symmetrised, 64 threads +12345 +4\.1 % +24690 +4\.1 % +555525 +4\.1 %`,
		`L=16 +0\.510 +1\.02 +22\.9`,
		`L=128, batch 8 +179 +1\.04 +359 +1\.04 +8073 +1\.04`,
		`\* noisy: the median is more than 10 % above the least`,
		`latent HMC with go was measured with 32 chains`,
	} {
		if !regexp.MustCompile(`(?m)^ *` + row + `$`).MatchString(text.String()) {
			t.Errorf("no line %q in\n%s", row, text.String())
		}
	}
}

// TestBenchFieldsAreDocumented wants every field of the JSON object in the
// documents.
func TestBenchFieldsAreDocumented(t *testing.T) {
	object, err := json.Marshal(benchReport())
	if err != nil {
		t.Fatal(err)
	}
	about, err := os.ReadFile("../../docs/command-line.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(about), "\n## bench\n")
	names := regexp.MustCompile(`"([a-zA-Z_]+)":`).FindAllSubmatch(object, -1)
	if len(names) == 0 {
		t.Fatalf("no names in %s", object)
	}
	for _, name := range names {
		if !strings.Contains(section, "`"+string(name[1])+"`") {
			t.Errorf("docs/command-line.md does not name the field %s of bench", name[1])
		}
	}
}

func TestNumberHasThreeDigits(t *testing.T) {
	for x, want := range map[float64]string{
		0: "-", 0.01234: "0.0123", 0.5: "0.500", 1: "1.00", 9.999: "10.0", 12.34: "12.3", 99.96: "100", 123.4: "123", 12345: "12345",
	} {
		if got := number(x); got != want {
			t.Errorf("%g is written %s, not %s", x, got, want)
		}
	}
}
