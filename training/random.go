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
}

func newNoise() noise { return noise{rand.NewChaCha8([32]byte{})} }

// fill sets z to independent standard normal numbers, two of 64 random bits.
func (r noise) fill(z []float32, seed uint64, epoch, shard int) {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[0:], seed)
	binary.LittleEndian.PutUint64(key[8:], uint64(epoch))
	binary.LittleEndian.PutUint64(key[16:], uint64(shard))
	copy(key[24:], "latents")
	r.source.Seed(key)
	var bits uint64
	for i := range z {
		if i%2 == 0 {
			bits = r.source.Uint64()
		}
		x, inside := quick(uint32(bits))
		if !inside {
			x = normal(r.source, uint32(bits))
		}
		z[i] = x
		bits >>= 32
	}
}
