package training

import (
	"encoding/binary"
	"math/rand/v2"
)

// noise draws the latents of a shard. Its stream is a function of the seed,
// the epoch and the shard alone, so that a checkpoint saves no generator and
// the number of threads changes nothing. ChaCha8 takes the three as its key:
// streams of different keys are independent by design.
type noise struct {
	source *rand.ChaCha8
	normal *rand.Rand
}

func newNoise() noise {
	source := rand.NewChaCha8([32]byte{})
	return noise{source, rand.New(source)}
}

// fill sets z to independent standard normal numbers.
func (r noise) fill(z []float32, seed uint64, epoch, shard int) {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[0:], seed)
	binary.LittleEndian.PutUint64(key[8:], uint64(epoch))
	binary.LittleEndian.PutUint64(key[16:], uint64(shard))
	copy(key[24:], "latents")
	r.source.Seed(key)
	for i := range z {
		z[i] = float32(r.normal.NormFloat64())
	}
}
