package rg

import (
	"context"
	"math"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/sampling"
)

// Survival tells what latents carry: the correlation, over samples, of an
// observable before and after a part of the latents is drawn anew. It is 1 if the
// latents that stay determine the observable, 0 if they know nothing of it.
type Survival struct {
	Level   int `json:"level"`
	Latents int `json:"latents"` // on the lattice of the level: the coarse ones
	// Coarse is what survives if the coarse latents stay and all finer ones are
	// drawn anew, Fine if the fine ones stay and the coarse are drawn anew.
	Coarse Survivors `json:"coarse"`
	Fine   Survivors `json:"fine"`
}

// Survivors are the correlations of the magnetization, the mean of tanh x over
// the lattice, and of the energy of the Ising model, both the means over the spins
// that go with x.
type Survivors struct {
	Magnetization sampling.Quantity `json:"magnetization"`
	Energy        sampling.Quantity `json:"energy"`
}

// Survive finds what survives for each level from 0, where all latents are
// coarse, to Levels(). It starts from latents z[site*n + sample] of n >= 2
// independent samples, and draws others from the prior by the seed. Fields have
// the signs that the flow gives them, which is what its latents can know of; they
// are those of x(z). At most so many threads work, on which no bit depends. The
// error is that of ctx, or has a Hint.
func Survive(ctx context.Context, f *model.Flow, m *physics.Ising, z []float32, seed uint64, threads int) ([]Survival, error) {
	n, err := count(f.Shape, z)
	if err != nil {
		return nil, err
	}
	if err := check(f, m, n); err != nil {
		return nil, err
	}
	if n < 2 {
		return nil, &problem{"one sample has no correlations", "take 2 or more; a thousand give them to some percent"}
	}
	before, err := observe(ctx, f, m, z, z, 0, threads)
	if err != nil {
		return nil, err
	}
	anew := Normals(f.Shape, n, seed)
	var all []Survival
	for level := range f.Shape.Levels() + 1 {
		side := f.Shape.L >> level
		s := Survival{Level: level, Latents: side * side}
		for _, half := range []struct {
			to           *Survivors
			coarse, fine []float32
		}{{&s.Coarse, z, anew}, {&s.Fine, anew, z}} {
			after, err := observe(ctx, f, m, half.coarse, half.fine, level, threads)
			if err != nil {
				return nil, err
			}
			*half.to = before.survive(after)
		}
		all = append(all, s)
	}
	return all, nil
}

// observed is the values of the observables of each sample, standardised.
type observed struct{ m, energy []float64 }

// observe generates fields from the coarse latents on the lattice of a level and
// the fine ones elsewhere.
func observe(ctx context.Context, f *model.Flow, m *physics.Ising, coarse, fine []float32, level, threads int) (*observed, error) {
	x, err := Mix(f.Shape, coarse, fine, level)
	if err == nil {
		err = generate(ctx, f, x, threads)
	}
	if err != nil {
		return nil, err
	}
	n := len(x) / f.Shape.Sites()
	o := &observed{make([]float64, n), make([]float64, n)}
	for i, v := range x {
		o.m[i%n] += math.Tanh(float64(v)) / float64(f.Shape.Sites())
	}
	m.SpinEnergy(o.energy, x)
	standard(o.m)
	standard(o.energy)
	return o, nil
}

func (o *observed) survive(after *observed) Survivors {
	return Survivors{
		Magnetization: correlation(o.m, after.m),
		Energy:        correlation(o.energy, after.energy),
	}
}
