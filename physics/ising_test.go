package physics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/sbinet/npyio/npz"
	"gonum.org/v1/gonum/mat"
)

func mustIsing(t testing.TB, size int, temperature float64) *Ising {
	t.Helper()
	m, err := NewIsing(size, temperature)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// denseCoupling is K' from its definition, bond by bond.
func denseCoupling(size int, temperature float64) *mat.SymDense {
	n := size * size
	k := mat.NewSymDense(n, nil)
	for i := range n {
		row, column := i/size, i%size
		k.SetSym(i, i, 0.1+4/temperature)
		k.SetSym(i, row*size+(column+1)%size, 1/temperature)
		k.SetSym(i, (row+1)%size*size+column, 1/temperature)
	}
	return k
}

func gaussianFields(n int, width float64, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(width * r.NormFloat64())
	}
	return x
}

// evaluate returns energies and gradient of n configurations.
func evaluate(m *Ising, n int, x []float32) ([]float64, []float32) {
	u, grad := make([]float64, n), make([]float32, len(x))
	m.Eval(u, grad, x)
	return u, grad
}

func uniformField(sites int, value float32) []float32 {
	x := make([]float32, sites)
	for i := range x {
		x[i] = value
	}
	return x
}

func TestEvalKnownValues(t *testing.T) {
	const size = 16
	m := mustIsing(t, size, Tc)
	if u, _ := evaluate(m, 1, make([]float32, 256)); u[0] != 0 {
		t.Errorf("U(0) = %v", u[0])
	}
	u, grad := evaluate(m, 1, uniformField(256, 1))
	near(t, "U(1)", u[0], -75.7423624577, 1e-12)
	for _, g := range grad {
		near(t, "gradient at 1", float64(g), -0.4857697017, 1e-7)
	}
	staggered := make([]float32, 256)
	for i := range staggered {
		staggered[i] = float32(1 - 2*((i/size+i%size)%2))
	}
	u, _ = evaluate(m, 1, staggered)
	near(t, "U(staggered)", u[0], 1168.9521073964, 1e-13)

	// The uniform minimum lies at +-3.6203.
	for _, sign := range []float32{1, -1} {
		_, below := evaluate(m, 1, uniformField(256, sign*3.62025))
		_, above := evaluate(m, 1, uniformField(256, sign*3.62035))
		if !(sign*below[0] < 0 && sign*above[0] > 0) {
			t.Errorf("no minimum between %v and %v", sign*3.62025, sign*3.62035)
		}
	}
}

// Eval against U and its gradient by solving K'h = x with a dense matrix.
func TestEvalDense(t *testing.T) {
	for _, size := range []int{4, 6, 10} {
		for _, T := range []float64{0.1, 1, Tc, 7, 100} {
			const n = 5
			sites := size * size
			x := gaussianFields(sites*n, 3, uint64(size))
			u, grad := evaluate(mustIsing(t, size, T), n, x)
			var lu mat.LU
			lu.Factorize(denseCoupling(size, T))
			for b := range n {
				field := mat.NewVecDense(sites, nil)
				var lnCosh float64
				for i := range sites {
					field.SetVec(i, float64(x[i*n+b]))
					lnCosh += math.Log(math.Cosh(float64(x[i*n+b])))
				}
				var h mat.VecDense
				if err := lu.SolveVecTo(&h, false, field); err != nil {
					t.Fatal(err)
				}
				near(t, "U", u[b], mat.Dot(field, &h)/2-lnCosh, 1e-11)
				for i := range sites {
					want := h.AtVec(i) - math.Tanh(field.AtVec(i))
					if got := float64(grad[i*n+b]); math.Abs(got-want) > 1e-7*max(1, math.Abs(want)) {
						t.Fatalf("L=%d T=%v: gradient[%d] = %v, want %v", size, T, i, got, want)
					}
				}
			}
		}
	}
}

// The gradient is right if K' brings gradient + tanh x back to x, at any size.
func TestEvalInvertsCoupling(t *testing.T) {
	for _, size := range []int{4, 14, 34, 128, 256} {
		for _, T := range []float64{0.1, Tc, 100} {
			sites := size * size
			x := gaussianFields(sites, 2, 1)
			_, grad := evaluate(mustIsing(t, size, T), 1, x)
			h := make([]float64, sites)
			for i := range h {
				h[i] = float64(grad[i]) + math.Tanh(float64(x[i]))
			}
			var worst float64
			for i := range h {
				row, column := i/size, i%size
				neighbours := h[row*size+(column+1)%size] + h[row*size+(column+size-1)%size] +
					h[(row+1)%size*size+column] + h[(row+size-1)%size*size+column]
				worst = max(worst, math.Abs((0.1+4/T)*h[i]+neighbours/T-float64(x[i])))
			}
			// A gradient rounded to float32 is wrong by up to 2^-24 of its
			// size, here at most 30, and K' enlarges that by 8/T + 0.1.
			if limit := 30 * 0x1p-24 * (8/T + 0.1); !(worst < limit) {
				t.Errorf("L=%d T=%v: K'h differs from x by %g, limit %g", size, T, worst, limit)
			}
		}
	}
}

