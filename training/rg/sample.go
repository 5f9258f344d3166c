package rg

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/sampling"
)

// Sample is a number of independent configurations with all that a flow says of
// them. Of a flow made symmetric, q_sym(x) = [q(x) + q(-x)]/2, each
// configuration x is seen as s x(z) with a sign s; given x, the sign is + with
// probability q(x)/[q(x) + q(-x)].
type Sample struct {
	N      int
	X, Z   []float32 // fields, and the latents of Sign*X: x[site*N + sample]
	Sign   []int8    // all +1 of a flow that is not symmetrised
	LogQ   []float64 // ln q(x) in nats, symmetrised if the flow is
	Energy []float64 // U(x) of the dual
	Spins  []int8    // +1 or -1, in the layout of X, distributed as P(s|x)
}

// A sample is drawn in strands, each with a chain and random numbers of its own,
// so that no bit depends on the threads that draw them.
const strand = 1024

// mostValues is the most fields in a sample, which take 4 GiB, and as much for
// their latents.
const mostValues = 1 << 30

// Target draws n exact samples of the Ising model, Wolff's clusters lifted to
// fields of the dual, and renormalizes them: the latents under the target. It
// works on at most so many threads, on which no bit depends. The error, of the
// arguments or of a flow that gives what is not finite, has a Hint; that of ctx
// is its own.
func Target(ctx context.Context, f *model.Flow, symmetric bool, m *physics.Ising, n int, seed uint64, threads int) (*Sample, error) {
	return draw(ctx, f, m, n, seed, threads, source{"exact samples", exactStream, func(p *passes, seed uint64) func(*Sample) {
		wolff := sampling.NewWolff(m, sampling.Hot, seed)
		wolff.WarmUp()
		return func(b *Sample) {
			wolff.Draw(b.Spins)
			m.Lift(b.X, b.Spins, p.rng)
			p.renormalize(b, symmetric)
		}
	}})
}

// Drawn draws n samples of the flow, all else as for Target: Z is what they were
// generated from, and the spins are drawn for the fields.
func Drawn(ctx context.Context, f *model.Flow, symmetric bool, m *physics.Ising, n int, seed uint64, threads int) (*Sample, error) {
	return draw(ctx, f, m, n, seed, threads, source{"draws of the flow", drawStream, func(p *passes, _ uint64) func(*Sample) {
		return func(b *Sample) {
			p.normals(b.Z)
			p.generate(b, symmetric)
			p.spins(b)
		}
	}})
}

// source is where a sample comes from.
type source struct {
	what   string // in words
	stream uint64 // of random numbers
	// start begins a strand with a seed, and returns what fills one batch after
	// another but for the energies.
	start func(p *passes, seed uint64) (fill func(*Sample))
}

// draw fills a sample by strands.
func draw(ctx context.Context, f *model.Flow, m *physics.Ising, n int, seed uint64, threads int, s source) (*Sample, error) {
	if err := check(f, m, n); err != nil {
		return nil, err
	}
	all := newSample(f.Shape.Sites(), n)
	seeds := split(seed, (n+strand-1)/strand)
	err := share(ctx, len(seeds), threads, func() func(int) {
		p := newPasses(f, n)
		return func(i int) {
			p.rng = rand.New(rand.NewPCG(seeds[i], s.stream))
			fill := s.start(p, seeds[i])
			last := min((i+1)*strand, n)
			for first := i * strand; first < last && ctx.Err() == nil; first += p.size {
				b := p.batch.head(min(p.size, last-first))
				fill(b)
				m.Eval(b.Energy, nil, b.X)
				all.paste(b, first)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if err := all.finite(s.what); err != nil {
		return nil, err
	}
	return all, nil
}

// check says what is wrong with the arguments of a sample.
func check(f *model.Flow, m *physics.Ising, n int) error {
	if f.Shape.L != m.L() {
		return &problem{
			fmt.Sprintf("a flow of size %d and an Ising model of size %d", f.Shape.L, m.L()),
			"take the model that the flow was trained on",
		}
	}
	if most := mostValues / f.Shape.Sites(); n < 1 || n > most {
		return &problem{
			fmt.Sprintf("%d samples of a lattice of size %d", n, f.Shape.L),
			fmt.Sprintf("ask for 1 to %d", most),
		}
	}
	return nil
}

func newSample(sites, n int) *Sample {
	return &Sample{
		N: n, X: make([]float32, sites*n), Z: make([]float32, sites*n), Sign: make([]int8, n),
		LogQ: make([]float64, n), Energy: make([]float64, n), Spins: make([]int8, sites*n),
	}
}

// head is a sample of n in the memory of s, with nothing of what s holds.
func (s *Sample) head(n int) *Sample {
	size := len(s.X) / s.N * n
	return &Sample{
		N: n, X: s.X[:size], Z: s.Z[:size], Sign: s.Sign[:n],
		LogQ: s.LogQ[:n], Energy: s.Energy[:n], Spins: s.Spins[:size],
	}
}

// paste puts a batch into its place.
func (s *Sample) paste(b *Sample, first int) {
	copy(s.Sign[first:], b.Sign)
	copy(s.LogQ[first:], b.LogQ)
	copy(s.Energy[first:], b.Energy)
	paste(s.X, b.X, s.N, b.N, first)
	paste(s.Z, b.Z, s.N, b.N, first)
	paste(s.Spins, b.Spins, s.N, b.N, first)
}

// finite says how many of the sample are not, which are no use to anybody.
func (s *Sample) finite(what string) error {
	bad := 0
	for b, logq := range s.LogQ {
		if sum := logq + s.Energy[b]; math.IsNaN(sum) || math.IsInf(sum, 0) {
			bad++
		}
	}
	if bad == 0 {
		return nil
	}
	return &problem{
		fmt.Sprintf("the flow gives what is not finite for %d of %d %s", bad, s.N, what),
		"take a flow that has learnt more, or one that has not diverged",
	}
}
