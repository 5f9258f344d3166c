package report

import (
	"context"

	"neuralrg/sampling"
	"neuralrg/training/rg"
)

// once keeps what several figures need, or why it cannot be had.
type once[T any] struct {
	done  bool
	value T
	err   error
}

// get makes it the first time.
func (o *once[T]) get(make func() (T, error)) (T, error) {
	if !o.done {
		o.value, o.err = make()
		o.done = true
	}
	return o.value, o.err
}

// exactSamples are those of the model with the latents of the flow.
func (m *material) exactSamples(ctx context.Context) (*rg.Sample, error) {
	return m.exact.get(func() (*rg.Sample, error) {
		m.tell("exact samples")
		t := m.trained
		return rg.Target(ctx, t.Flow, t.Config.Symmetry, t.Energy, m.Samples, m.Seed, m.Threads)
	})
}

// coarsened are the exact samples at every level.
func (m *material) coarsened(ctx context.Context) (*rg.Levels, error) {
	return m.levels.get(func() (*rg.Levels, error) {
		s, err := m.exactSamples(ctx)
		if err != nil {
			return nil, err
		}
		return rg.Coarsen(ctx, m.trained.Flow, m.trained.Config.Symmetry, s.X, m.Seed, m.Threads)
	})
}

// latentsOf are the latents of the first n samples.
func latentsOf(s *rg.Sample, n int) []float32 {
	n = min(n, s.N)
	z := make([]float32, 0, len(s.Z)/s.N*n)
	for first := 0; first < len(s.Z); first += s.N {
		z = append(z, s.Z[first:first+n]...)
	}
	return z
}

// renormalized is the energy of the latents, in the form that tends to z²/2.
func (m *material) renormalized() *sampling.Renormalized {
	form := sampling.Plain
	if m.trained.Config.Symmetry {
		form = sampling.Symmetrised
	}
	u := sampling.Latent(m.trained.Flow, m.trained.Energy, form)
	u.Threads = m.Threads
	return u
}

// evenlySpaced are n values from low to high.
func evenlySpaced(low, high float64, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = low + (high-low)*float64(i)/float64(n-1)
	}
	return v
}
