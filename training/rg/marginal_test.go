package rg

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"neuralrg/model"
	"neuralrg/sampling"
)

// drawnLatents are n samples of a lattice of 4 x 4, whose latent at each site is
// what draw gives.
func drawnLatents(n int, draw func(site int) float64) []float32 {
	z := make([]float32, 16*n)
	for i := range z {
		z[i] = float32(draw(i / n))
	}
	return z
}

// TestDivergenceOfKnownDensities compares estimates from many samples, and what
// they scatter by with the errors quoted. Heavy tails are underestimated, as is
// said.
func TestDivergenceOfKnownDensities(t *testing.T) {
	scaled := func(s float64) float64 { return -math.Log(s) + (s*s-1)/2 }
	mixture := func(z float64) float64 {
		return 0.5*distuv.Normal{Mu: -1, Sigma: 0.6}.Prob(z) + 0.5*distuv.Normal{Mu: 1, Sigma: 0.6}.Prob(z)
	}
	for name, c := range map[string]struct {
		draw  func(random *rand.Rand) float64
		exact float64
		bias  float64 // accepted beside chance
	}{
		"normal":      {(*rand.Rand).NormFloat64, 0, 0},
		"shifted":     {func(random *rand.Rand) float64 { return 0.3 + random.NormFloat64() }, 0.045, 0.002},
		"wide":        {func(random *rand.Rand) float64 { return 1.3 * random.NormFloat64() }, scaled(1.3), 0.005},
		"narrow":      {func(random *rand.Rand) float64 { return 0.7 * random.NormFloat64() }, scaled(0.7), 0.005},
		"a little":    {func(random *rand.Rand) float64 { return 1.05 * random.NormFloat64() }, scaled(1.05), 0.001},
		"heavy tails": {func(random *rand.Rand) float64 { return (2*float64(random.IntN(2)) - 1) * random.ExpFloat64() }, -math.Log(2) + math.Log(2*math.Pi)/2, 0.04},
		"two modes": {func(random *rand.Rand) float64 { return float64(2*random.IntN(2)-1) + 0.6*random.NormFloat64() }, quad.Fixed(func(z float64) float64 {
			return mixture(z) * (math.Log(mixture(z)) - distuv.UnitNormal.LogProb(z))
		}, -8, 8, 400, nil, 0), 0.003},
	} {
		const n, repeats = 4000, 24
		random := rand.New(rand.NewPCG(1, 41)) // for each, since a map has no order
		var values, errors []float64
		z, ratios := make([]float64, n), make([]float64, n)
		for range repeats {
			for i := range z {
				z[i] = c.draw(random)
			}
			if !normalRatios(ratios, z) {
				t.Fatalf("%s: equal values", name)
			}
			q := meanOf(ratios)
			values, errors = append(values, q.Value), append(errors, q.Error)
		}
		value, spread := stat.MeanStdDev(values, nil)
		quoted := stat.Mean(errors, nil)
		t.Logf("%s: %.5f, exact %.5f, spread %.5f, quoted %.5f", name, value, c.exact, spread, quoted)
		if math.Abs(value-c.exact) > 3.5*spread/math.Sqrt(repeats)+c.bias {
			t.Errorf("%s: divergence %v(%v), exact %v", name, value, spread/math.Sqrt(repeats), c.exact)
		}
		if quoted < 0.7*spread || quoted > 2.2*spread {
			t.Errorf("%s: errors %v, spread %v", name, quoted, spread)
		}
	}
}

// TestRatiosOfNormalValues: of normal ones the mean has no bias at all, also where
// there are few.
func TestRatiosOfNormalValues(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 41))
	for _, n := range []int{2, 5, 40} {
		values := make([]float64, 20_000/n)
		z, ratios := make([]float64, n), make([]float64, n)
		for i := range values {
			for j := range z {
				z[j] = random.NormFloat64()
			}
			if !normalRatios(ratios, z) {
				t.Fatal("equal values")
			}
			values[i] = stat.Mean(ratios, nil)
		}
		checkMean(t, "divergence of normal values", values, 0)
	}
}

