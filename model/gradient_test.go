package model

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// gradientShapes are small, so that every parameter of each can be moved.
var gradientShapes = []Shape{
	{L: 4, Repeat: 1, Couplings: 2, Hidden: 3, HiddenLayers: 1},
	{L: 4, Repeat: 1, Couplings: 3, Hidden: 5, HiddenLayers: 2},
	{L: 4, Depth: 1, Repeat: 2, Couplings: 1, Hidden: 1, HiddenLayers: 3},
	{L: 8, Depth: 2, Repeat: 1, Couplings: 3, Hidden: 2, HiddenLayers: 2},
}

// TestGradients compares Backward with central differences of the float64
// reference, for every parameter and every operand of both passes, of the
// function L = sum_b (a_b ln q_b + c_b' y_b), y being what the pass returns.
func TestGradients(t *testing.T) { eachKernels(t, testGradients) }

func testGradients(t *testing.T) {
	const n = 3
	for i, s := range gradientShapes {
		if testing.Short() && s.Couplings > 2 {
			continue
		}
		for _, d := range []direction{generation, renormalization} {
			t.Run(fmt.Sprintf("%d/%v", i, d), func(t *testing.T) {
				checkGradients(t, s, d, n, uint64(i))
			})
		}
	}
}

func checkGradients(t *testing.T, s Shape, d direction, n int, seed uint64) {
	f := randomFlow(t, s, seed)
	r := newReference(f)
	in, c := normals(seed+1, s.Sites()*n), normals(seed+2, s.Sites()*n)
	a := widen(normals(seed+3, n))

	loss := func(operand []float64, b int) float64 { return r.loss(d, operand, a[b], c, n, b) }
	const step = 1e-5
	difference := func(p *float64, value func() float64) float64 {
		before := *p
		*p = before + step
		up := value()
		*p = before - step
		down := value()
		*p = before
		return (up - down) / (2 * step)
	}
	operands := make([][]float64, n)
	for b := range operands {
		operands[b] = sample(in, n, b)
	}
	wantInput := make([]float64, len(in))
	for b, operand := range operands {
		for site := range operand {
			wantInput[site*n+b] = difference(&operand[site], func() float64 { return loss(operand, b) })
		}
	}
	wantParams := make([]float64, len(f.Params))
	for i := range wantParams {
		wantParams[i] = difference(&r.params[i], func() (sum float64) {
			for b, operand := range operands {
				sum += loss(operand, b)
			}
			return sum
		})
	}

	grad, gotInput := backward(f, d, in, c, a)
	compare(t, "operand", widen(gotInput), wantInput)
	compare(t, "parameters", widen(grad), wantParams)
}

// loss is L of sample b by the reference.
func (r *reference) loss(d direction, operand []float64, a float64, c []float32, n, b int) float64 {
	y := slices.Clone(operand)
	logq := 0.0
	if d == generation {
		logq = referenceLogNormal(y)
		logq -= r.generate(y)
	} else {
		logq = r.renormalize(y)
		logq += referenceLogNormal(y)
	}
	sum := a * logq
	for site, v := range y {
		sum += float64(c[site*n+b]) * v
	}
	return sum
}

// backward is L's gradient by the program, on a tape larger than needed.
func backward(f *Flow, d direction, in, c []float32, a []float64) (grad, received []float32) {
	tape := NewTape(f.Shape, len(a)+2)
	out, logq := make([]float32, len(in)), make([]float64, len(a))
	grad, received = make([]float32, len(f.Params)), make([]float32, len(in))
	if d == generation {
		f.Generate(tape, out, logq, in)
		f.Backward(tape, grad, received, c, a)
	} else {
		f.Renormalize(tape, out, logq, in)
		f.Backward(tape, grad, c, received, a)
	}
	return grad, received
}

