package sampling

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// beyondOne is 1 where |x| > 1 and else 0, an observable of which exact samples of
// a standard normal distribution have the mean 0.3173105.
func beyondOne(x []float64) []float64 {
	values := make([]float64, len(x))
	for i, v := range x {
		if math.Abs(v) > 1 {
			values[i] = 1
		}
	}
	return values
}

// Draws that do not reach all of what they should describe miss it by many
// errors. That is said, against exact samples; right estimates are not suspected,
// whatever their weights.
func TestConfrontWeights(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	const exact, repeats, draws = 0.3173105, 100, 500
	rng := rand.New(rand.NewPCG(149, 1))
	for _, width := range []float64{0.2, 0.3, 0.4, 0.5, 0.8, 1, 1.5} {
		missed, said, suspected := 0, 0, 0
		for range repeats {
			x, l := normalWeights(rng, draws, width)
			samples, _ := normalWeights(rng, sharpness*sharpness*draws, 1)
			d := NewWeights(l).Diagnose("", beyondOne(x))
			d.Confront(Diagnosis{Estimate: Analyse([][]float64{beyondOne(samples)})})
			switch off := math.Abs(d.Mean - exact); {
			case !(off <= 3*d.Error) || d.Error == 0:
				missed++
				if !d.Reliable {
					said++
				}
			case !d.Reliable:
				suspected++
			}
		}
		t.Logf("width %.2f: %3d of %d missed, %3d of these said; %3d others suspected", width, missed, repeats, said, suspected)
		if float64(said) < 0.9*float64(missed)-1 {
			t.Errorf("width %v: %d missed, %d said", width, missed, said)
		}
		if width < 0.4 && missed < 10 {
			t.Errorf("width %v: only %d missed", width, missed)
		}
		if float64(suspected) > 0.1*float64(repeats-missed)+2 {
			t.Errorf("width %v: %d of %d suspected", width, suspected, repeats-missed)
		}
	}
}

// The verdict is that of the exact samples alone, both ways.
func TestConfront(t *testing.T) {
	estimate := func(mean, err float64, n int, ess float64) Diagnosis {
		return Diagnosis{Estimate: Estimate{Mean: mean, Error: err, N: n, ESS: ess}, Reliable: true}
	}
	nan := math.NaN()
	for name, c := range map[string]struct {
		d, exact Diagnosis
		want     string // in the reason, empty if it is reliable
	}{
		"near":              {estimate(2, 1, 100, 100), estimate(0, 0.1, 10000, 10000), ""},
		"nearly three":      {estimate(2.99, 1, 100, 100), estimate(0, 0.1, 10000, 10000), "3 errors from 10000 exact samples"},
		"far":               {estimate(-7, 1, 100, 100), estimate(0, 0.1, 10000, 10000), "7 errors from 10000 exact samples"},
		"few exact":         {estimate(3.2, 1, 100, 100), estimate(0, 4, 10, 10), ""},
		"few exact and far": {estimate(7, 1, 100, 100), estimate(0, 4, 10, 10), "7 errors from 10"},
		"few effective":     {estimate(0, 1, 100, 3), estimate(0, 0.1, 10000, 10000), "3 effective draws"},
		"no error":          {estimate(0, 0, 100, 100), estimate(0, 0.1, 10000, 10000), "no error"},
		"not a number":      {estimate(nan, nan, 1, nan), estimate(0, 0.1, 10000, 10000), "no error"},
		"no exact value":    {estimate(0, 1, 100, 100), estimate(nan, nan, 0, nan), "NaN errors"},
	} {
		c.d.Doubt("what its own draws say")
		c.d.Confront(c.exact)
		if c.d.Reliable != (c.want == "") || len(c.d.Reasons) > 1 || !strings.Contains(strings.Join(c.d.Reasons, ""), c.want) {
			t.Errorf("%s: %+v, want %q", name, c.d, c.want)
		}
		if !slices.Equal(c.d.Cautions, []string{"what its own draws say"}) {
			t.Errorf("%s: cautions %q", name, c.d.Cautions)
		}
	}
}

// What is far from the exact value is not called reliable, whatever its draws say.
func TestConfrontValue(t *testing.T) {
	for mean, reliable := range map[float64]bool{1.4: true, 0.6: true, 1.6: false, 0.4: false} {
		d := Diagnosis{Estimate: Estimate{Mean: mean, Error: 0.1}, Reliable: true}
		d.ConfrontValue(1)
		if d.Reliable != reliable || (len(d.Reasons) == 0) != reliable {
			t.Errorf("%v +- 0.1 for 1: %+v", mean, d)
		}
	}
	d := Diagnosis{Estimate: Estimate{Mean: 2, Error: 0.1}}
	d.Doubt("there is one already")
	if d.ConfrontValue(1); len(d.Reasons) != 1 {
		t.Errorf("%q", d.Reasons)
	}
}

// As many samples as make the error of the exact estimate small enough, of the
// observable that needs the most; none where they would change nothing.
func TestExactSamples(t *testing.T) {
	estimate := func(mean, err float64, n int) Diagnosis {
		return Diagnosis{Estimate: Estimate{Mean: mean, Error: err, N: n, ESS: float64(n)}}
	}
	const square = sharpness * sharpness
	exact := estimate(0, 0.1, 100)
	for name, c := range map[string]struct {
		d    Diagnosis
		want int
	}{
		"as good":             {estimate(0, 0.1, 50), 100 * square},
		"better":              {estimate(0, 0.05, 50), 400 * square},
		"clearly right":       {estimate(0, 1, 50), 0},
		"between":             {estimate(2.9, 1, 50), square},
		"clearly wrong":       {estimate(4, 1, 50), 0},
		"without an error":    {estimate(0, 0, 50), 0},
		"with hardly any":     {estimate(0, 1e-300, 50), math.MaxInt32},
		"of too few":          {estimate(0, 0.1, 4), 0},
		"with no number":      {estimate(0, math.NaN(), 50), 0},
		"without any at all":  {estimate(math.NaN(), 0.1, 50), 0},
		"the one before less": {estimate(-0.3, 0.1, 50), 100 * square},
	} {
		got := ExactSamples([]Diagnosis{estimate(2.9, 1, 50), c.d}, []Diagnosis{exact, exact})
		if want := max(square, c.want); math.Abs(float64(got-want)) > 1 {
			t.Errorf("%s: %d samples, want %d", name, got, want)
		}
	}
	if got := ExactSamples([]Diagnosis{estimate(0, 1, 50)}, []Diagnosis{exact}); got != 0 {
		t.Errorf("%d samples where all is clear", got)
	}
}
