package sampling

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// gaussianWeights are ln w of draws of q, of width sigma, and of p, of width 1,
// in so many dimensions, where exp(-U) = exp(-x²/2 + offset).
func gaussianWeights(seed uint64, dim int, sigma, offset float64, n int) (own []float64, r Reference) {
	rng := rand.New(rand.NewPCG(seed, 101))
	draw := func(width float64) float64 {
		v := offset
		for range dim {
			x := width * rng.NormFloat64()
			v += x*x/2*(1/(sigma*sigma)-1) + math.Log(sigma*math.Sqrt(2*math.Pi))
		}
		return v
	}
	r.LnZ = offset + float64(dim)*math.Log(math.Sqrt(2*math.Pi))
	for range n {
		own = append(own, draw(sigma))
		r.LogWeight = append(r.LogWeight, draw(1))
	}
	return own, r
}

// mixtureWeights are ln w of two modes, at 4 and -4, of which q gives the second
// a share and p one half.
func mixtureWeights(seed uint64, share float64, n int) (own []float64, r Reference) {
	rng := rand.New(rand.NewPCG(seed, 103))
	density := func(x, share float64) float64 {
		return (1-share)*math.Exp(-(x-4)*(x-4)/2) + share*math.Exp(-(x+4)*(x+4)/2)
	}
	draw := func(s float64) float64 {
		x := rng.NormFloat64() + 4
		if rng.Float64() < s {
			x -= 8
		}
		return math.Log(density(x, 0.5) / density(x, share))
	}
	for range n {
		own = append(own, draw(share))
		r.LogWeight = append(r.LogWeight, draw(0.5))
	}
	return own, r
}

