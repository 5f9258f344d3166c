package model

import "neuralrg/model/internal/kernel"

// coupling is one layer of a bijector: of a block's four values it keeps two,
// and changes the other two by networks of those kept,
//
//	y = x exp(s(kept)) + t(kept),  s = scale tanh(u(kept)).
type coupling struct {
	shape         Shape
	kept, changed [2]int    // which values of a block
	u, t          []float32 // parameters of the two networks
	scale         []float32
	offset        int // of the first parameter in Flow.Params
}

// coupling is coupling c of bijector b.
func (f *Flow) coupling(b, c int) coupling {
	i, size := b*f.Shape.Couplings+c, f.Shape.couplingSize()
	l := coupling{shape: f.Shape, offset: i * size}
	l.u, l.t, l.scale = f.Shape.cut(f.Params[i*size : (i+1)*size])
	kept, changed := 0, 0
	for v := range 4 {
		if f.Masks[i]>>v&1 == 1 {
			l.kept[kept] = v
			kept++
		} else {
			l.changed[changed] = v
			changed++
		}
	}
	return l
}

// workspace is what a bijector needs while it works on a chunk of tiles.
type workspace struct {
	sums   [chunk]kernel.Row // sum of s over couplings
	values [chunk]tile       // of the blocks, on their way back
	grads  [chunk]tile       // dL/dvalues, or the tangents of the values
	dlogq  [chunk]kernel.Row // dL/d ln q of each column's sample

	kept   [2]kernel.Row  // input of both networks
	dkept  [2]kernel.Row  // its gradient or tangent
	u, t   [2]kernel.Row  // outputs of the networks
	du, dt [2]kernel.Row  // their tangents
	tanh   kernel.Row     // of u
	spare  kernel.Row     // for results that are not wanted
	hu, ht [][]kernel.Row // activations of their hidden layers
}

// networks computes u and t of the values that a coupling keeps.
func (w *workspace) networks(l *coupling, v *tile, n int) {
	for i, k := range l.kept {
		copy(w.kept[i][:n], v[k][:n])
	}
	l.shape.network(w.u[:], w.kept[:], w.hu, l.u, n)
	l.shape.network(w.t[:], w.kept[:], w.ht, l.t, n)
}

// couple maps a tile in place, and adds s of both changed values to sum.
func (w *workspace) couple(l *coupling, v *tile, sum *kernel.Row, d direction, n int) {
	w.networks(l, v, n)
	affine := kernels.Affine
	if d == renormalization {
		affine = kernels.AffineInverse
	}
	for i, c := range l.changed {
		affine(&v[c], sum, &w.u[i], &w.t[i], l.scale[i], n)
	}
}

// coupleBack differentiates couple: it replaces the coupling's outputs v by its
// inputs, and dv = dL/doutputs by dL/dinputs. The networks are computed again,
// from the kept values. If grad is not nil, the gradient of the coupling's
// parameters is added to it, at their place in Flow.Params.
func (w *workspace) coupleBack(l *coupling, grad []float32, v, dv *tile, dlogq *kernel.Row, d direction, n int) {
	w.networks(l, v, n)
	var du, dt, dscale []float32
	if grad != nil {
		du, dt, dscale = l.shape.cut(grad[l.offset:][:l.shape.couplingSize()])
	}
	affineBack := kernels.AffineBack
	if d == renormalization {
		affineBack = kernels.AffineInverseBack
	}
	for i, c := range l.changed {
		g := affineBack(&v[c], &dv[c], &w.u[i], &w.t[i], dlogq, l.scale[i], n)
		if grad != nil {
			dscale[i] += g
		}
	}
	for i, k := range l.kept {
		copy(w.dkept[i][:n], dv[k][:n])
	}
	l.shape.networkBack(w.dkept[:], du, w.u[:], w.kept[:], w.hu, l.u, n)
	l.shape.networkBack(w.dkept[:], dt, w.t[:], w.kept[:], w.ht, l.t, n)
	for i, k := range l.kept {
		copy(dv[k][:n], w.dkept[i][:n])
	}
}

// network computes a multilayer perceptron with parameters p, and leaves its
// hidden activations in h.
func (s Shape) network(y, x []kernel.Row, h [][]kernel.Row, p []float32, n int) {
	for i := range h {
		w, b := s.layer(p, i)
		kernels.DenseELU(h[i], x, w, b, n)
		x = h[i]
	}
	w, b := s.layer(p, s.HiddenLayers)
	kernels.Dense(y, x, w, b, n)
}

// networkBack differentiates network: from dy it adds to the gradient dx of the
// input, and to that of the parameters, dp, if that is not nil, and replaces the
// activations h by the gradients of the layers' linear parts.
func (s Shape) networkBack(dx []kernel.Row, dp []float32, dy, x []kernel.Row, h [][]kernel.Row, p []float32, n int) {
	for i := s.HiddenLayers; i >= 0; i-- {
		in := x
		if i > 0 {
			in = h[i-1]
		}
		if dp != nil {
			dw, db := s.layer(dp, i)
			kernels.DenseGrad(dw, db, dy, in, n)
		}
		w, _ := s.layer(p, i)
		if i == 0 {
			kernels.DenseBack(dx, dy, w, n)
			return
		}
		kernels.DenseBackELU(in, dy, w, n)
		dy = in
	}
}
