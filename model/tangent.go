package model

import "neuralrg/model/internal/kernel"

// Tangent maps latents z to fields x, bit for bit as Generate does, and a change
// dz of the latents to the change J dz of the fields, J = dx/dz being the
// Jacobian at each sample: a directional derivative, exact but for rounding, by
// forward mode. All four have Sites()*n elements, site-major, for n samples; x
// and z may be the same slice, and so may dx and dz. The tape is left as by
// Generate, for Backward. Tangent panics where Generate does.
//
// Of y = x exp(s) + t with s = scale tanh(u) the tangent is
//
//	dy = (dx + x ds) exp(s) + dt,  ds = scale (1 - tanh(u)^2) du,
//
// and du and dt are those of the networks of the kept values: dy = W dx of a
// linear layer, and dh = ELU'(a) da of an activation h = ELU(a). What does not
// depend on the latents that change has a tangent of exactly zero.
func (f *Flow) Tangent(t *Tape, x, dx, z, dz []float32) {
	n := len(z) / f.Shape.Sites()
	t.begin(f, generation, n, x, z)
	t.begin(f, generation, n, dx, dz)
	copy(t.latents, z)
	copy(x, z)
	copy(dx, dz)
	for b := f.Shape.bijectors() - 1; b >= 0; b-- {
		f.bijectorTangent(t, b, x, dx)
	}
}

// bijectorTangent maps all blocks of bijector b and their tangents in place, and
// keeps its output on the tape.
func (f *Flow) bijectorTangent(t *Tape, b int, x, dx []float32) {
	g, w := f.Shape.blocks(b), &t.work
	tiles := t.outputs[b][:g.tiles(t.n)]
	for first := 0; first < len(tiles); first += chunk {
		here := tiles[first:min(first+chunk, len(tiles))]
		for i := range here {
			g.gather(&here[i], first+i, t.n, x)
			g.gather(&w.grads[i], first+i, t.n, dx)
		}
		for step := range f.Shape.Couplings {
			c := f.coupling(b, step)
			for i := range here {
				w.coupleTangent(&c, &here[i], &w.grads[i], g.columns(first+i, t.n))
			}
		}
		for i := range here {
			g.scatter(&here[i], first+i, t.n, x)
			g.scatter(&w.grads[i], first+i, t.n, dx)
		}
	}
}

// coupleTangent maps a tile and its tangent in place, in the direction of
// generation. It makes do with the kernels of the passes: Affine of scale 1 adds
// tanh(u) to a sum, and takes dx + x ds to the tangent of y if dt is its shift.
func (w *workspace) coupleTangent(l *coupling, v, dv *tile, n int) {
	for i, k := range l.kept {
		copy(w.kept[i][:n], v[k][:n])
		copy(w.dkept[i][:n], dv[k][:n])
	}
	w.networkTangent(l.shape, w.u[:], w.du[:], l.u, n)
	w.networkTangent(l.shape, w.t[:], w.dt[:], l.t, n)
	for i, c := range l.changed {
		x, dx, u, scale := &v[c], &dv[c], &w.u[i], l.scale[i]
		clear(w.tanh[:n])
		clear(w.spare[:n])
		kernels.Affine(&w.spare, &w.tanh, u, &w.t[i], 1, n)
		for k, tanh := range w.tanh[:n] {
			dx[k] += x[k] * scale * (1 - tanh*tanh) * w.du[i][k]
		}
		kernels.Affine(dx, &w.spare, u, &w.dt[i], scale, n)
		kernels.Affine(x, &w.spare, u, &w.t[i], scale, n)
	}
}

// noBias makes a layer linear: a tangent knows no bias.
var noBias [kernel.MaxWidth]float32

// networkTangent computes a network of the kept values and its tangent. Of the
// activations of one network there is room for both.
func (w *workspace) networkTangent(s Shape, y, dy []kernel.Row, p []float32, n int) {
	s.network(y, w.kept[:], w.hu, p, n)
	dx := w.dkept[:]
	for i, h := range w.hu {
		weights, bias := s.layer(p, i)
		dh := w.ht[i]
		kernels.Dense(dh, dx, weights, noBias[:len(bias)], n)
		for k := range dh {
			for column, value := range h[k][:n] {
				dh[k][column] *= 1 + min(value, 0)
			}
		}
		dx = dh
	}
	weights, bias := s.layer(p, s.HiddenLayers)
	kernels.Dense(dy, dx, weights, noBias[:len(bias)], n)
}
