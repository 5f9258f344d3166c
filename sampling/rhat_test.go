package sampling

import (
	"math"
	"math/rand/v2"
	"testing"
)

// waves are three chains of 21 draws with many ties.
func waves(value func(i, c float64) float64) [][]float64 {
	series := make([][]float64, 3)
	for c := range series {
		for i := range 21 {
			series[c] = append(series[c], math.Floor(10*value(float64(i), float64(c))+0.5)/10)
		}
	}
	return series
}

// The references are a few lines of Python with statistics.NormalDist that
// count ranks one by one.
func TestRHatReference(t *testing.T) {
	shift := waves(func(i, c float64) float64 { return math.Sin(1.7*i*i+c) + 0.5*c })
	scale := waves(func(i, c float64) float64 { return math.Sin(1.7*i*i+c) * (1 + c) })
	for _, test := range []struct {
		name   string
		series [][]float64
		want   float64
	}{
		{"shift", shift, 1.1611581742442256},
		{"scale", scale, 1.1889787014596167},
	} {
		if got := RHat(test.series); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%s: R-hat = %.15g, want %.15g", test.name, got, test.want)
		}
	}
}

func TestRHat(t *testing.T) {
	rng := rand.New(rand.NewPCG(101, 1))
	series := func(change func(c, i int, v float64) float64) [][]float64 {
		s := autoregressive(rng, 4, 2000, 0.5)
		for c, chain := range s {
			for i, v := range chain {
				chain[i] = change(c, i, v)
			}
		}
		return s
	}
	for _, test := range []struct {
		name     string
		series   [][]float64
		from, to float64
	}{
		{"good", series(func(_, _ int, v float64) float64 { return v }), 0.999, 1.005},
		{"heavy tails", series(func(_, _ int, v float64) float64 { return v * v * v * v * v }), 0.999, 1.005},
		{"one shifted", series(func(c, _ int, v float64) float64 { return v + float64(c/3) }), 1.05, 2},
		{"one shifted, heavy tails", series(func(c, _ int, v float64) float64 { return math.Tan(1.5*math.Tanh(v)) + float64(c/3) }), 1.012, 2},
		{"one wider", series(func(c, _ int, v float64) float64 { return v * (1 + 2*float64(c/3)) }), 1.05, 2},
		{"all drift", series(func(_, i int, v float64) float64 { return v + float64(i)/1000 }), 1.05, 2},
	} {
		if r := RHat(test.series); !(r >= test.from && r <= test.to) {
			t.Errorf("%s: R-hat = %v, want %v to %v", test.name, r, test.from, test.to)
		}
	}
}

func TestRHatOfLittle(t *testing.T) {
	for name, series := range map[string][][]float64{
		"nothing":      nil,
		"no draws":     {{}, {}},
		"three draws":  {{1, 2, 3}, {1, 2, 3, 4}},
		"constant":     {{5, 5, 5, 5}, {5, 5, 5, 5}},
		"not a number": {{1, 2, 3, math.NaN()}},
		"infinite":     {{1, 2, 3, math.Inf(-1)}},
	} {
		if r := RHat(series); !math.IsNaN(r) {
			t.Errorf("%s: R-hat = %v", name, r)
		}
	}
	if r := RHat([][]float64{{1, -1, 1, -1}, {1, -1, -1, 1}}); math.IsNaN(r) || r > 1 {
		t.Errorf("two values: R-hat = %v", r)
	}
}
