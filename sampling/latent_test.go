package sampling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"neuralrg/model"
	"neuralrg/physics"
)

var _ physics.Energy = (*Renormalized)(nil)

// forms are both.
var forms = []Form{Plain, Symmetrised}

// smallShape is quick and has every part of the paper's network.
var smallShape = model.Shape{L: 4, Repeat: 1, Couplings: 2, Hidden: 4, HiddenLayers: 1}

// nontrivial is a flow that has learnt nothing but bends: a new one leaves
// volumes alone (its scales are zero), so all parameters are shaken. They are
// halved before, so that q(-x) is not always negligible beside q(x).
func nontrivial(t testing.TB, s model.Shape) *model.Flow {
	t.Helper()
	f, err := model.New(s, 61)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(67, 71))
	for i := range f.Params {
		f.Params[i] = f.Params[i]/2 + float32(0.2*rng.NormFloat64())
	}
	return f
}

func normalBatch(seed uint64, size int) []float32 {
	z := make([]float32, size)
	fillNormal(rand.New(rand.NewPCG(seed, 73)), z)
	return z
}

// learnt is the energy -ln q(x) or -ln q_sym(x): the one that the flow has
// learnt perfectly.
type learnt struct {
	flow      *model.Flow
	symmetric bool
}

func (e learnt) Sites() int { return e.flow.Shape.Sites() }

func (e learnt) Eval(u []float64, grad, x []float32) {
	n := len(u)
	tape := model.NewTape(e.flow.Shape, n)
	weight, logq := make([]float64, n), make([]float64, n)
	minus, other := make([]float32, len(x)), make([]float64, n)
	for i := range x {
		minus[i] = -x[i]
	}
	z, dx := make([]float32, len(x)), make([]float32, len(x))
	e.flow.Renormalize(tape, z, other, minus)
	e.flow.Renormalize(tape, z, logq, x)
	for b := range u {
		weight[b] = 1
		if e.symmetric {
			ratio := math.Exp(other[b] - logq[b])
			logq[b] += math.Log((1 + ratio) / 2)
			weight[b] = 1 / (1 + ratio)
		}
		u[b] = -logq[b]
	}
	if grad == nil {
		return
	}
	e.flow.Backward(tape, nil, nil, dx, weight)
	for i := range grad {
		grad[i] = -dx[i]
	}
	if !e.symmetric {
		return
	}
	e.flow.Renormalize(tape, z, other, minus)
	for b := range weight {
		weight[b] = 1 - weight[b]
	}
	e.flow.Backward(tape, nil, nil, dx, weight)
	for i := range grad {
		grad[i] += dx[i]
	}
}

// An energy that the flow has learnt perfectly is renormalized to a standard
// normal.
func TestLatentOfLearntIsNormal(t *testing.T) {
	for _, form := range forms {
		f := nontrivial(t, smallShape)
		const n = 37
		z := normalBatch(1, n*16)
		u, grad := make([]float64, n), make([]float32, len(z))
		Latent(f, learnt{f, form == Symmetrised}, form).Eval(u, grad, z)
		for b := range u {
			want := 8 * math.Log(2*math.Pi)
			for i := b; i < len(z); i += n {
				want += float64(z[i]) * float64(z[i]) / 2
			}
			if math.Abs(u[b]-want) > 3e-4 {
				t.Errorf("%v: U = %v, want %v", form, u[b], want)
			}
		}
		var worst float64
		for i := range z {
			worst = max(worst, math.Abs(float64(grad[i]-z[i])))
		}
		t.Logf("gradient off by at most %g", worst)
		if !(worst < 2e-4) {
			t.Errorf("%v: the gradient differs from z by %g", form, worst)
		}
	}
}