// compare allows float32 errors relative to the norm of the gradient.
func compare(t *testing.T, what string, got, want []float64) {
	t.Helper()
	size := 0.0
	for _, v := range want {
		size = max(size, math.Abs(v))
	}
	worst := largestDifference(got, want) / size
	t.Logf("%s: %d of size up to %.3g, relative error %.2g", what, len(want), size, worst)
	if !(worst < 3e-6) {
		t.Errorf("gradient of the %s differs by %.3g of its size", what, worst)
	}
	for i, v := range want {
		if math.Abs(v) > 1e-2*size && math.Abs(got[i]-v) > 1e-4*math.Abs(v) {
			t.Errorf("gradient %d of the %s is %g, not %g", i, what, got[i], v)
			return
		}
	}
}

// TestGradientOfBatch compares the gradient of a whole batch, along random
// directions of parameters and operands, with the reference: what finite
// differences of every parameter cannot reach. Sums are long here, and the
// inputs of layers come from the outputs by inversion of ten couplings, also of
// a trained network and of one that stretches values up to exp(10) times.
func TestGradientOfBatch(t *testing.T) { eachKernels(t, testGradientOfBatch) }

func testGradientOfBatch(t *testing.T) {
	trained := loadAuthors(t, openArchive(t, "l8_sym"), authors[1].shape)
	stretched := randomFlow(t, Shape{L: 8, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}, 31)
	for _, tensor := range stretched.Tensors() {
		if tensor.Size() == 2 && tensor.Name[len(tensor.Name)-5:] == "scale" {
			stretched.Params[tensor.Offset], stretched.Params[tensor.Offset+1] = 1, -1
		}
	}
	for _, c := range []struct {
		name string
		flow *Flow
		n    int
	}{
		{"new", randomFlow(t, paper, 30), 16},
		{"trained", trained, 64},
		{"stretched", stretched, 64},
	} {
		for _, d := range []direction{generation, renormalization} {
			t.Run(fmt.Sprintf("%s/%d", c.name, d), func(t *testing.T) {
				if testing.Short() && c.flow.Shape.L > 8 {
					t.Skip("long")
				}
				checkDirection(t, c.flow, d, c.n)
			})
		}
	}
}

func checkDirection(t *testing.T, f *Flow, d direction, n int) {
	in, weights := normals(41, f.Shape.Sites()*n), normals(42, f.Shape.Sites()*n)
	if d == renormalization {
		// Fields as the flow makes them, for a stretched flow's are not normal.
		f.Generate(NewTape(f.Shape, n), in, make([]float64, n), in)
	}
	a := widen(normals(43, n))
	grad, received := backward(f, d, in, weights, a)
	alongParams, alongOperand := normals(44, len(grad)), normals(45, len(in))

	r := newReference(f)
	start := slices.Clone(r.params)
	total := func(params, operands float64) (sum float64) {
		for i, v := range alongParams {
			r.params[i] = start[i] + params*float64(v)
		}
		for b := range n {
			operand := sample(in, n, b)
			for site := range operand {
				operand[site] += operands * float64(alongOperand[site*n+b])
			}
			sum += r.loss(d, operand, a[b], weights, n, b)
		}
		return sum
	}
	const step = 1e-6
	check := func(what string, got, direction []float32, want float64) {
		t.Helper()
		sum, square := 0.0, 0.0
		for i, g := range got {
			term := float64(g) * float64(direction[i])
			sum += term
			square += term * term
		}
		deviation := math.Abs(sum-want) / math.Sqrt(square)
		t.Logf("%s: derivative %.5g, of %.3g expected; deviation %.2g", what, want, math.Sqrt(square), deviation)
		if !(deviation < 1e-5) {
			t.Errorf("the derivative along %s is %g, not %g", what, sum, want)
		}
	}
	check("parameters", grad, alongParams, (total(step, 0)-total(-step, 0))/(2*step))
	check("operands", received, alongOperand, (total(0, step)-total(0, -step))/(2*step))
}
