package sampling

import (
	"math"
	"math/rand/v2"
	"testing"
)

// normalWeights draws x from a normal distribution of a width, and the
// logarithms of the weights that make it a standard one.
func normalWeights(rng *rand.Rand, n int, width float64) (x, logWeights []float64) {
	for range n {
		v := width * rng.NormFloat64()
		x = append(x, v)
		logWeights = append(logWeights, 7+v*v*(1/(width*width)-1)/2)
	}
	return x, logWeights
}

// E[x²] of a standard normal distribution from draws of another width, and the
// effective sample size, whose exact share is 1/E[w²].
func TestWeightedNormal(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	rng := rand.New(rand.NewPCG(139, 1))
	for _, width := range []float64{1, 1.5, 0.9} {
		var c coverage
		var share float64
		for range 500 {
			x, l := normalWeights(rng, 1000, width)
			for i, v := range x {
				x[i] = v * v
			}
			w := NewWeights(l)
			share += w.ESS / 1000 / 500
			c.add(w.Diagnose("", x), 1)
		}
		// E[w²] = s²/sqrt(2 s² - 1) for the densities' ratio w.
		s2 := width * width
		if want := math.Sqrt(2*s2-1) / s2; math.Abs(share-want) > 0.01 {
			t.Errorf("width %v: ESS is %.4f of the draws, want %.4f", width, share, want)
		}
		c.holds(t, "normal")
	}
}

func TestWeightsOfLittle(t *testing.T) {
	nan := math.NaN()
	for name, l := range map[string][]float64{
		"nothing":      nil,
		"one":          {3},
		"not a number": {1, nan, 2},
		"infinite":     {1, math.Inf(1)},
		"all nothing":  {math.Inf(-1), math.Inf(-1)},
		"few":          make([]float64, 4),
	} {
		values := make([]float64, len(l))
		for i := range values {
			values[i] = float64(i)
		}
		if d := NewWeights(l).Diagnose("", values); d.Reliable || len(d.Reasons) == 0 {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if d := NewWeights([]float64{3}).Diagnose("", []float64{1}); !math.IsNaN(d.Error) {
		t.Errorf("one draw has an error of %v", d.Error)
	}
	// A hundred equal weights and one of nothing: the plain mean of the hundred.
	l, values := make([]float64, 101), make([]float64, 101)
	for i := range values {
		values[i] = float64(i)
	}
	l[100] = math.Inf(-1)
	if d := NewWeights(l).Diagnose("", values); math.Abs(d.Mean-49.5) > 1e-12 || math.Abs(d.ESS-100) > 1e-9 {
		t.Errorf("%+v", d)
	}
}
