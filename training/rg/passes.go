package rg

import (
	"math/rand/v2"

	"neuralrg/model"
	"neuralrg/physics"
)

// passes is the workspace of one worker that takes batches through a flow.
type passes struct {
	flow  *model.Flow
	tape  *model.Tape
	size  int        // most samples of a batch
	rng   *rand.Rand // whose turn it is
	batch *Sample

	mirror   []float32 // -x, then its latents
	minus    []float64 // ln q(-x)
	uniforms []float64
}

// newPasses makes a workspace for batches of n samples at most, or fewer where
// that is so many that they would leave the cache.
func newPasses(f *model.Flow, n int) *passes {
	sites := f.Shape.Sites()
	size := min(n, max(64, min(256, 1<<18/sites)))
	return &passes{
		flow: f, tape: model.NewTape(f.Shape, size), size: size, batch: newSample(sites, size),
		mirror: make([]float32, sites*size), minus: make([]float64, size), uniforms: make([]float64, size),
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
