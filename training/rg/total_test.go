package rg

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"neuralrg/model"
	"neuralrg/sampling"
)

// gaussianLatents are n samples of 16 Gaussian latents with means that are not 0,
// in the form of a sample for which ln Z = 0. Site i gets its part of one common
// variable, a neighbour's of another one; bend, which must be increasing, is then
// applied to each, with the logarithm of its slope. The total correlation is exact.
func gaussianLatents(n int, seed uint64, bend func(v float64) (bent, logSlope float64)) (s *Sample, total float64) {
	const d = 16
	random := rand.New(rand.NewPCG(seed, 51))
	mix := mat.NewDense(d, d+2, nil)
	for i := range d {
		mix.Set(i, i, 0.9+0.02*float64(i))
		mix.Set(i, d, 0.3)
		if i < 2 {
			mix.Set(i, d+1, 0.7)
		}
	}
	covariance := mat.NewSymDense(d, nil)
	covariance.SymOuterK(1, mix)
	var factors mat.Cholesky
	if !factors.Factorize(covariance) {
		panic("a singular covariance")
	}
	total = -factors.LogDet() / 2
	for i := range d {
		total += math.Log(covariance.At(i, i)) / 2
	}
	s = newSample(d, n)
	noise, v := mat.NewVecDense(d+2, nil), mat.NewVecDense(d, nil)
	for b := range n {
		for i := range d + 2 {
			noise.SetVec(i, random.NormFloat64())
		}
		v.MulVec(mix, noise)
		var solved mat.VecDense
		if err := factors.SolveVecTo(&solved, v); err != nil {
			panic(err)
		}
		// ln p of the Gaussian, and below of what it is bent to.
		s.Energy[b] = (mat.Dot(v, &solved) + factors.LogDet() + d*math.Log(2*math.Pi)) / 2
		for i := range d {
			bent, logSlope := bend(0.1 + v.AtVec(i))
			s.Z[i*n+b] = float32(bent)
			s.X[i*n+b] = float32(bent)
			s.Energy[b] += logSlope
			s.LogQ[b] += distuv.UnitNormal.LogProb(bent)
		}
	}
	return s, total
}

