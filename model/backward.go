package model

import "fmt"

// Backward differentiates the last pass on t, by reverse mode written out. L is
// any function of that pass's results: the caller gives the derivatives of L by
// the results, and receives those by the operand.
//
//	after        given      received
//	Generate     dx, dlogq  dz
//	Renormalize  dz, dlogq  dx
//
// dx and dz have Sites()*n elements, site-major; dlogq has n. A given one that
// is nil counts as zero; the one received may be nil, if it is not wanted, or
// the same slice as the one given. dL/dParams is added to grad, which has the
// length of Params; grad = nil leaves it out, which saves a quarter of the
// time. The parameters must still be those of the pass. A pass may be
// differentiated more than once.
//
// Both passes have ln q = ln N(z) - S, where S is the sum of s over all
// couplings, blocks and changed values. So
//
//	dL/dz gets  - z dlogq  from ln N(z) = -z^2/2 - ln(2 pi)/2, and
//	dL/ds gets  - dlogq    at every coupling.
//
// The rest is the chain rule through y = x exp(s) + t, from the last coupling
// of the pass to the first:
//
//	generation        dx = dy exp(s)    dt = dy    ds = dy x exp(s) - dlogq
//	renormalization   dy = dx exp(-s)   dt = -dy   ds = -dx x - dlogq
//
// and s and t pass ds and dt on to their parameters and to the kept values,
// which also have the gradient they came with. The values before each coupling
// come from those after it by inversion, starting from the output of each
// bijector that the tape kept, so that rounding errors pile up over the
// couplings of one bijector only.
func (f *Flow) Backward(t *Tape, grad, dz, dx []float32, dlogq []float64) {
	t.fits(f)
	f.checkBackward(t, grad, dz, dx, dlogq)
	bijectors, work := f.Shape.bijectors(), t.grad[:f.Shape.Sites()*t.n]
	switch t.direction {
	case generation:
		load(work, dx)
		for b := range bijectors {
			f.bijectorBack(t, b, grad, work, dlogq)
		}
		addNormalBack(work, t.latents, dlogq)
		copy(dz, work)
	case renormalization:
		load(work, dz)
		addNormalBack(work, t.latents, dlogq)
		for b := bijectors - 1; b >= 0; b-- {
			f.bijectorBack(t, b, grad, work, dlogq)
		}
		copy(dx, work)
	}
}

// bijectorBack takes dL/d(output of bijector b), site by site, in place to
// dL/d(its input).
func (f *Flow) bijectorBack(t *Tape, b int, grad, dx []float32, dlogq []float64) {
	g, w := f.Shape.blocks(b), &t.work
	tiles := t.outputs[b][:g.tiles(t.n)]
	for first := 0; first < len(tiles); first += chunk {
		here := w.values[:min(chunk, len(tiles)-first)]
		copy(here, tiles[first:])
		for i := range here {
			g.gather(&w.grads[i], first+i, t.n, dx)
			if dlogq == nil {
				clear(w.dlogq[i][:])
			} else {
				g.spread(&w.dlogq[i], first+i, dlogq)
			}
		}
		for step := f.Shape.Couplings - 1; step >= 0; step-- {
			l := f.coupling(b, f.Shape.order(step, t.direction))
			for i := range here {
				w.coupleBack(&l, grad, &here[i], &w.grads[i], &w.dlogq[i], t.direction, g.columns(first+i, t.n))
			}
		}
		for i := range here {
			g.scatter(&w.grads[i], first+i, t.n, dx)
		}
	}
}

// checkBackward panics on operands of wrong lengths.
func (f *Flow) checkBackward(t *Tape, grad, dz, dx []float32, dlogq []float64) {
	if t.direction == unused {
		panic("model: Backward without a pass before it")
	}
	check := func(name string, got, want int, missing bool) {
		if !missing && got != want {
			panic(fmt.Sprintf("model: %s has %d elements, not %d", name, got, want))
		}
	}
	values := f.Shape.Sites() * t.n
	check("grad", len(grad), len(f.Params), grad == nil)
	check("dz", len(dz), values, dz == nil)
	check("dx", len(dx), values, dx == nil)
	check("dlogq", len(dlogq), t.n, dlogq == nil)
}

// load copies a given gradient, or zero if it is nil.
func load(dst, src []float32) {
	if src == nil {
		clear(dst)
		return
	}
	copy(dst, src)
}

// addNormalBack adds the gradient of ln N(z): dz -= z dlogq.
func addNormalBack(dz, z []float32, dlogq []float64) {
	n := len(dlogq)
	if n == 0 {
		return
	}
	for site := range len(dz) / n {
		for b, a := range dlogq {
			dz[site*n+b] -= z[site*n+b] * float32(a)
		}
	}
}