func estimateFreeEnergy(t *testing.T, own []float64, r *Reference) FreeEnergy {
	t.Helper()
	f, err := EstimateFreeEnergy(own, r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Of two normal densities, sigma wide and 1 wide, all is known:
//
//	KL(q||p) = dim [sigma² - 1 - 2 ln sigma]/2,
//	KL(p||q) = dim [1/sigma² - 1 + 2 ln sigma]/2,
//	mean of w² by q = [sigma²/sqrt(2 sigma² - 1)]^dim with p and q normalised,
//
// and the two effective sample sizes are the same number, its inverse. Over 400
// repeats the means are right, the errors have the size of the spread and hold as
// often as they should, with ln Z moved by 5,000 to where exponentials overflow.
func TestFreeEnergyGaussian(t *testing.T) {
	const dim, n, repeats, offset = 3, 1000, 400, 5000.0
	for _, sigma := range []float64{1.2, 0.95} {
		_, r := gaussianWeights(0, dim, sigma, offset, 0)
		log := math.Log(sigma)
		ess := math.Pow(math.Sqrt(2*sigma*sigma-1)/(sigma*sigma), dim)
		wants := map[string]float64{
			"bound": r.LnZ - dim*(sigma*sigma-1-2*log)/2, "lnZ": r.LnZ, "ess": ess,
			"forward lnZ": r.LnZ, "kl": dim * (1/(sigma*sigma) - 1 + 2*log) / 2, "forward ess": ess,
		}
		got := map[string][]Quantity{}
		reliable := 0
		for seed := range uint64(repeats) {
			own, r := gaussianWeights(seed, dim, sigma, offset, n)
			f := estimateFreeEnergy(t, own, &r)
			logESS := scale(own, 1).logESS()
			got["bound"] = append(got["bound"], f.Bound)
			got["lnZ"] = append(got["lnZ"], f.LnZ)
			got["ess"] = append(got["ess"], Quantity{f.ESS, f.ESS * logESS.Error})
			got["forward lnZ"] = append(got["forward lnZ"], f.Forward.LnZ)
			got["kl"] = append(got["kl"], f.Forward.KL)
			got["forward ess"] = append(got["forward ess"], f.Forward.ESS)
			if f.Reliable && len(f.Warnings) == 0 {
				reliable++
			}
		}
		for name, want := range wants {
			var mean, square, size float64
			for _, q := range got[name] {
				mean += (q.Value - want) / repeats
				square += (q.Value - want) * (q.Value - want) / repeats
				size += q.Error / repeats
			}
			spread := math.Sqrt(square)
			t.Logf("sigma %v, %s: %.5f, off by %.1e, errors %.5f, spread %.5f", sigma, name, want, mean, size, spread)
			// A bias of the order of the variance remains, far below an error.
			if math.Abs(mean) > 4*spread/math.Sqrt(repeats)+0.02*spread {
				t.Errorf("sigma %v: %s is off by %v in the mean", sigma, name, mean)
			}
			if size < 0.85*spread || size > 1.15*spread {
				t.Errorf("sigma %v: the error of %s is %v, its spread %v", sigma, name, size, spread)
			}
			if name == "ess" || name == "forward ess" {
				continue // bounded by 1, and not normal near it
			}
			for errors, share := range map[float64]float64{1: 0.6827, 1.96: 0.95} {
				held := 0.0
				for _, q := range got[name] {
					if math.Abs(q.Value-want) < errors*q.Error {
						held += 1.0 / repeats
					}
				}
				if math.Abs(held-share) > 4*math.Sqrt(share*(1-share)/repeats) {
					t.Errorf("sigma %v: %s is within %v errors in %.1f %% of the repeats, want %.1f %%", sigma, name, errors, 100*held, 100*share)
				}
			}
		}
		if reliable < 0.97*repeats {
			t.Errorf("sigma %v: only %d of %d estimates come without a warning", sigma, reliable, repeats)
		}
	}
}

// What draws of q cannot see is seen by exact samples: a mode that q gives next
// to nothing, or a tail.
func TestFreeEnergyWarns(t *testing.T) {
	const repeats = 200
	cases := []struct {
		name             string
		draw             func(seed uint64) ([]float64, Reference)
		doubted, overall [2]int // least and most repeats in which ln Z, or anything, is warned of
	}{
		{"both modes", func(seed uint64) ([]float64, Reference) { return mixtureWeights(seed, 0.4, 2000) }, [2]int{0, 4}, [2]int{0, 4}},
		{"a mode is missed", func(seed uint64) ([]float64, Reference) { return mixtureWeights(seed, 1e-9, 2000) }, [2]int{repeats, repeats}, [2]int{repeats, repeats}},
		{"nearly right", func(seed uint64) ([]float64, Reference) { return gaussianWeights(seed, 16, 1.1, 0, 2000) }, [2]int{0, 4}, [2]int{0, 4}},
		{"a little narrow", func(seed uint64) ([]float64, Reference) { return gaussianWeights(seed, 16, 0.92, 0, 2000) }, [2]int{0, 4}, [2]int{0, 6}},
		{"no tails", func(seed uint64) ([]float64, Reference) { return gaussianWeights(seed, 4, 0.55, 0, 2000) }, [2]int{0, repeats}, [2]int{0.9 * repeats, repeats}},
		{"perfect", func(seed uint64) ([]float64, Reference) { return gaussianWeights(seed, 4, 1, 0, 2000) }, [2]int{0, 0}, [2]int{0, 0}},
	}
	for _, c := range cases {
		doubted, overall := 0, 0
		for seed := range uint64(repeats) {
			own, r := c.draw(seed)
			f := estimateFreeEnergy(t, own, &r)
			if !f.Reliable {
				doubted++
			}
			if len(f.Warnings) > 0 {
				overall++
			}
		}
		t.Logf("%s: ln Z doubted in %d, warned in %d of %d", c.name, doubted, overall, repeats)
		if doubted < c.doubted[0] || doubted > c.doubted[1] {
			t.Errorf("%s: ln Z doubted in %d of %d, want %v", c.name, doubted, repeats, c.doubted)
		}
		if overall < c.overall[0] || overall > c.overall[1] {
			t.Errorf("%s: warned in %d of %d, want %v", c.name, overall, repeats, c.overall)
		}
	}
}

// The draws of a q that misses a mode look perfect by themselves; so they are
// not called reliable when nothing can contradict them.
func TestFreeEnergyAlone(t *testing.T) {
	own, r := mixtureWeights(1, 1e-12, 1000)
	f := estimateFreeEnergy(t, own, nil)
	if f.ESS < 0.99 || f.LnZ.Error > 0.01 {
		t.Errorf("a missed mode shows in ESS %v or error %v: the test is not what it says", f.ESS, f.LnZ.Error)
	}
	if f.Reliable || len(f.Warnings) != 1 || f.Exact != nil || f.Forward != nil {
		t.Errorf("without a reference: %+v", f)
	}
	// ln Z alone shows it: half of Z is missing.
	f = estimateFreeEnergy(t, own, &Reference{LnZ: r.LnZ})
	if f.Reliable || f.Forward != nil || !strings.Contains(f.Warnings[0], "misses") || !strings.Contains(f.Warnings[0], "-0.69") {
		t.Errorf("with ln Z alone: %+v", f)
	}
}

func TestFreeEnergyFewEffective(t *testing.T) {
	own, r := gaussianWeights(3, 60, 1.6, 0, 500)
	f := estimateFreeEnergy(t, own, &r)
	t.Logf("ESS %.3g of %d: %q", f.ESS*float64(f.N), f.N, f.Warnings)
	if f.Reliable || !strings.Contains(f.Warnings[0], "effective draws of 500") {
		t.Errorf("%+v", f)
	}
}

// One weight of the exact samples that decides makes an error of one at most,
// however far ln Z is off: that is not called reliable.
func TestFreeEnergyOfFewExact(t *testing.T) {
	own := make([]float64, 100)
	for name, c := range map[string]struct {
		lowest   float64
		reliable bool
		want     string
	}{
		"alike":      {-0.1, true, ""},
		"one weight": {-6, false, "too few"},
		"far off":    {-100, false, "-95.4 off, 95 of its errors: a few large values of 1/w decide"},
	} {
		exact := make([]float64, 100)
		exact[7] = c.lowest
		f := estimateFreeEnergy(t, own, &Reference{LogWeight: exact})
		if f.Forward.Reliable != c.reliable || !strings.Contains(strings.Join(f.Warnings, "; "), c.want) {
			t.Errorf("%s: %+v, %q", name, f.Forward, f.Warnings)
		}
	}
}

func TestFreeEnergyRefuses(t *testing.T) {
	good := []float64{1, 2, 3}
	for name, c := range map[string]struct {
		own  []float64
		r    *Reference
		want string
	}{
		"none":            {nil, nil, "ln Z from 0 draws of the flow"},
		"one":             {good[:1], nil, "ln Z from 1 draws of the flow"},
		"not a number":    {[]float64{1, math.NaN()}, nil, "1 of 2 draws of the flow have a weight that is not finite"},
		"infinite":        {[]float64{math.Inf(-1), math.Inf(1), 1}, nil, "2 of 3 draws"},
		"one exact":       {good, &Reference{LogWeight: good[:1]}, "ln Z from 1 exact samples"},
		"no exact ln Z":   {good, &Reference{LnZ: math.NaN(), LogWeight: good}, "an exact ln Z of NaN"},
		"infinite, exact": {good, &Reference{LogWeight: []float64{1, math.Inf(1)}}, "1 of 2 exact samples"},
	} {
		_, err := EstimateFreeEnergy(c.own, c.r)
		var h interface{ Hint() string }
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &h) || h.Hint() == "" {
			t.Errorf("%s: error %v, want %q with a hint", name, err, c.want)
		}
	}
}

// Extreme weights are numbers still, which JSON can hold.
func TestFreeEnergyExtreme(t *testing.T) {
	for name, own := range map[string][]float64{
		"equal": {7, 7, 7}, "far apart": {-1e6, 0, 1e6}, "huge": {1e300, 1e300}, "tiny": {-1e300, -1e300},
	} {
		f := estimateFreeEnergy(t, own, &Reference{LnZ: own[1], LogWeight: own})
		if _, err := json.Marshal(f); err != nil {
			t.Errorf("%s: %v in %+v", name, err, f)
		}
	}
}
