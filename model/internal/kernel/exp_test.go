package kernel

import (
	"math"
	"testing"
)

// everyFloat calls f with float32 values from all over the range: every step-th
// bit pattern, which takes in both signs, denormals, infinities and NaNs.
func everyFloat(f func(x float32)) {
	const step = 1021 // a prime
	for bits := uint64(0); bits < 1<<32; bits += step {
		f(math.Float32frombits(uint32(bits)))
	}
	for _, x := range []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN()} {
		f(float32(x))
		f(-float32(x))
	}
}

// closeTo reports whether got is want rounded to float32, but for the given
// relative error. NaN is close to NaN only.
func closeTo(got float32, want, relative float64) bool {
	if math.IsNaN(want) {
		return got != got
	}
	if float64(got) == want || got == float32(want) {
		return true
	}
	const halfSmallest = 0x1p-150
	return math.Abs(float64(got)-want) <= relative*math.Abs(want)+halfSmallest
}

func TestExp(t *testing.T) {
	worst := 0.0
	everyFloat(func(x float32) {
		got, want := float32(exp(float64(x))), math.Exp(float64(x))
		if !closeTo(got, want, 6.1e-8) {
			t.Fatalf("exp(%g) = %g, not %g", x, got, want)
		}
		if want > 1e-37 && want < 3e38 {
			worst = max(worst, math.Abs(float64(got)/want-1))
		}
	})
	t.Logf("largest relative error %.3g", worst)
}

func TestTanh(t *testing.T) {
	worst := 0.0
	everyFloat(func(x float32) {
		got, want := float32(tanh(float64(x))), math.Tanh(float64(x))
		if !closeTo(got, want, 1.2e-7) {
			t.Fatalf("tanh(%g) = %g, not %g", x, got, want)
		}
		if math.Abs(want) > 1e-37 {
			worst = max(worst, math.Abs(float64(got)/want-1))
		}
	})
	t.Logf("largest relative error %.3g", worst)
}

// TestELU is at the tolerance that ELU needs near zero, where exp(u) - 1 would
// lose all its digits.
func TestELU(t *testing.T) {
	worst := 0.0
	var row Row
	everyFloat(func(x float32) {
		row[0] = x
		elu(&row, 1)
		want := float64(x)
		if x <= 0 {
			want = math.Expm1(float64(x))
		}
		if !closeTo(row[0], want, 1.2e-7) {
			t.Fatalf("ELU(%g) = %g, not %g", x, row[0], want)
		}
		if math.Abs(want) > 1e-37 && !math.IsInf(want, 0) {
			worst = max(worst, math.Abs(float64(row[0])/want-1))
		}
	})
	t.Logf("largest relative error %.3g", worst)
}