// TestLogNormalMass compares with numerical integrals, in the middle and in the
// tails, on both sides of the change to the asymptotic series.
func TestLogNormalMass(t *testing.T) {
	for _, c := range [][2]float64{
		{-1, 2}, {0.1, 0.11}, {-3, -2.999}, {-9, -8.9}, {8.9, 9}, {24.9, 24.95}, {25.01, 25.02}, {-26, -24}, {60, 60.5}, {-0.5, 0},
	} {
		a, b := c[0], c[1]
		// The density relative to that of the end nearer to 0.
		top := math.Min(math.Abs(a), math.Abs(b))
		if a < 0 && b > 0 {
			top = 0
		}
		want := math.Log(quad.Fixed(func(z float64) float64 {
			return math.Exp((top*top - z*z) / 2)
		}, a, b, 200, nil, 0)) - top*top/2 - math.Log(2*math.Pi)/2
		if got := logNormalMass(a, b); math.Abs(got-want) > 1e-7 {
			t.Errorf("mass of %v: %v, not %v", c, got, want)
		}
	}
	if got := logNormalMass(math.Inf(-1), math.Inf(1)); got != 0 {
		t.Errorf("logarithm of the whole mass: %v", got)
	}
	for _, z := range []float64{-40, -3, 3, 40} {
		below, above := logNormalMass(math.Inf(-1), z), logNormalMass(-z, math.Inf(1))
		if math.Abs(below-above) > 1e-12 || math.IsInf(below, 0) {
			t.Errorf("tails at %v: %v and %v", z, below, above)
		}
	}
}

// TestMarginals of latents that are 0.2 + 1.1 times a normal number, of those that
// are exactly normal, and of uniform ones.
func TestMarginals(t *testing.T) {
	const n = 8000
	random := rand.New(rand.NewPCG(2, 41))
	shape := model.Shape{L: 4}
	z := drawnLatents(n, func(site int) float64 {
		switch site {
		case 5:
			return 0.2 + 1.1*random.NormFloat64()
		case 8:
			return math.Sqrt(3) * (2*random.Float64() - 1)
		}
		return random.NormFloat64()
	})
	all, err := Marginals(shape, z, []int{8, 5, 0})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(all); err != nil {
		t.Fatal(err)
	}
	uniform, wide, normal := all[0], all[1], all[2]
	if wide.Site != 5 || wide.Level != 0 || uniform.Level != 1 || wide.Samples != n {
		t.Errorf("%d of level %d in %d samples", wide.Site, wide.Level, wide.Samples)
	}
	near(t, "mean", wide.Mean, 0.2, 3)
	near(t, "deviation", wide.Deviation, 1.1, 3)
	near(t, "kurtosis", wide.Kurtosis, 0, 3)
	near(t, "kurtosis of uniform values", uniform.Kurtosis, -1.2, 3)
	near(t, "divergence", wide.Divergence, 0.02-math.Log(1.1)+0.105, 3.5)
	near(t, "divergence of normal values", normal.Divergence, 0, 3)
	for _, of := range []struct {
		got  sampling.Quantity
		want float64
	}{{wide.Mean, 1.1 / math.Sqrt(n)}, {wide.Deviation, 1.1 / math.Sqrt(2*n)}, {wide.Kurtosis, math.Sqrt(24. / n)}} {
		if math.Abs(of.got.Error/of.want-1) > 0.15 {
			t.Errorf("error %v, of a normal variable %v", of.got.Error, of.want)
		}
	}
	for _, m := range all {
		if whole := floats.Sum(m.Histogram)*HistogramWidth + m.Below + m.Above; math.Abs(whole-1) > 1e-9 {
			t.Errorf("a histogram of %v in all", whole)
		}
	}
	for i, density := range NormalHistogram() {
		expected := density * HistogramWidth * n
		if got := normal.Histogram[i] * HistogramWidth * n; math.Abs(got-expected) > 5*math.Sqrt(expected)+3 {
			t.Errorf("%v normal values in bin %d, not %v", got, i, expected)
		}
	}
	if wide.Above < 1e-4 || wide.Above > 1e-3 { // Phi(-3.8/1.1) = 2.8e-4
		t.Errorf("%v above the histogram", wide.Above)
	}
	if normal.Kolmogorov > normal.Chance || wide.Kolmogorov < 3*wide.Chance || uniform.Kolmogorov < 3*uniform.Chance {
		t.Errorf("Kolmogorov's distances %v, %v, %v, chance %v", normal.Kolmogorov, wide.Kolmogorov, uniform.Kolmogorov, normal.Chance)
	}
	if len(wide.Quantiles) != 25 {
		t.Fatalf("%d quantiles", len(wide.Quantiles))
	}
	for i, q := range wide.Quantiles {
		if math.Abs(q.Sample-(0.2+1.1*q.Normal)) > 4*1.1*q.Error {
			t.Errorf("quantile %+v of 0.2 + 1.1 normal", q)
		}
		if q := normal.Quantiles[i]; math.Abs(q.Sample-q.Normal) > 4*q.Error || q.Error > 0.1 {
			t.Errorf("quantile %+v of normal values", q)
		}
	}
}