// The gradient against differences of the energy, extrapolated to fourth
// order. Fields and steps are multiples of 2^-12, so the steps are exact.
func TestEvalGradientByDifferences(t *testing.T) {
	for _, size := range []int{4, 6, 10, 16} {
		m := mustIsing(t, size, Tc)
		x := gaussianFields(size*size, 2, uint64(size))
		for i := range x {
			x[i] = float32(math.Round(float64(x[i])*4096) / 4096)
		}
		u, grad := evaluate(m, 1, x)
		for i := range x {
			slope := func(step float32) float64 {
				at := x[i]
				defer func() { x[i] = at }()
				x[i] = at + step
				m.Eval(u, nil, x)
				up := u[0]
				x[i] = at - step
				m.Eval(u, nil, x)
				return (up - u[0]) / float64(2*step)
			}
			want := (4*slope(1./128) - slope(1./64)) / 3
			if math.Abs(float64(grad[i])-want) > 5e-7 {
				t.Errorf("L=%d: gradient[%d] = %v, differences give %v", size, i, grad[i], want)
			}
		}
	}
}

// The action has the symmetries of the square lattice and of the spins.
func TestEvalSymmetries(t *testing.T) {
	const size = 8
	m := mustIsing(t, size, 1.3)
	x := gaussianFields(size*size, 2, 4)
	u, grad := evaluate(m, 1, x)
	for name, image := range map[string]func(row, column int) (int, int){
		"translation":   func(r, c int) (int, int) { return (r + 3) % size, (c + 5) % size },
		"reflection":    func(r, c int) (int, int) { return r, size - 1 - c },
		"transposition": func(r, c int) (int, int) { return c, r },
	} {
		for _, sign := range []float32{1, -1} {
			moved := make([]float32, len(x))
			to := make([]int, len(x))
			for i := range x {
				row, column := image(i/size, i%size)
				to[i] = row*size + column
				moved[to[i]] = sign * x[i]
			}
			v, movedGrad := evaluate(m, 1, moved)
			near(t, name, v[0], u[0], 1e-13)
			for i, g := range grad {
				if math.Abs(float64(movedGrad[to[i]]-sign*g)) > 1e-6 {
					t.Errorf("%s: gradient %v became %v", name, g, movedGrad[to[i]])
				}
			}
		}
	}
}

// The authors' program computed energy and gradient of some configurations
// in float64, here rounded to float32: half a unit in the last place of x.
func TestEvalReference(t *testing.T) {
	for name, c := range map[string]struct {
		size        int
		temperature float64
	}{"l4_sym": {4, Tc}, "l8_sym": {8, Tc}, "l8_depth2_repeat2": {8, 2.5}} {
		file, err := npz.Open("testdata/" + name + ".npz")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		read := func(array string) (values []float64) {
			if err := file.Read(array+".npy", &values); err != nil {
				t.Fatal(err)
			}
			return values
		}
		fields, energies, gradients := read("x"), read("energy"), read("energy_gradient")
		sites, n := c.size*c.size, len(energies)
		x := make([]float32, len(fields))
		for b := range n {
			for i := range sites {
				x[i*n+b] = float32(fields[b*sites+i])
			}
		}
		u, grad := evaluate(mustIsing(t, c.size, c.temperature), n, x)
		for b := range n {
			near(t, name+" energy", u[b], energies[b], 1e-6)
			for i := range sites {
				got, want := float64(grad[i*n+b]), gradients[b*sites+i]
				if math.Abs(got-want) > 2e-6*max(1, math.Abs(want)) {
					t.Errorf("%s: gradient of sample %d, site %d = %v, want %v", name, b, i, got, want)
				}
			}
		}
	}
}

