package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// reference is the flow written down from the paper in float64, one sample at a
// time, with nothing shared with the program but the names of tensors. Tests
// differentiate it numerically.
type reference struct {
	Shape
	params    []float64
	couplings [][]referenceCoupling // [bijector][coupling]
}

// referenceCoupling views the parameters of one coupling.
type referenceCoupling struct {
	mask  uint8
	u, t  []referenceLayer
	scale []float64
}

type referenceLayer struct{ weight, bias []float64 }

func newReference(f *Flow) *reference {
	r := &reference{Shape: f.Shape, params: widen(f.Params)}
	parts := map[string][]float64{}
	for _, tensor := range f.Tensors() {
		parts[tensor.Name] = r.params[tensor.Offset:][:tensor.Size()]
	}
	for level := range r.Levels() {
		for repeat := range r.Repeat {
			for _, kind := range []string{"disentangler", "decimator"} {
				var all []referenceCoupling
				for c := range r.Couplings {
					name := fmt.Sprintf("level%d/%s%d/coupling%d", level, kind, repeat, c)
					k := referenceCoupling{scale: parts[name+"/scale"]}
					k.mask = f.Masks[len(r.couplings)*r.Couplings+c]
					for i := range r.HiddenLayers + 1 {
						weight, bias := fmt.Sprintf("/weight%d", i), fmt.Sprintf("/bias%d", i)
						k.u = append(k.u, referenceLayer{parts[name+"/s"+weight], parts[name+"/s"+bias]})
						k.t = append(k.t, referenceLayer{parts[name+"/t"+weight], parts[name+"/t"+bias]})
					}
					all = append(all, k)
				}
				r.couplings = append(r.couplings, all)
			}
		}
	}
	return r
}

// perceptron evaluates a network on the kept values.
func perceptron(layers []referenceLayer, in [2]float64) [2]float64 {
	x := in[:]
	for i, l := range layers {
		y := make([]float64, len(l.bias))
		for o := range y {
			y[o] = l.bias[o]
			for k := range x {
				y[o] += l.weight[o*len(x)+k] * x[k]
			}
			if i < len(layers)-1 && y[o] <= 0 {
				y[o] = math.Expm1(y[o])
			}
		}
		x = y
	}
	return [2]float64(x)
}

// bijector maps one block in place and returns ln |det| of that map.
func bijector(couplings []referenceCoupling, block *[4]*float64, inverse bool) float64 {
	logdet := 0.0
	for step := range couplings {
		coupling := couplings[step]
		if inverse {
			coupling = couplings[len(couplings)-1-step]
		}
		var kept [2]float64
		var changed [2]*float64
		for v, k, o := 0, 0, 0; v < 4; v++ {
			if coupling.mask&(1<<v) != 0 {
				kept[k] = *block[v]
				k++
			} else {
				changed[o] = block[v]
				o++
			}
		}
		u, t := perceptron(coupling.u, kept), perceptron(coupling.t, kept)
		for i, y := range changed {
			s := coupling.scale[i] * math.Tanh(u[i])
			if inverse {
				*y = (*y - t[i]) * math.Exp(-s)
				logdet -= s
			} else {
				*y = *y*math.Exp(s) + t[i]
				logdet += s
			}
		}
	}
	return logdet
}

// layer maps all blocks of a disentangler or decimator.
func (r *reference) layer(x []float64, level, repeat int, kind string, inverse bool) float64 {
	d := 1 << level
	shift, couplings := 0, r.couplings[2*(level*r.Repeat+repeat)]
	if kind == "decimator" {
		shift, couplings = d, r.couplings[2*(level*r.Repeat+repeat)+1]
	}
	logdet := 0.0
	for i := shift; i < r.L+shift; i += 2 * d {
		for j := shift; j < r.L+shift; j += 2 * d {
			at := func(i, j int) *float64 { return &x[i%r.L*r.L+j%r.L] }
			block := [4]*float64{at(i, j), at(i, j+d), at(i+d, j), at(i+d, j+d)}
			logdet += bijector(couplings, &block, inverse)
		}
	}
	return logdet
}

// renormalize maps x to z in place and returns ln |det dz/dx|.
func (r *reference) renormalize(x []float64) (logdet float64) {
	for level := range r.Levels() {
		for repeat := range r.Repeat {
			logdet += r.layer(x, level, repeat, "disentangler", true)
			logdet += r.layer(x, level, repeat, "decimator", true)
		}
	}
	return logdet
}

// generate maps z to x in place and returns ln |det dx/dz|.
func (r *reference) generate(z []float64) (logdet float64) {
	for level := r.Levels() - 1; level >= 0; level-- {
		for repeat := r.Repeat - 1; repeat >= 0; repeat-- {
			logdet += r.layer(z, level, repeat, "decimator", false)
			logdet += r.layer(z, level, repeat, "disentangler", false)
		}
	}
	return logdet
}

func referenceLogNormal(z []float64) float64 {
	sum := 0.0
	for _, v := range z {
		sum -= v*v/2 + math.Log(2*math.Pi)/2
	}
	return sum
}

// randomFlow is a new flow whose scales are not zero, with parameters far
// enough from those of New to exercise everything.
func randomFlow(t testing.TB, s Shape, seed uint64) *Flow {
	t.Helper()
	f, err := New(s, seed)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 77))
	for _, tensor := range f.Tensors() {
		if tensor.Name[len(tensor.Name)-5:] == "scale" {
			f.Params[tensor.Offset] = float32(0.4 * random.NormFloat64())
			f.Params[tensor.Offset+1] = float32(0.4 * random.NormFloat64())
		}
	}
	return f
}

// normals are independent standard normal numbers.
func normals(seed uint64, n int) []float32 {
	random := rand.New(rand.NewPCG(seed, 78))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	return x
}

// sample is configuration b of a batch of n, in float64.
func sample(x []float32, n, b int) []float64 {
	one := make([]float64, len(x)/n)
	for site := range one {
		one[site] = float64(x[site*n+b])
	}
	return one
}
