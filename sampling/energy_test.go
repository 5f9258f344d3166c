package sampling

import "math"

// plain is an energy of one configuration in float64, put into batch form. Its
// function returns U(x) and sets g to the gradient.
type plain struct {
	sites int
	f     func(x, g []float64) float64
}

func (e plain) Sites() int { return e.sites }

func (e plain) Eval(u []float64, grad, x []float32) {
	n := len(u)
	var xs, gs [8]float64
	for b := range u {
		one, g := xs[:e.sites], gs[:e.sites]
		for i := range one {
			one[i] = float64(x[i*n+b])
		}
		u[b] = e.f(one, g)
		for i := range grad[:min(len(grad), e.sites)] {
			grad[i*n+b] = float32(g[i])
		}
	}
}

// harmonic is the energy sum omega_i² x_i²/2.
func harmonic(omega ...float64) plain {
	return plain{len(omega), func(x, g []float64) float64 {
		var u float64
		for i, w := range omega {
			g[i] = w * w * x[i]
			u += x[i] * g[i] / 2
		}
		return u
	}}
}

// quartic is two coupled anharmonic oscillators; nothing about it is linear.
func quartic() plain {
	return plain{2, func(x, g []float64) float64 {
		a, b := x[0], x[1]
		g[0] = a*a*a + a*b*b + 0.3*math.Sin(b)
		g[1] = b + a*a*b + 0.3*a*math.Cos(b)
		return a*a*a*a/4 + b*b/2 + a*a*b*b/2 + 0.3*a*math.Sin(b)
	}}
}

// gaussian is x'Px/2 with a precision matrix P.
func gaussian(precision [][]float64) plain {
	return plain{len(precision), func(x, g []float64) float64 {
		var u float64
		for i, row := range precision {
			g[i] = 0
			for j, p := range row {
				g[i] += p * x[j]
			}
			u += x[i] * g[i] / 2
		}
		return u
	}}
}

// standard is the energy of that many independent standard normal variables.
type standard int

func (s standard) Sites() int { return int(s) }

func (s standard) Eval(u []float64, grad, x []float32) {
	clear(u)
	for i, v := range x {
		u[i%len(u)] += float64(v) * float64(v) / 2
	}
	copy(grad, x)
}
