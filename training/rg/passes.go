package rg

import (
	"context"
	"math/rand/v2"

	"neuralrg/model"
	"neuralrg/physics"
)

// Streams keep the random numbers of a purpose apart from other uses of a seed.
const (
	splitStream  = 0x72672d73706c6974 // "rg-split"
	exactStream  = 0x72672d6578616374 // "rg-exact"
	drawStream   = 0x72672d64726177   // "rg-draw"
	signStream   = 0x72672d7369676e   // "rg-sign"
	normalStream = 0x72672d6e6f726d   // "rg-norm"
)

// split makes seeds of one, for parts of a work that must not depend on who does
// them.
func split(seed uint64, parts int) []uint64 {
	random := rand.New(rand.NewPCG(seed, splitStream))
	seeds := make([]uint64, parts)
	for i := range seeds {
		seeds[i] = random.Uint64()
	}
	return seeds
}

// passes is the workspace of one worker that takes batches through a flow.
type passes struct {
	flow  *model.Flow
	tape  *model.Tape
	size  int        // most samples of a batch
	rng   *rand.Rand // of the part at work
	batch *Sample

	mirror   []float32 // -x, then its latents
	minus    []float64 // ln q(-x)
	uniforms []float64
}

// batchSize is the most samples, of n, that pass through a flow together: fewer
// where they would leave the cache.
func batchSize(f *model.Flow, n int) int {
	return min(n, max(64, min(256, 1<<18/f.Shape.Sites())))
}

// newPasses makes a workspace for batches of n samples.
func newPasses(f *model.Flow, n int) *passes {
	sites, size := f.Shape.Sites(), batchSize(f, n)
	return &passes{
		flow: f, tape: model.NewTape(f.Shape, size), size: size, batch: newSample(sites, size),
		mirror: make([]float32, sites*size), minus: make([]float64, size), uniforms: make([]float64, size),
	}
}

// byBatches does some work on n samples, a batch at a time from first on, with
// random numbers of its own for each to draw signs with, on at most so many
// threads.
func byBatches(ctx context.Context, f *model.Flow, n int, seed uint64, threads int, work func(p *passes, b *Sample, first int)) error {
	size := batchSize(f, n)
	seeds := split(seed, (n+size-1)/size)
	return share(ctx, len(seeds), threads, func() func(int) {
		p := newPasses(f, n)
		return func(i int) {
			p.rng = rand.New(rand.NewPCG(seeds[i], signStream))
			work(p, p.batch.head(min(size, n-i*size)), i*size)
		}
	})
}

// cut takes a batch of m samples, from first on, out of one of n.
func cut[T any](batch, all []T, n, m, first int) {
	for site := range len(batch) / m {
		copy(batch[site*m:][:m], all[site*n+first:])
	}
}

// paste puts it back into its place.
func paste[T any](all, batch []T, n, m, first int) {
	for site := range len(batch) / m {
		copy(all[site*n+first:][:m], batch[site*m:])
	}
}

// normals sets latents to standard normal numbers.
func (p *passes) normals(z []float32) {
	for i := range z {
		z[i] = float32(p.rng.NormFloat64())
	}
}

// renormalize sets latents, signs and ln q of given fields.
func (p *passes) renormalize(b *Sample, symmetric bool) {
	p.flow.Renormalize(p.tape, b.Z, b.LogQ, b.X)
	for i := range b.Sign {
		b.Sign[i] = 1
	}
	if !symmetric {
		return
	}
	p.reflect(b)
	for i, plus := range b.LogQ {
		var share float64
		b.LogQ[i], share, _ = model.LogQSym(plus, p.minus[i])
		if p.rng.Float64() < share {
			continue
		}
		b.Sign[i] = -1
		for at := i; at < len(b.Z); at += b.N {
			b.Z[at] = p.mirror[at]
		}
	}
}

// generate sets fields, signs and ln q of given latents.
func (p *passes) generate(b *Sample, symmetric bool) {
	p.flow.Generate(p.tape, b.X, b.LogQ, b.Z)
	for i := range b.Sign {
		b.Sign[i] = 1
	}
	if !symmetric {
		return
	}
	p.reflect(b)
	for i, plus := range b.LogQ {
		b.LogQ[i], _, _ = model.LogQSym(plus, p.minus[i])
		if p.rng.Uint64()>>63 == 0 {
			continue
		}
		b.Sign[i] = -1
		for at := i; at < len(b.X); at += b.N {
			b.X[at] = -b.X[at]
		}
	}
}

// reflect sets minus to ln q(-x) and mirror to the latents of -x.
func (p *passes) reflect(b *Sample) {
	mirror := p.mirror[:len(b.X)]
	for i, v := range b.X {
		mirror[i] = -v
	}
	p.flow.Renormalize(p.tape, mirror, p.minus[:b.N], mirror)
}

// spins draws those that go with the fields.
func (p *passes) spins(b *Sample) {
	uniforms := p.uniforms[:b.N]
	for at := 0; at < len(b.X); at += b.N {
		for i := range uniforms {
			uniforms[i] = p.rng.Float64()
		}
		physics.Spins(b.Spins[at:at+b.N], b.X[at:at+b.N], uniforms)
	}
}
