package kernel

// Each of these loops handles one changed value of a coupling. The two
// functions of a column, tanh and exp, cost more than all the rest, so all is
// done in float64 and rounded once.

func affine(x, sum, u, t *Row, scale float32, n int) {
	scale64 := float64(scale)
	for c := range x[:n] {
		s := scale64 * tanh(float64(u[c]))
		x[c] = float32(float64(x[c])*exp(s) + float64(t[c]))
		sum[c] += float32(s)
	}
}

func affineInverse(y, sum, u, t *Row, scale float32, n int) {
	scale64 := float64(scale)
	for c := range y[:n] {
		s := scale64 * tanh(float64(u[c]))
		y[c] = float32((float64(y[c]) - float64(t[c])) * exp(-s))
		sum[c] += float32(s)
	}
}

// affineBack: y = x exp(s) + t gives
//
//	dx = dy exp(s),  dt = dy,  ds = dy x exp(s) - a = dy (y - t) - a,
//
// and s = scale tanh(u) gives du = ds scale (1 - tanh^2), dscale = ds tanh.
func affineBack(y, dy, u, t, a *Row, scale float32, n int) float32 {
	scale64, dscale := float64(scale), 0.0
	for c := range y[:n] {
		th := tanh(float64(u[c]))
		e := exp(scale64 * th)
		xe := float64(y[c]) - float64(t[c])
		g := float64(dy[c])
		ds := g*xe - float64(a[c])
		y[c] = float32(xe / e)
		dy[c] = float32(g * e)
		u[c] = float32(ds * scale64 * (1 - th*th))
		t[c] = float32(g)
		dscale += ds * th
	}
	return float32(dscale)
}

// affineInverseBack: x = (y - t) exp(-s) gives
//
//	dy = dx exp(-s),  dt = -dy,  ds = -dx x - a.
func affineInverseBack(x, dx, u, t, a *Row, scale float32, n int) float32 {
	scale64, dscale := float64(scale), 0.0
	for c := range x[:n] {
		th := tanh(float64(u[c]))
		e := exp(scale64 * th)
		v := float64(x[c])
		ds := -float64(dx[c])*v - float64(a[c])
		dy := float64(dx[c]) / e
		x[c] = float32(v*e + float64(t[c]))
		dx[c] = float32(dy)
		u[c] = float32(ds * scale64 * (1 - th*th))
		t[c] = float32(-dy)
		dscale += ds * th
	}
	return float32(dscale)
}
