package model

// Generate maps latents z to fields x, and sets logq[b] = ln q(x_b), the
// logarithm of the flow's density, not symmetrised, for the n = len(logq)
// samples: ln q(x) = ln N(z) - ln |det dx/dz|. x and z have Sites()*n elements
// and may be the same slice. NaN and Inf in the latents or the parameters come
// out as such. Generate panics on other lengths, on more samples than the tape
// is made for, and on a tape of another shape.
func (f *Flow) Generate(t *Tape, x []float32, logq []float64, z []float32) {
	n := len(logq)
	t.begin(f, generation, n, x, z)
	copy(t.latents, z)
	copy(x, z)
	clear(logq)
	addLogNormal(logq, z)
	f.generate(t, x, logq, 0, f.Shape.Levels())
}

// Renormalize maps fields x to latents z, the inverse of Generate, and sets
// logq[b] = ln q(x_b) = ln N(z_b) + ln |det dz/dx|. All else is as for Generate.
func (f *Flow) Renormalize(t *Tape, z []float32, logq []float64, x []float32) {
	n := len(logq)
	t.begin(f, renormalization, n, x, z)
	copy(z, x)
	clear(logq)
	f.renormalize(t, z, logq, 0, f.Shape.Levels())
	copy(t.latents, z)
	addLogNormal(logq, z)
}

// bijector maps all blocks of bijector b in place, keeps its output on the tape
// and subtracts the couplings' sum of s from logq. That sum is ln |det| of
// generation, and minus that of renormalization.
func (f *Flow) bijector(t *Tape, b int, x []float32, logq []float64) {
	g, w := f.Shape.blocks(b), &t.work
	tiles := t.outputs[b][:g.tiles(t.n)]
	for first := 0; first < len(tiles); first += chunk {
		here := tiles[first:min(first+chunk, len(tiles))]
		for i := range here {
			g.gather(&here[i], first+i, t.n, x)
			clear(w.sums[i][:])
		}
		for step := range f.Shape.Couplings {
			c := f.coupling(b, f.Shape.order(step, t.direction))
			for i := range here {
				w.couple(&c, &here[i], &w.sums[i], t.direction, g.columns(first+i, t.n))
			}
		}
		for i := range here {
			g.scatter(&here[i], first+i, t.n, x)
			g.subtract(&w.sums[i], first+i, logq)
		}
	}
}

// order is the coupling that comes at a step of a pass: generation takes them
// in order, renormalization backwards.
func (s Shape) order(step int, d direction) int {
	if d == generation {
		return step
	}
	return s.Couplings - 1 - step
}

// logSqrt2Pi is ln(2 pi)/2.
const logSqrt2Pi = 0.918938533204672741780329736405617639861

// addLogNormal adds the logarithm of the standard normal density of z.
func addLogNormal(logq []float64, z []float32) {
	n := len(logq)
	if n == 0 {
		return
	}
	sites := len(z) / n
	for site := range sites {
		for b, v := range z[site*n:][:n] {
			logq[b] -= 0.5 * float64(v) * float64(v)
		}
	}
	for b := range logq {
		logq[b] -= logSqrt2Pi * float64(sites)
	}
}