// TestBins: a bin has its lower edge, not its upper one.
func TestBins(t *testing.T) {
	m := marginal([]float64{-4.001, -4, -3.9, 0, 0.12, 0.125, 3.999, 4})
	counts := map[int]float64{0: 2, 32: 2, 33: 1, 63: 1}
	for i, density := range m.Histogram {
		if got := density * HistogramWidth * 8; math.Abs(got-counts[i]) > 1e-12 {
			t.Errorf("%v values in bin %d, not %v", got, i, counts[i])
		}
	}
	if m.Below != 0.125 || m.Above != 0.125 {
		t.Errorf("shares of %v and %v beyond the bins", m.Below, m.Above)
	}
}

// TestErrorsOfMoments of a skewed variable: they scatter as their errors say.
func TestErrorsOfMoments(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 41))
	const repeats, n = 400, 1500
	var values, errors [3][]float64
	for range repeats {
		z := make([]float64, n)
		for i := range z {
			z[i] = math.Pow(random.Float64(), 3)
		}
		mean, deviation, kurtosis := describe(z)
		for i, q := range []sampling.Quantity{mean, deviation, kurtosis} {
			values[i], errors[i] = append(values[i], q.Value), append(errors[i], q.Error)
		}
	}
	for i := range values {
		spread, quoted := stat.StdDev(values[i], nil), stat.Mean(errors[i], nil)
		t.Logf("moment %d: spread %.5f, quoted %.5f", i, spread, quoted)
		if math.Abs(quoted/spread-1) > 0.12 {
			t.Errorf("moment %d: errors %v, spread %v", i, quoted, spread)
		}
	}
}

// TestKolmogorovByAllValues compares the distance with the definition, and its
// chance with what normal samples do.
func TestKolmogorovByAllValues(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 41))
	exceed := 0
	const repeats, n = 1000, 100
	for range repeats {
		values := make([]float64, n)
		for i := range values {
			values[i] = random.NormFloat64()
		}
		m := marginal(slices.Clone(values))
		var largest float64
		for _, at := range values {
			var below, upTo float64
			for _, v := range values {
				if v < at {
					below += 1. / n
				}
				if v <= at {
					upTo += 1. / n
				}
			}
			p := distuv.UnitNormal.CDF(at)
			largest = max(largest, math.Abs(p-below), math.Abs(p-upTo))
		}
		if math.Abs(m.Kolmogorov-largest) > 1e-12 {
			t.Fatalf("distance %v, by the definition %v", m.Kolmogorov, largest)
		}
		if m.Kolmogorov > m.Chance {
			exceed++
		}
	}
	if exceed < 30 || exceed > 70 { // 50 expected
		t.Errorf("%d of %d normal samples exceed chance", exceed, repeats)
	}
}

func TestMarginalsRefuse(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 41))
	shape := model.Shape{L: 4}
	z := drawnLatents(100, func(int) float64 { return random.NormFloat64() })
	with := func(v float32) []float32 {
		c := slices.Clone(z)
		c[3] = v
		return c
	}
	for name, c := range map[string]struct {
		z    []float32
		site int
	}{
		"beyond":      {z, 16},
		"before":      {z, -1},
		"few":         {z[:16*50], 0},
		"half":        {z[1:], 0},
		"none":        {nil, 0},
		"NaN":         {with(float32(math.NaN())), 0},
		"infinite":    {with(float32(math.Inf(1))), 0},
		"constant":    {make([]float32, 1600), 0},
		"mostly zero": {append(make([]float32, 90), z[90:]...), 0},
	} {
		_, err := Marginals(shape, c.z, []int{c.site})
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		hinted(t, err)
	}
	// Far out is no reason to fail.
	far := slices.Clone(z)
	for i := range 100 {
		far[i] += 1000
	}
	m, err := Marginals(shape, far, []int{0})
	if err != nil {
		t.Fatal(err)
	}
	if d := m[0].Divergence.Value; math.Abs(d/5e5-1) > 0.01 {
		t.Errorf("divergence of a latent a thousand off: %v", d)
	}
}
