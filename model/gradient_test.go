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
func TestGradients(t *testing.T) {
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

	// loss of one sample by the reference.
	loss := func(operand []float64, b int) float64 {
		y := slices.Clone(operand)
		logq := 0.0
		if d == generation {
			logq = r.logNormal(y)
			logq -= r.generate(y)
		} else {
			logq = r.renormalize(y)
			logq += r.logNormal(y)
		}
		sum := a[b] * logq
		for site, v := range y {
			sum += float64(c[site*n+b]) * v
		}
		return sum
	}
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

	tape := NewTape(s, n+2) // larger than needed
	out, logq := make([]float32, len(in)), make([]float64, n)
	grad, gotInput := make([]float32, len(f.Params)), make([]float32, len(in))
	if d == generation {
		f.Generate(tape, out, logq, in)
		f.Backward(tape, grad, gotInput, c, a)
	} else {
		f.Renormalize(tape, out, logq, in)
		f.Backward(tape, grad, c, gotInput, a)
	}
	compare(t, "operand", widen(gotInput), wantInput)
	compare(t, "parameters", widen(grad), wantParams)
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