// The definition, with the determinant of dx/dz by finite differences of the
// fields alone: -ln|det dx/dz| is what the unsymmetrised form adds to U(x).
func TestLatentAgainstJacobian(t *testing.T) {
	f := nontrivial(t, smallShape)
	m := ising(t, 4, physics.Tc)
	r := Latent(f, m, Plain)
	const sites, delta = 16, 1e-2
	var largest float64
	for seed := range uint64(5) {
		z := normalBatch(seed, sites)
		shifted, fields := make([]float32, sites*2*sites), make([]float32, sites*2*sites)
		for i, v := range z {
			for c := range 2 * sites {
				shifted[i*2*sites+c] = v
			}
			shifted[i*2*sites+2*i] += delta
			shifted[i*2*sites+2*i+1] -= delta
		}
		r.Fields(fields, shifted)
		jacobian := mat.NewDense(sites, sites, nil)
		for i := range sites {
			for j := range sites {
				row := fields[i*2*sites:]
				jacobian.Set(i, j, float64(row[2*j]-row[2*j+1])/(2*delta))
			}
		}
		logdet, _ := mat.LogDet(jacobian)

		x, u, plain := make([]float32, sites), make([]float64, 1), make([]float64, 1)
		r.Fields(x, z)
		m.Eval(plain, nil, x)
		r.Eval(u, nil, z)
		t.Logf("ln|det| %.5f by differences, %.5f in the energy", logdet, plain[0]-u[0])
		if math.Abs(plain[0]-u[0]-logdet) > 1e-3 {
			t.Errorf("U(x) - U(z) = %v, want ln|det dx/dz| = %v", plain[0]-u[0], logdet)
		}
		largest = max(largest, math.Abs(logdet))
	}
	if largest < 0.2 {
		t.Errorf("ln|det| of at most %v tests nothing", largest)
	}
}

// ln q_sym(x) = U(z) - U(x) + ln N(z) is even in x, and the mean of both signs
// of q, which the unsymmetrised energy has one by one.
func TestLatentSymmetry(t *testing.T) {
	f := nontrivial(t, smallShape)
	m := ising(t, 4, physics.Tc)
	const n, sites = 20, 16
	x, minus, zPlus, zMinus := make([]float32, n*sites), make([]float32, n*sites), normalBatch(3, n*sites), make([]float32, n*sites)
	symmetric, plain := Latent(f, m, Symmetrised), Latent(f, m, Plain)
	symmetric.Fields(x, zPlus)
	for i := range x {
		minus[i] = -x[i]
	}
	f.Renormalize(model.NewTape(f.Shape, n), zMinus, make([]float64, n), minus)

	logq := func(r *Renormalized, z []float32) []float64 {
		q, u := make([]float64, n), make([]float64, n)
		m.Eval(u, nil, x)
		r.Eval(q, nil, z)
		for b := range q {
			q[b] -= u[b] + 8*math.Log(2*math.Pi)
			for i := b; i < len(z); i += n {
				q[b] -= float64(z[i]) * float64(z[i]) / 2
			}
		}
		return q
	}
	a, b := logq(plain, zPlus), logq(plain, zMinus)
	comparable := 0
	sa, sb := logq(symmetric, zPlus), logq(symmetric, zMinus)
	for i := range a {
		want := math.Log((math.Exp(a[i]) + math.Exp(b[i])) / 2)
		if math.Abs(a[i]-b[i]) < 2 {
			comparable++
		}
		if math.Abs(sa[i]-want) > 1e-4 || math.Abs(sb[i]-want) > 1e-4 {
			t.Errorf("ln q_sym is %v and %v, want %v", sa[i], sb[i], want)
		}
	}
	if comparable == 0 {
		t.Error("one sign always outweighs the other: nothing is tested")
	}
}

// Central differences of Eval. The fields are float32, so U is rough at 1e-5
// and a difference over 0.04 at 5e-4; Richardson's extrapolation takes care of
// the curvature.
func TestLatentGradient(t *testing.T) {
	const n, delta = 5, 0.02
	for _, form := range forms {
		r := Latent(nontrivial(t, smallShape), ising(t, 4, physics.Tc), form)
		z := normalBatch(5, n*16)
		u, grad := make([]float64, n), make([]float32, len(z))
		r.Eval(u, grad, z)
		difference := func(i int, d float32) float64 {
			up, down := make([]float64, n), make([]float64, n)
			shifted := slices.Clone(z)
			shifted[i] = z[i] + d
			r.Eval(up, nil, shifted)
			width := float64(shifted[i])
			shifted[i] = z[i] - d
			r.Eval(down, nil, shifted)
			width -= float64(shifted[i])
			return (up[i%n] - down[i%n]) / width
		}
		var worst, largest float64 // the deviation relative to 1 + |gradient|
		for i := range z {
			want := (4*difference(i, delta) - difference(i, 2*delta)) / 3
			worst = max(worst, math.Abs(float64(grad[i])-want)/(1+math.Abs(want)))
			largest = max(largest, math.Abs(want))
		}
		t.Logf("%v: gradients up to %.2f, off by at most %.1e", form, largest, worst)
		if !(worst < 1e-3) {
			t.Errorf("%v: gradient off by %g", form, worst)
		}
	}
}

