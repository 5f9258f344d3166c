package model

import "fmt"

// RenormalizeLevels is a part of the pass of Renormalize, which goes from level 0
// to Levels(). It maps the coarse fields of level from to those of level to, and
// splits off the latents of the levels between.
//
// After k levels the sites whose coordinates are multiples of 2^k hold the coarse
// fields of level k, a lattice of L/2^k by L/2^k, and all others the latents of
// the levels before, which stay as they are. Level 0 is the fields themselves;
// what is left of them after all levels is latents too.
//
// It sets logdet[b] = ln |det dz/dx| of this map. All else is as for Renormalize,
// but that Backward does not differentiate it. It also panics unless
// 0 <= from <= to <= Levels().
func (f *Flow) RenormalizeLevels(t *Tape, z []float32, logdet []float64, x []float32, from, to int) {
	t.begin(f, renormalization, len(logdet), x, z)
	f.checkLevels(from, to)
	copy(z, x)
	clear(logdet)
	f.renormalize(t, z, logdet, from, to)
	t.direction = unused
}

// GenerateLevels is the inverse of RenormalizeLevels: it goes from level to down
// to level from, taking in the latents between, and sets logdet[b] =
// ln |det dx/dz|.
func (f *Flow) GenerateLevels(t *Tape, x []float32, logdet []float64, z []float32, from, to int) {
	t.begin(f, generation, len(logdet), x, z)
	f.checkLevels(from, to)
	copy(x, z)
	clear(logdet)
	f.generate(t, x, logdet, from, to)
	for b, minus := range logdet {
		logdet[b] = -minus
	}
	t.direction = unused
}

func (f *Flow) checkLevels(from, to int) {
	if from < 0 || from > to || to > f.Shape.Levels() {
		panic(fmt.Sprintf("model: levels %d to %d of a flow of %d", from, to, f.Shape.Levels()))
	}
}

// renormalize takes x through the levels from and up to before to, in place, and
// adds ln |det| of the map to logq.
func (f *Flow) renormalize(t *Tape, x []float32, logq []float64, from, to int) {
	for b := 2 * f.Shape.Repeat * from; b < 2*f.Shape.Repeat*to; b++ {
		f.bijector(t, b, x, logq)
	}
}

// generate takes x back, in place, and subtracts ln |det| of the map from logq.
func (f *Flow) generate(t *Tape, x []float32, logq []float64, from, to int) {
	for b := 2*f.Shape.Repeat*to - 1; b >= 2*f.Shape.Repeat*from; b-- {
		f.bijector(t, b, x, logq)
	}
}
