package model

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// shapes are flows of all kinds: depth below full, repeats, odd widths, one to
// four hidden layers, odd numbers of couplings.
var shapes = []Shape{
	{L: 4, Repeat: 1, Couplings: 1, Hidden: 1, HiddenLayers: 1},
	{L: 4, Repeat: 2, Couplings: 3, Hidden: 7, HiddenLayers: 2},
	{L: 8, Depth: 2, Repeat: 2, Couplings: 5, Hidden: 11, HiddenLayers: 1},
	{L: 8, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3},
	{L: 16, Depth: 1, Repeat: 1, Couplings: 4, Hidden: 5, HiddenLayers: 4},
	{L: 16, Depth: 3, Repeat: 3, Couplings: 2, Hidden: 16, HiddenLayers: 2},
	{L: 32, Repeat: 1, Couplings: 3, Hidden: 6, HiddenLayers: 2},
	{L: 128, Repeat: 1, Couplings: 2, Hidden: 4, HiddenLayers: 1},
}

// label names a shape's tests.
func label(s Shape) string {
	return fmt.Sprintf("L%d-depth%d-repeat%d-%dx%dx%d", s.L, s.Depth, s.Repeat, s.Couplings, s.HiddenLayers, s.Hidden)
}

// TestRoundTrip: z -> x -> z comes back, with the same ln q both ways, and the
// float64 reference agrees.
func TestRoundTrip(t *testing.T) { eachKernels(t, testRoundTrip) }

func testRoundTrip(t *testing.T) {
	for i, s := range shapes {
		t.Run(label(s), func(t *testing.T) {
			n := max(1, min(70, 20_000/s.Sites()))
			f := randomFlow(t, s, uint64(i))
			tape := NewTape(s, n)
			z := normals(uint64(i), s.Sites()*n)
			x, back := make([]float32, len(z)), make([]float32, len(z))
			generated, inferred := make([]float64, n), make([]float64, n)
			f.Generate(tape, x, generated, z)
			f.Renormalize(tape, back, inferred, x)
			if d := largestDifference(widen(z), widen(back)); !(d < 2e-5) {
				t.Errorf("latents come back with an error of %g", d)
			}
			bound := 1e-6 * float64(s.Sites())
			if d := largestDifference(generated, inferred); !(d < bound+1e-5) {
				t.Errorf("ln q differs by %g between the passes", d)
			}
			if slices.Equal(x, z) {
				t.Error("the flow does nothing")
			}

			r := newReference(f)
			one := sample(z, n, n-1)
			logq := referenceLogNormal(one)
			logq -= r.generate(one)
			if d := largestDifference(sample(x, n, n-1), one); !(d < 1e-5) {
				t.Errorf("x is %g off the reference", d)
			}
			if d := math.Abs(generated[n-1] - logq); !(d < bound+1e-5) {
				t.Errorf("ln q is %g off the reference", d)
			}
		})
	}
}

// TestJacobian compares ln |det dx/dz| with the determinant of a Jacobian that
// knows nothing of couplings: central differences of the reference.
func TestJacobian(t *testing.T) { eachKernels(t, testJacobian) }

func testJacobian(t *testing.T) {
	for i, s := range shapes[:4] {
		if testing.Short() && s.L > 4 {
			continue
		}
		t.Run(label(s), func(t *testing.T) {
			const n = 2
			f := randomFlow(t, s, uint64(i)+10)
			r := newReference(f)
			z := normals(uint64(i)+20, s.Sites()*n)
			x, generated, inferred := make([]float32, len(z)), make([]float64, n), make([]float64, n)
			tape := NewTape(s, n)
			f.Generate(tape, x, generated, z)
			f.Renormalize(tape, make([]float32, len(z)), inferred, x)
			for b := range n {
				latents := sample(z, n, b)
				forward := logDet(jacobian(latents, func(v []float64) { r.generate(v) }))
				backward := logDet(jacobian(sample(x, n, b), func(v []float64) { r.renormalize(v) }))
				normal := referenceLogNormal(latents)
				t.Logf("ln |det| %.4f", forward)
				if got := normal - generated[b]; math.Abs(got-forward) > 2e-5 {
					t.Errorf("ln |det dx/dz| is %g, not %g", got, forward)
				}
				if got := inferred[b] - normal; math.Abs(got-backward) > 5e-5 {
					t.Errorf("ln |det dz/dx| is %g, not %g", got, backward)
				}
			}
		})
	}
}

// jacobian of a map in place, by central differences: row i, column j is
// d out_i / d in_j.
func jacobian(at []float64, apply func([]float64)) [][]float64 {
	const step = 1e-5
	j := make([][]float64, len(at))
	for i := range j {
		j[i] = make([]float64, len(at))
	}
	for k := range at {
		up, down := slices.Clone(at), slices.Clone(at)
		up[k] += step
		down[k] -= step
		apply(up)
		apply(down)
		for i := range j {
			j[i][k] = (up[i] - down[i]) / (2 * step)
		}
	}
	return j
}

