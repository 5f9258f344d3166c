package run

import (
	"context"
	"fmt"
	"math"
	"slices"

	"neuralrg/model"
	"neuralrg/training/rg"
)

// Levels is the lattice that a run shows on every level of renormalization, and
// what those of each level make of it by themselves. All values are rounded to
// thousandths: they are for looking at.
type Levels struct {
	Epoch int    `json:"epoch"` // of the flow
	Draw  int    `json:"draw"`  // of the lattice's latents
	Fixed *Fixed `json:"fixed,omitempty"`
	L     int    `json:"L"`

	// By level, from 0, the fields themselves, to what is left after all levels.

	Coarse [][]float32 `json:"coarse"` // the fields that are kept, row-major, L/2^level to a side
	Zero   [][]float32 `json:"zero"`   // the L x L fields refined from these with all finer latents zero
	Drawn  [][]float32 `json:"drawn"`  // the same with finer latents drawn afresh
}

// Top is the number of the last level.
func (l *Levels) Top() int { return len(l.Coarse) - 1 }

// Of says that these are the levels of a lattice, by whatever flow.
func (l *Levels) Of(lattice *Lattice) bool {
	return l.Draw == lattice.Draw && sameFixing(l.Fixed, lattice.Fixed)
}

// Check says why these are not the levels of a flow of some shape.
func (l *Levels) Check(s model.Shape) error {
	top := s.Levels()
	if l.L != s.L || len(l.Coarse) != top+1 || len(l.Zero) != top+1 || len(l.Drawn) != top+1 {
		return fmt.Errorf("%d levels of a lattice of L=%d do not fit L=%d with %d", l.Top(), l.L, s.L, top)
	}
	for k := range top + 1 {
		if side := s.L >> k; len(l.Coarse[k]) != side*side || len(l.Zero[k]) != s.Sites() || len(l.Drawn[k]) != s.Sites() {
			return fmt.Errorf("%d, %d and %d fields at level %d do not fit L=%d", len(l.Coarse[k]), len(l.Zero[k]), len(l.Drawn[k]), k, s.L)
		}
	}
	return nil
}

// levels are those of a lattice by a flow, with a picture for itself. It is an error if
// they are not finite.
func (p *picture) levels(ctx context.Context, f *frozen, d drawing) (*Levels, error) {
	p.redraw(d.draw)
	latents := p.latents(d.fixed)
	zero, err := rg.Refine(ctx, f.flow, latents, nil, 1)
	if err != nil {
		return nil, err
	}
	fine := rg.Normals(p.config.Shape, 1, p.config.Seed^levelsStream+uint64(d.draw))
	afresh, err := rg.Refine(ctx, f.flow, latents, fine, 1)
	if err != nil {
		return nil, err
	}
	slices.Reverse(zero) // they come from the coarsest to the whole
	slices.Reverse(afresh)
	coarse, err := rg.Coarsen(ctx, f.flow, false, zero[0], 0, 1)
	if err != nil {
		return nil, err
	}
	l := &Levels{Epoch: f.epoch, Draw: d.draw, Fixed: d.fixed, L: p.config.L, Coarse: coarse.Fields, Zero: zero, Drawn: afresh}
	for _, fields := range slices.Concat(l.Coarse, l.Zero, l.Drawn) {
		for i, v := range fields {
			fields[i] = float32(p.sign) * float32(math.Round(1000*float64(v))/1000)
		}
	}
	return l, nil
}
