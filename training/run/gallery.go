package run

import (
	"context"
	"errors"
	"fmt"
	"math"

	"neuralrg/physics"
)

// Gallery is the lattice that a run shows with those that fresh draws would show
// next. Fields are rounded to thousandths: they are for looking at.
type Gallery struct {
	Epoch    int       `json:"epoch"` // of the flow
	Draw     int       `json:"draw"`  // of the first
	Lattices []Lattice `json:"lattices"`

	// CorrelationLength is that of the flow as far as these few tell it, by the means
	// over all; 0 if they tell none.
	CorrelationLength float64 `json:"correlation_length"`
}

// Galleries have as many lattices as keep them at so many sites, within bounds.
const (
	gallerySites  = 1 << 14
	leastLattices = 4
	mostLattices  = 16
)

// Of says that a gallery begins with a lattice, by whatever flow.
func (g *Gallery) Of(l *Lattice) bool {
	return g.Draw == l.Draw && len(g.Lattices) > 0 && sameFixing(g.Lattices[0].Fixed, l.Fixed)
}

// Check says why this is not a gallery of lattices of side L. None is one.
func (g *Gallery) Check(L int) error {
	if g == nil {
		return nil
	}
	if n := len(g.Lattices); n < 1 || n > mostLattices {
		return fmt.Errorf("a gallery of %d lattices", n)
	}
	for _, l := range g.Lattices {
		if l.L != L || len(l.X) != L*L || len(l.Spins) != L*L {
			return fmt.Errorf("a lattice of %d fields and %d spins in a gallery does not fit L=%d", len(l.X), len(l.Spins), L)
		}
	}
	return nil
}

// Up is the probability of each spin to be up, given its field.
func (l *Lattice) Up() []float32 {
	up := make([]float32, len(l.X))
	for i, x := range l.X {
		up[i] = float32(physics.SpinProbability(x))
	}
	return up
}

// measure notes what the configuration says of order.
func (l *Lattice) measure() {
	sum := 0
	for _, s := range l.Spins {
		sum += int(s)
	}
	l.Magnetization = float64(sum) / float64(max(len(l.Spins), 1))
	if finite(l.X) {
		zero, least := physics.StructureFactor(l.L, l.X)
		l.CorrelationLength = physics.CorrelationLength(l.L, zero, least)
	}
}

var errNotFinite = errors.New("the flow makes fields that are not finite")

// gallery is the gallery that begins with a lattice. It wants a picture for itself:
// it draws other latents than those that the picture was painted with.
func (p *picture) gallery(ctx context.Context, f *frozen, d drawing) (*Gallery, error) {
	g := &Gallery{Epoch: f.epoch, Draw: d.draw}
	var zero, least float64
	for i := range max(leastLattices, min(mostLattices, gallerySites/p.config.Sites())) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p.redraw(d.draw + i)
		l := p.generate(f, drawing{d.draw + i, d.fixed})
		if !finite(l.X) {
			return nil, errNotFinite
		}
		z, k := physics.StructureFactor(l.L, l.X)
		zero, least = zero+z, least+k
		for j, v := range l.X {
			l.X[j] = float32(math.Round(1000*float64(v)) / 1000)
		}
		g.Lattices = append(g.Lattices, *l)
	}
	g.CorrelationLength = physics.CorrelationLength(p.config.L, zero, least)
	return g, nil
}
