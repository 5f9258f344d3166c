package training

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestAdamAgainstItsDefinition compares with algorithm 1 of arXiv:1412.6980 in
// float64, written with explicit bias-corrected moments.
func TestAdamAgainstItsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 50
	params, grad := make([]float32, n), make([]float32, n)
	want, m, v := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range params {
		params[i] = float32(r.NormFloat64())
		want[i] = float64(params[i])
	}
	a := newAdam(n)
	for step := 1; step <= 300; step++ {
		for i := range grad {
			grad[i] = float32(r.NormFloat64() * math.Pow(10, float64(i%9-4)))
			g := float64(grad[i])
			m[i] = 0.9*m[i] + 0.1*g
			v[i] = 0.999*v[i] + 0.001*g*g
			mHat := m[i] / (1 - math.Pow(0.9, float64(step)))
			vHat := v[i] / (1 - math.Pow(0.999, float64(step)))
			want[i] -= 1e-2 * mHat / (math.Sqrt(vHat) + 1e-8)
		}
		a.update(params, grad, 1e-2, step)
		for i := range params {
			if math.Abs(float64(params[i])-want[i]) > 2e-5*(1+math.Abs(want[i])) {
				t.Fatalf("step %d, parameter %d: %v, want %v", step, i, params[i], want[i])
			}
		}
	}
}

func TestAdamsFirstStepIsTheRate(t *testing.T) {
	params, grad := []float32{1, 1, 1}, []float32{1e-3, -50, 0}
	newAdam(3).update(params, grad, 0.25, 1)
	for i, want := range []float64{0.75, 1.25, 1} {
		if math.Abs(float64(params[i])-want) > 1e-4 {
			t.Errorf("parameter %d: %v, want %v", i, params[i], want)
		}
	}
}
