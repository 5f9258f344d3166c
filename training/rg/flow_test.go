package rg

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"neuralrg/model"
	"neuralrg/physics"
)

// testFlow is a flow whose scales are not zero, and which is not far from odd:
// the densities of x and -x are of the same order.
func testFlow(t testing.TB, s model.Shape, seed uint64) *model.Flow {
	t.Helper()
	f, err := model.New(s, seed)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 1))
	for _, tensor := range f.Tensors() {
		values := f.Params[tensor.Offset:][:tensor.Size()]
		for i := range values {
			switch name := tensor.Name[strings.LastIndexByte(tensor.Name, '/')+1:]; {
			case name == "scale":
				values[i] = float32(0.3 * random.NormFloat64())
			case strings.HasPrefix(name, "bias"):
				values[i] *= 0.1
			}
		}
	}
	return f
}

// testIsing is the Ising model of a size at a temperature.
func testIsing(t testing.TB, L int, T float64) *physics.Ising {
	t.Helper()
	m, err := physics.NewIsing(L, T)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// mean is that of independent values, with its standard error.
func mean(values []float64) (mean, err float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		err += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(err / (n * (n - 1)))
}

// checkMean fails where the mean of independent values is more than four errors
// off what it should be.
func checkMean(t *testing.T, name string, values []float64, want float64) {
	t.Helper()
	if got, err := mean(values); !(math.Abs(got-want) < 4*err) {
		t.Errorf("%s is %.5f +- %.5f, not %.5f", name, got, err, want)
	}
}

// hinted fails where an error gives no advice.
func hinted(t *testing.T, err error) {
	t.Helper()
	if h, ok := err.(interface{ Hint() string }); !ok || h.Hint() == "" {
		t.Errorf("error %v has no hint", err)
	}
}