// A configuration's energy and gradient depend on no other in the batch, to
// the last bit, not even on one that is not finite.
func TestEvalSamplesAreIndependent(t *testing.T) {
	const size, n = 8, 7
	m := mustIsing(t, size, Tc)
	x := gaussianFields(size*size*n, 2, 5)
	x[3*n+2] = float32(math.NaN())
	x[9*n+4] = float32(math.Inf(1))
	u, grad := evaluate(m, n, x)
	same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
	for b := range n {
		single := make([]float32, size*size)
		for i := range single {
			single[i] = x[i*n+b]
		}
		v, singleGrad := evaluate(m, 1, single)
		if !same(u[b], v[0]) {
			t.Errorf("energy of sample %d is %v alone and %v in a batch", b, v[0], u[b])
		}
		for i, g := range singleGrad {
			if !same(float64(g), float64(grad[i*n+b])) {
				t.Errorf("gradient[%d] of sample %d is %v alone and %v in a batch", i, b, g, grad[i*n+b])
			}
			if isNaN := g != g; isNaN && b != 2 && b != 4 || b == 2 && !isNaN {
				t.Errorf("gradient[%d] of sample %d is %v", i, b, g)
			}
		}
	}
	for b := range n {
		if finite := u[b]-u[b] == 0; finite == (b == 2 || b == 4) {
			t.Errorf("energy of sample %d is %v", b, u[b])
		}
	}
	energies := make([]float64, n)
	m.Eval(energies, nil, x)
	for b := range n {
		if !same(energies[b], u[b]) {
			t.Errorf("energy of sample %d is %v without gradient and %v with it", b, energies[b], u[b])
		}
	}
}

// Where cosh x overflows ln cosh x = |x| - ln 2.
func TestEvalLargeFields(t *testing.T) {
	const sites = 16
	for _, value := range []float32{100, -1000, 1e6, 1e15} {
		u, grad := evaluate(mustIsing(t, 4, Tc), 1, uniformField(sites, value))
		v := math.Abs(float64(value))
		eigenvalue := 8/Tc + 0.1
		near(t, "U", u[0], sites*(v*v/eigenvalue/2-v+math.Ln2), 1e-13)
		near(t, "gradient", float64(grad[0]), math.Copysign(v/eigenvalue-1, float64(value)), 1e-7)
	}
}

func TestEvalConcurrently(t *testing.T) {
	const size, n = 8, 3
	m := mustIsing(t, size, Tc)
	x := gaussianFields(size*size*n, 2, 6)
	want, wantGrad := evaluate(m, n, x)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				u, grad := evaluate(m, n, x)
				for b := range u {
					if u[b] != want[b] {
						t.Errorf("energy %v, want %v", u[b], want[b])
					}
				}
				for i := range grad {
					if grad[i] != wantGrad[i] {
						t.Errorf("gradient %v, want %v", grad[i], wantGrad[i])
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestEvalDoesNotAllocate(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector pools forget on purpose")
	}
	const n = 4
	m := mustIsing(t, 8, Tc)
	x := gaussianFields(64*n, 2, 7)
	u, grad := make([]float64, n), make([]float32, len(x))
	if allocs := testing.AllocsPerRun(100, func() { m.Eval(u, grad, x) }); allocs != 0 {
		t.Errorf("Eval allocates %v times", allocs)
	}
}

// The memory named is that of the first evaluation.
func TestEvalBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector pools forget on purpose")
	}
	for _, size := range []int{4, 16, 64} {
		m := mustIsing(t, size, Tc)
		x := gaussianFields(size*size, 2, 9)
		u, grad := make([]float64, 1), make([]float32, len(x))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m.Eval(u, grad, x)
		runtime.ReadMemStats(&after)
		taken, said := float64(after.TotalAlloc-before.TotalAlloc), float64(EvalBytes(size))
		const small = 4000
		if said < 0.9*taken-small || said > 1.1*taken+small {
			t.Errorf("L=%d: %.0f bytes taken, %.0f said", size, taken, said)
		}
	}
}

func TestEvalWrongLength(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Eval accepts a field of the wrong length")
		}
	}()
	mustIsing(t, 4, Tc).Eval(make([]float64, 2), nil, make([]float32, 31))
}

// BenchmarkEval has the cost of a sample for each implementation of the inner
// loops, with the gradient.
func BenchmarkEval(b *testing.B) {
	const n = 64
	restoreKernels(b)
	for _, name := range Implementations() {
		if err := UseKernels(name); err != nil {
			b.Fatal(err)
		}
		for _, size := range []int{16, 32, 64, 128} {
			b.Run(fmt.Sprintf("%s/L=%d", name, size), func(b *testing.B) {
				m := mustIsing(b, size, Tc)
				x := gaussianFields(size*size*n, 2, 8)
				u, grad := make([]float64, n), make([]float32, len(x))
				b.ReportAllocs()
				for b.Loop() {
					m.Eval(u, grad, x)
				}
				sample := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / n
				b.ReportMetric(sample, "ns/sample")
				b.ReportMetric(sample/float64(size*size), "ns/site")
			})
		}
	}
}