// logDet is ln |det a| by Gaussian elimination with pivots.
func logDet(a [][]float64) float64 {
	sum := 0.0
	for i := range a {
		pivot := i
		for r := i; r < len(a); r++ {
			if math.Abs(a[r][i]) > math.Abs(a[pivot][i]) {
				pivot = r
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		sum += math.Log(math.Abs(a[i][i]))
		for _, row := range a[i+1:] {
			factor := row[i] / a[i][i]
			for c := i; c < len(row); c++ {
				row[c] -= factor * a[i][c]
			}
		}
	}
	return sum
}

// TestDivergedFlow: what is not a number must be seen in the results.
func TestDivergedFlow(t *testing.T) { eachKernels(t, testDivergedFlow) }

func testDivergedFlow(t *testing.T) {
	s := Shape{L: 4, Repeat: 1, Couplings: 2, Hidden: 3, HiddenLayers: 2}
	const n = 5
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		f := randomFlow(t, s, 13)
		tape := NewTape(s, n)
		x, logq := normals(1, s.Sites()*n), make([]float64, n)
		x[3*n+2] = bad
		f.Generate(tape, x, logq, x)
		if finite(logq[2]) || !finite(logq[1]) {
			t.Errorf("a latent of %g gives ln q = %g", bad, logq)
		}
		for _, tensor := range f.Tensors() {
			f := randomFlow(t, s, 13)
			f.Params[tensor.Offset] = bad
			x := normals(1, s.Sites()*n)
			f.Generate(tape, x, logq, x)
			seen := slices.ContainsFunc(x, func(v float32) bool { return !finite(float64(v)) }) ||
				slices.ContainsFunc(logq, func(v float64) bool { return !finite(v) })
			// An infinite input of tanh or ELU may have a finite value; NaN has none.
			if saturates := bad == bad; !seen && !saturates {
				t.Errorf("NaN in %s is hidden", tensor.Name)
			}
		}
	}
}

// TestCausalCone: in the bulk a latent of level k changes a square of side
// 6 2^k - 2 and nothing else. Its decimator and disentangler make a square of 4
// sites of level k, which every finer level first spreads out and then widens
// by one site, twice on either side.
func TestCausalCone(t *testing.T) { eachKernels(t, testCausalCone) }

func testCausalCone(t *testing.T) {
	const size = 32
	s := Shape{L: size, Repeat: 1, Couplings: 4, Hidden: 4, HiddenLayers: 1}
	f := randomFlow(t, s, 14)
	tape := NewTape(s, 2)
	for _, site := range []int{1*size + 1, 7*size + 10, 6*size + 10, 4*size + 20, 16 * size, 0} {
		z := normals(15, s.Sites())
		pair := make([]float32, 2*s.Sites())
		for i, v := range z {
			pair[2*i], pair[2*i+1] = v, v
		}
		pair[2*site+1] += 0.5
		f.Generate(tape, pair, make([]float64, 2), pair)
		side := min(6<<s.Level(site)-2, size)
		changed := 0
		for i := range z {
			if pair[2*i] == pair[2*i+1] {
				continue
			}
			changed++
			if d := max(torus(i/size-site/size, size), torus(i%size-site%size, size)); d >= side {
				t.Errorf("latent %d of level %d changes site %d, %d away", site, s.Level(site), i, d)
			}
		}
		if changed > side*side || changed < side*side*9/10 {
			t.Errorf("a latent of level %d changes %d sites, not %d", s.Level(site), changed, side*side)
		}
	}
}

// torus is the distance round a lattice.
func torus(d, size int) int {
	d = (d%size + size) % size
	return min(d, size-d)
}

func TestLogQSym(t *testing.T) {
	for _, c := range [][2]float64{{-1, -2}, {-700, -3}, {-3, -900}, {5, 5}} {
		logq, plus, minus := LogQSym(c[0], c[1])
		// Shifted by the larger, nothing under- or overflows.
		high := max(c[0], c[1])
		a, b := math.Exp(c[0]-high), math.Exp(c[1]-high)
		for _, pair := range [][2]float64{{logq, high + math.Log((a+b)/2)}, {plus, a / (a + b)}, {minus, b / (a + b)}} {
			if math.Abs(pair[0]-pair[1]) > 1e-15*(1+math.Abs(pair[1])) {
				t.Errorf("LogQSym%v gives %v, not %v", c, pair[0], pair[1])
			}
		}
	}
	if logq, _, _ := LogQSym(math.NaN(), 1); logq == logq {
		t.Error("NaN is hidden")
	}
	if logq, _, _ := LogQSym(1, math.NaN()); logq == logq {
		t.Error("NaN is hidden")
	}
}