// TestTotalCorrelationOfGaussians, bent ones too: what is estimated is exact, and
// lies between the bounds.
func TestTotalCorrelationOfGaussians(t *testing.T) {
	shape := model.Shape{L: 4}
	for name, bend := range map[string]func(v float64) (float64, float64){
		"Gaussian": func(v float64) (float64, float64) { return v, 0 },
		"bent": func(v float64) (float64, float64) {
			return 1.2 * math.Asinh(v), math.Log(1.2) - math.Log1p(v*v)/2
		},
	} {
		const n = 8000
		s, exact := gaussianLatents(n, 1, bend)
		// The latents are not those of a flow; pairs are taken each by itself.
		info, err := inform(context.Background(), variables{4, func(int) int { return 4 }}, shape.Level, s.Z, []int{0, 1, 2, 7, 8, 10}, Options{To: 2000, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		c, err := EstimateTotalCorrelation(context.Background(), shape, s, 0, info, Options{From: 2000, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(c); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: exact %.4f; upper %v, marginals %v, value %v, Gaussian %v, tree %v of %v", name, exact, c.Upper, c.Marginals, c.Value, c.Gaussian, c.TreeBound, c.Tree)
		near(t, name+": total correlation", c.Value, exact, 3)
		near(t, name+": that of the fields", c.Fields, exact, 3)
		near(t, name+": the Gaussian one", *c.Gaussian, exact, 3)
		if c.Value.Error > 0.06 || c.Gaussian.Error > 0.03 {
			t.Errorf("%s: errors %v and %v", name, c.Value.Error, c.Gaussian.Error)
		}
		// The pair with a variable of its own is in any tree, and the tree alone
		// knows less than all.
		if c.Tree[0] != [2]int{0, 1} || c.TreeSamples != n-2000 || len(c.Tree) > 5 {
			t.Errorf("%s: tree %v of %d samples", name, c.Tree, c.TreeSamples)
		}
		if first := -math.Log1p(-sq(0.58/(0.81+0.58))) / 2; c.TreeBound.Value < 0.8*first || c.TreeBound.Value > exact-3*c.TreeBound.Error {
			t.Errorf("%s: bound %v by a tree, total correlation %v", name, c.TreeBound, exact)
		}
		if c.Upper.Value < exact+3*c.Upper.Error {
			t.Errorf("%s: bound %v, total correlation %v", name, c.Upper, exact)
		}
		if _, err := EstimateTotalCorrelation(context.Background(), shape, s, 0, info, Options{From: 1999}); err == nil {
			t.Error("a tree is judged by the samples that chose it")
		}
	}
}

func boundOf(t *testing.T, z []float32, sites int) *sampling.Quantity {
	t.Helper()
	q, err := gaussianBound(context.Background(), z, sites)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func sq(x float64) float64 { return x * x }

// TestGaussianBoundWithoutCorrelation: the noise of all the coefficients does not
// add up to a bound, also where they are nearly as many as the samples' numbers.
func TestGaussianBoundWithoutCorrelation(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 51))
	const repeats, sites, n = 30, 64, 300
	var values, errors []float64
	for range repeats {
		z := make([]float32, sites*n)
		for i := range z {
			z[i] = float32(random.NormFloat64())
		}
		q := boundOf(t, z, sites)
		values, errors = append(values, q.Value), append(errors, q.Error)
	}
	checkMean(t, "bound of independent variables", values, 0)
	spread, quoted := stat.StdDev(values, nil), stat.Mean(errors, nil)
	if quoted < 0.8*spread || quoted > 2*spread {
		t.Errorf("errors %v, spread %v", quoted, spread)
	}
	if boundOf(t, make([]float32, 64*127), 64) != nil {
		t.Error("a bound from fewer than two samples for each variable")
	}
}

// TestTotalCorrelationOfAFlow: the bounds hold of one that is made symmetric.
func TestTotalCorrelationOfAFlow(t *testing.T) {
	const n = 6000
	f, m := testFlow(t, small, 8), testIsing(t, 4, 6)
	s, err := Target(context.Background(), f, true, m, n, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	c, err := aboveBound(context.Background(), small, s, m.LnZDual())
	if err != nil {
		t.Fatal(err)
	}
	gaussian := boundOf(t, s.Z, 16)
	t.Logf("upper %v, marginals %v, value %v, fields %v, Gaussian %v", c.Upper, c.Marginals, c.Value, c.Fields, gaussian)
	// The fields are the same to any flow, and known to be Gaussian at a high
	// temperature almost: their total correlation is near that of their bound.
	fields := boundOf(t, s.X, 16)
	if math.Abs(c.Fields.Value-fields.Value) > 4*math.Hypot(c.Fields.Error, fields.Error) {
		t.Errorf("total correlation of the fields %v, by a Gaussian %v", c.Fields, fields)
	}
	if !(gaussian.Value-3*gaussian.Error < c.Value.Value && c.Value.Value < c.Upper.Value) {
		t.Errorf("bounds %v and %v, total correlation %v", gaussian, c.Upper, c.Value)
	}
}

func TestTotalCorrelationStops(t *testing.T) {
	s, _ := gaussianLatents(100, 1, func(v float64) (float64, float64) { return v, 0 })
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := EstimateTotalCorrelation(ctx, model.Shape{L: 4}, s, 0, &Information{}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a context that is over", err)
	}
	if _, err := gaussianBound(ctx, s.Z, 16); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a bound when the context is over", err)
	}
}

func TestSpanningTree(t *testing.T) {
	// 10 - 11 - 12 - 10 is a circle, of which the weakest goes; 13 and 14 are
	// apart; 15 has nothing but noise.
	info := &Information{Sites: []int{10, 11, 12, 13, 14, 15}, Value: make([]float32, 36), Baseline: Baseline{Mean: 0.01, Deviation: 0.01}}
	for _, p := range []struct {
		a, b  int
		value float32
	}{{0, 1, 0.2}, {1, 2, 0.5}, {0, 2, 0.3}, {3, 4, 0.06}, {4, 5, 0.04}, {0, 5, 0.049}} {
		info.Value[p.a*6+p.b], info.Value[p.b*6+p.a] = p.value, p.value
	}
	want := [][2]int{{11, 12}, {10, 12}, {13, 14}}
	got := SpanningTree(info)
	if len(got) != len(want) {
		t.Fatalf("tree %v, not %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("tree %v, not %v", got, want)
		}
	}
}
