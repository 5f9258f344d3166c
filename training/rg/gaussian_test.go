package rg

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"neuralrg/model"
)

// TestCoarseEnergyOfAGaussian: a linear flow keeps a Gaussian target Gaussian at
// all levels, with the mean and the covariance that linear algebra gives.
func TestCoarseEnergyOfAGaussian(t *testing.T) {
	f := linearFlow(t)
	e := nearlyLearnt(f)
	values := []float64{-1.5, 0, 1, 2}
	for level := range 3 {
		c, err := AlongUniform(t.Context(), f, false, e, level, values, 5000, 25, 2)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			want := e.coarse(t, f, level, v)
			if math.Abs(c.Energy[i]-want) > 3*c.Error[i]+1e-3 || c.Error[i] > 0.1 || !c.Reliable[i] {
				t.Errorf("level %d: energy %.4f(%.4f) at %v from %.0f effective draws, not %.4f",
					level, c.Energy[i], c.Error[i], v, c.Effective[i], want)
			}
		}
	}
}

// TestCoarseErrors: the errors are what repeats with other draws differ by.
func TestCoarseErrors(t *testing.T) {
	f := linearFlow(t)
	e := nearlyLearnt(f)
	const repeats = 100
	want := e.coarse(t, f, 1, 1)
	var square float64
	for seed := range uint64(repeats) {
		c, err := AlongUniform(t.Context(), f, false, e, 1, []float64{1}, 300, seed, 2)
		if err != nil {
			t.Fatal(err)
		}
		square += math.Pow((c.Energy[0]-want)/c.Error[0], 2) / repeats
	}
	if square < 0.6 || square > 1.6 {
		t.Errorf("energies are off by %.2f of their errors", math.Sqrt(square))
	}
}

// linearFlow is a flow whose hidden units all work where ELU(a) = a, and whose s
// are constants, not zero.
func linearFlow(t testing.TB) *model.Flow {
	t.Helper()
	const high = 16 // above what the inputs make of it
	f := testFlow(t, small, 26)
	values := map[string][]float32{}
	for _, tensor := range f.Tensors() {
		values[tensor.Name] = f.Params[tensor.Offset:][:tensor.Size()]
	}
	for name, v := range values {
		network, layer := name[:max(strings.LastIndexByte(name, '/'), 0)], name[strings.LastIndexByte(name, '/')+1:]
		switch {
		case strings.HasSuffix(network, "/s") && strings.HasPrefix(layer, "weight"):
			clear(v)
		case layer == "bias0":
			for i := range v {
				v[i] = high
			}
		case layer == "bias1" && strings.HasSuffix(network, "/s"):
			v[0], v[1] = 0.5, -1
		case layer == "bias1":
			for out := range v {
				v[out] = 0.1
				for _, w := range values[network+"/weight1"][out*small.Hidden:][:small.Hidden] {
					v[out] -= high * w
				}
			}
		}
	}
	return f
}

// affine is x -> a x + b of some of the sites.
type affine struct {
	a *mat.Dense
	b *mat.VecDense
}

// affineMap looks at a map of batches through unit vectors and their negatives.
func affineMap(sites []int, all int, do func(y, x []float32)) affine {
	n := 2 * all
	x, y := make([]float32, all*n), make([]float32, all*n)
	for i := range all {
		x[i*n+2*i], x[i*n+2*i+1] = 1, -1
	}
	do(y, x)
	m := affine{mat.NewDense(len(sites), all, nil), mat.NewVecDense(len(sites), nil)}
	for row, site := range sites {
		for i := range all {
			plus, minus := float64(y[site*n+2*i]), float64(y[site*n+2*i+1])
			m.a.Set(row, i, (plus-minus)/2)
			m.b.SetVec(row, (plus+minus)/2)
		}
	}
	return m
}

// quadratic is the energy x'Ax/2.
type quadratic struct{ a *mat.SymDense }

func (q quadratic) Sites() int { return q.a.SymmetricDim() }

func (q quadratic) Eval(u []float64, _, x []float32) {
	v := mat.NewVecDense(q.Sites(), nil)
	for b := range u {
		for i := range q.Sites() {
			v.SetVec(i, float64(x[i*len(u)+b]))
		}
		u[b] = mat.Inner(v, q.a, v) / 2
	}
}

// nearlyLearnt has the covariance of a linear flow, but for a little.
func nearlyLearnt(f *model.Flow) quadratic {
	sites := f.Shape.Sites()
	all := make([]int, sites)
	for i := range all {
		all[i] = i
	}
	flow := affineMap(all, sites, func(y, x []float32) {
		f.Generate(model.NewTape(f.Shape, 2*sites), y, make([]float64, 2*sites), x)
	})
	var covariance, inverse mat.Dense
	covariance.Mul(flow.a, flow.a.T())
	if err := inverse.Inverse(&covariance); err != nil {
		panic(err)
	}
	a := mat.NewSymDense(sites, nil)
	for i := range sites {
		for j := range i + 1 {
			a.SetSym(i, j, (inverse.At(i, j)+inverse.At(j, i))/2)
		}
		a.SetSym(i, i, a.At(i, i)+0.1*float64(1+i%3))
	}
	return quadratic{a}
}

// coarse is the effective energy of a uniform coarse field v of a level.
func (q quadratic) coarse(t testing.TB, f *model.Flow, level int, v float64) float64 {
	t.Helper()
	L, sites := f.Shape.L, f.Shape.Sites()
	var kept []int
	for i := range sites {
		if (i/L)%(1<<level) == 0 && (i%L)%(1<<level) == 0 {
			kept = append(kept, i)
		}
	}
	coarse := affineMap(kept, sites, func(y, x []float32) {
		f.RenormalizeLevels(model.NewTape(f.Shape, 2*sites), y, make([]float64, 2*sites), x, 0, level)
	})
	var inverse, half, covariance mat.Dense
	if err := inverse.Inverse(q.a); err != nil {
		t.Fatal(err)
	}
	half.Mul(coarse.a, &inverse)
	covariance.Mul(&half, coarse.a.T())
	off := mat.NewVecDense(len(kept), nil)
	for i := range kept {
		off.SetVec(i, v-coarse.b.AtVec(i))
	}
	var solved mat.VecDense
	if err := solved.SolveVec(&covariance, off); err != nil {
		t.Fatal(err)
	}
	logDet, _ := mat.LogDet(&covariance)
	logDetA, _ := mat.LogDet(q.a)
	lnZ := (float64(sites)*math.Log(2*math.Pi) - logDetA) / 2
	return (mat.Dot(off, &solved)+float64(len(kept))*math.Log(2*math.Pi)+logDet)/2 - lnZ
}