// A batch of one size must not depend on the workspace of another size, nor on
// who else evaluates.
func TestLatentConcurrent(t *testing.T) {
	for _, form := range forms {
		r := Latent(nontrivial(t, smallShape), ising(t, 4, physics.Tc), form)
		var wg sync.WaitGroup
		for _, n := range []int{64, 1, 33, 200, 7} {
			z := normalBatch(uint64(n), n*16)
			one, oneGrad := make([]float64, n), make([]float32, len(z))
			Latent(r.flow, r.energy, form).Eval(one, oneGrad, z)
			wg.Go(func() {
				u, grad := make([]float64, n), make([]float32, len(z))
				for range 20 {
					r.Eval(u, grad, z)
					if !slices.Equal(u, one) || !slices.Equal(grad, oneGrad) {
						t.Errorf("%d samples: another result beside others", n)
						return
					}
				}
			})
		}
		wg.Wait()
	}
}

// One bad latent spoils its own sample only, and is seen.
func TestLatentNotANumber(t *testing.T) {
	for _, form := range forms {
		r := Latent(nontrivial(t, smallShape), ising(t, 4, physics.Tc), form)
		const n = 6
		z := normalBatch(8, n*16)
		good, goodGrad := make([]float64, n), make([]float32, len(z))
		r.Eval(good, goodGrad, z)
		z[5*n+2] = float32(math.NaN())
		u, grad := make([]float64, n), make([]float32, len(z))
		r.Eval(u, grad, z)
		for b := range u {
			if b == 2 && !math.IsNaN(u[b]) {
				t.Errorf("U of a latent that is not a number is %v", u[b])
			}
			if b != 2 && u[b] != good[b] {
				t.Errorf("U[%d] is %v, and %v beside a bad sample", b, good[b], u[b])
			}
		}
		for i := range grad {
			if i%n != 2 && grad[i] != goodGrad[i] {
				t.Fatalf("gradient %d is spoilt by another sample", i)
			}
		}
	}
}

// The bits do not depend on how many goroutines share an evaluation, nor on how
// a batch is cut: each sample comes out as it does alone.
func TestLatentThreads(t *testing.T) {
	const n = 2*blockSamples + 37
	for _, form := range forms {
		r := Latent(nontrivial(t, smallShape), ising(t, 4, physics.Tc), form)
		z := normalBatch(9, n*16)
		one, oneGrad, oneX := make([]float64, n), make([]float32, len(z)), make([]float32, len(z))
		r.Eval(one, oneGrad, z)
		r.Fields(oneX, z)
		for _, threads := range []int{2, 3, 8, n + 1} {
			r.Threads = threads
			u, grad, x := make([]float64, n), make([]float32, len(z)), make([]float32, len(z))
			r.Eval(u, grad, z)
			r.Fields(x, z)
			if !slices.Equal(u, one) || !slices.Equal(grad, oneGrad) || !slices.Equal(x, oneX) {
				t.Errorf("%v: %d threads come to another result than one", form, threads)
			}
		}
		alone, aloneGrad, aloneZ := make([]float64, 1), make([]float32, 16), make([]float32, 16)
		for b := range n {
			for i := range aloneZ {
				aloneZ[i] = z[i*n+b]
			}
			r.Eval(alone, aloneGrad, aloneZ)
			if alone[0] != one[b] || aloneGrad[3] != oneGrad[3*n+b] {
				t.Fatalf("%v: sample %d of %d is another one alone", form, b, n)
			}
		}
	}
}

// breaking panics on every batch.
type breaking struct{ physics.Energy }

func (breaking) Eval([]float64, []float32, []float32) { panic("broken energy") }

// A panic of any goroutine reaches the caller, when all of them are at rest.
func TestLatentPanicReachesCaller(t *testing.T) {
	r := Latent(nontrivial(t, smallShape), breaking{standard(16)}, Plain)
	r.Threads = 3
	before := runtime.NumGoroutine()
	defer func() {
		if text := fmt.Sprint(recover()); !strings.Contains(text, "broken energy") {
			t.Errorf("the caller hears %q", text)
		}
		for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) { // they were to be just ending
				t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
			}
		}
	}()
	r.Eval(make([]float64, 10), nil, make([]float32, 160))
}

// BenchmarkLatent is a trajectory of the paper's lattice, chains and settings.
func BenchmarkLatent(b *testing.B) {
	s := model.Shape{L: 16, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}
	for _, form := range forms {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%v/%d", form, threads), func(b *testing.B) {
				r := Latent(nontrivial(b, s), ising(b, 16, physics.Tc), form)
				r.Threads = threads
				h := NewHMC(r, nil, 512, PaperStep, PaperLeapfrogs, 1)
				for b.Loop() {
					h.Trajectory()
				}
			})
		}
	}
}
