package sampling

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The references are a few lines of Python that write out the method of Zhang
// and Stephens, at quantiles of the distribution itself.
func TestFitParetoReference(t *testing.T) {
	for k, want := range map[float64]float64{0.3: 0.329067635722921, 0.9: 0.8819320108079449} {
		var x []float64
		for i := range 40 {
			x = append(x, math.Pow(1-(float64(i)+0.5)/40, -k)-1)
		}
		if got := fitPareto(x); math.Abs(got-want) > 1e-12 {
			t.Errorf("k = %.15g, want %.15g", got, want)
		}
	}
}

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

// The weights of a normal distribution of width s < 1 against a standard one
// have a Pareto tail of shape 1 - s², but for a logarithm; those of Pareto's
// distribution have its own, and those with s > 1 are bounded, k < 0.
func TestParetoShape(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	rng := rand.New(rand.NewPCG(137, 1))
	for _, k := range []float64{0.2, 0.5, 0.7, 1, 1.5} {
		var mean float64
		for range 20 {
			var w []float64
			for range 20000 {
				w = append(w, math.Pow(rng.Float64(), -k))
			}
			mean += paretoShape(w) / 20
		}
		if math.Abs(mean-k) > 0.05 {
			t.Errorf("k = %v, want %v", mean, k)
		}
	}
	for _, test := range []struct {
		width, from, to float64
		reliable        bool
	}{{0.3, 0.75, 1.1, false}, {0.8, 0.25, 0.45, true}, {1.5, -3, -0.2, true}} {
		x, l := normalWeights(rng, 50000, test.width)
		w := NewWeights(l)
		if w.ParetoK < test.from || w.ParetoK > test.to {
			t.Errorf("width %v: k = %v, want %v to %v", test.width, w.ParetoK, test.from, test.to)
		}
		if d := w.Diagnose("", x); d.Reliable != test.reliable {
			t.Errorf("width %v, k = %v: reliable is %v: %v", test.width, w.ParetoK, d.Reliable, d.Reasons)
		}
	}
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

// Draws that do not reach all of what they should describe miss it by many
// errors. That is said, against exact samples; good draws are not suspected.
func TestWeightsMissing(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	const exact = 0.3173105 // P(|x| > 1)
	rng := rand.New(rand.NewPCG(149, 1))
	for _, width := range []float64{0.2, 0.3, 0.4, 0.5, 0.8, 1, 1.5} {
		missed, said, suspected := 0, 0, 0
		const repeats = 200
		for range repeats {
			x, l := normalWeights(rng, 1000, width)
			for i, v := range x {
				x[i] = 0
				if math.Abs(v) > 1 {
					x[i] = 1
				}
			}
			w := NewWeights(l)
			forward := make([]float64, 1000)
			for i := range forward {
				v := rng.NormFloat64()
				forward[i] = 7 + v*v*(1/(width*width)-1)/2
			}
			w.Confront(forward, nil)
			switch d := w.Diagnose("", x); {
			case math.Abs(d.Mean-exact) > 3*d.Error:
				missed++
				if !d.Reliable {
					said++
				}
			case !d.Reliable:
				suspected++
			}
		}
		t.Logf("width %.2f: %3d of %d missed, %3d of these said; %3d others suspected", width, missed, repeats, said, suspected)
		if missed > 4 && float64(said) < 0.9*float64(missed) {
			t.Errorf("width %v: %d missed, %d said", width, missed, said)
		}
		if width < 0.4 && missed < 20 {
			t.Errorf("width %v: only %d missed", width, missed)
		}
		if width > 0.7 && float64(suspected) > 0.1*repeats {
			t.Errorf("width %v: %d suspected", width, suspected)
		}
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
		"few":          make([]float64, 20),
	} {
		values := make([]float64, len(l))
		for i := range values {
			values[i] = float64(i)
		}
		if d := NewWeights(l).Diagnose("", values); d.Reliable || len(d.Reasons) == 0 {
			t.Errorf("%s: %+v", name, d)
		}
	}
	// A hundred equal weights and one of nothing: the plain mean of the hundred.
	l, values := make([]float64, 101), make([]float64, 101)
	for i := range values {
		values[i] = float64(i)
	}
	l[100] = math.Inf(-1)
	w := NewWeights(l)
	if d := w.Diagnose("", values); math.Abs(d.Mean-49.5) > 1e-12 || math.Abs(d.ESS-100) > 1e-9 || !math.IsNaN(w.ParetoK) {
		t.Errorf("%+v, k = %v", d, w.ParetoK)
	}
}
