package sampling

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// coverage counts how often intervals of one and two errors hold a known value.
type coverage struct {
	repeats, one, two, reliable int
}

func (c *coverage) add(d Diagnosis, exact float64) {
	c.repeats++
	z := math.Abs(d.Mean-exact) / d.Error
	if z < 1 {
		c.one++
	}
	if z < 1.959964 {
		c.two++
	}
	if d.Reliable {
		c.reliable++
	}
}

// holds demands 68.3 % and 95 % within four binomial standard deviations, and
// that nine in ten are called reliable.
func (c *coverage) holds(t *testing.T, name string) {
	t.Helper()
	n := float64(c.repeats)
	one, two := float64(c.one)/n, float64(c.two)/n
	t.Logf("%-24s 68%%: %.3f, 95%%: %.3f, reliable %.3f", name, one, two, float64(c.reliable)/n)
	for _, interval := range []struct{ share, want float64 }{{one, 0.6827}, {two, 0.95}} {
		if math.Abs(interval.share-interval.want) > 4*math.Sqrt(interval.want*(1-interval.want)/n) {
			t.Errorf("%s: intervals of %.3f hold the exact value in %.3f of %d repeats", name, interval.want, interval.share, c.repeats)
		}
	}
	if float64(c.reliable) < 0.9*n {
		t.Errorf("%s: only %d of %d repeats are called reliable", name, c.reliable, c.repeats)
	}
}

func TestDiagnoseCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	for _, test := range []struct {
		name           string
		phi            float64
		chains, length int
	}{
		{"independent, one chain", 0, 1, 500},
		{"independent, 50 chains", 0, 50, 20},
		{"phi 0.5", 0.5, 4, 250},
		{"phi 0.9", 0.9, 4, 600},
		{"phi 0.9, 40 chains", 0.9, 40, 100},
		{"phi 0.95, one chain", 0.95, 1, 4000},
	} {
		rng := rand.New(rand.NewPCG(103, 1))
		var c coverage
		for range 200 {
			c.add(Diagnose("", autoregressive(rng, test.chains, test.length, test.phi)), 0)
		}
		c.holds(t, test.name)
	}
}

// Chains that have not done their work are called unreliable, each for its own
// reason.
func TestDiagnoseDoubts(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	for _, test := range []struct {
		name, reason string
		series       func(rng *rand.Rand) [][]float64
	}{
		{"short", "too short", func(rng *rand.Rand) [][]float64 { return autoregressive(rng, 4, 100, 0.97) }},
		{"one elsewhere", "R-hat", func(rng *rand.Rand) [][]float64 {
			s := autoregressive(rng, 4, 400, 0)
			for i := range s[3] {
				s[3][i] += 1
			}
			return s
		}},
		{"modes", "too short", func(rng *rand.Rand) [][]float64 {
			s := autoregressive(rng, 4, 400, 0)
			for i := range s[3] {
				s[3][i] += 10
			}
			return s
		}},
		{"one wider", "R-hat", func(rng *rand.Rand) [][]float64 {
			s := autoregressive(rng, 4, 400, 0)
			for i := range s[3] {
				s[3][i] *= 2
			}
			return s
		}},
		{"cold start", "settled", func(rng *rand.Rand) [][]float64 {
			const phi = 0.95
			s := autoregressive(rng, 50, 400, phi)
			for _, chain := range s {
				for i := range chain {
					chain[i] += 4 * math.Pow(phi, float64(i))
				}
			}
			return s
		}},
		{"constant", "the same", func(*rand.Rand) [][]float64 { return [][]float64{make([]float64, 100), make([]float64, 100)} }},
		{"nothing", "no error", func(*rand.Rand) [][]float64 { return nil }},
		{"not a number", "no error", func(*rand.Rand) [][]float64 { return [][]float64{{1, 2, math.NaN(), 3, 4}} }},
	} {
		rng := rand.New(rand.NewPCG(107, 1))
		const repeats = 50
		found := 0
		for range repeats {
			d := Diagnose("", test.series(rng))
			if !d.Reliable && strings.Contains(strings.Join(d.Reasons, "; "), test.reason) {
				found++
			}
		}
		t.Logf("%-12s %d of %d", test.name, found, repeats)
		if found < 0.9*repeats {
			t.Errorf("%s: said in %d of %d repeats", test.name, found, repeats)
		}
	}
}

// No estimate of chains that are short or have a conspicuous R-hat is without a
// word against it: neither one of many short chains whose intervals hold all the
// same, nor one that exact samples confirm.
func TestNoDiagnosisHidesItsChains(t *testing.T) {
	rng := rand.New(rand.NewPCG(113, 1))
	conspicuousOnes, confirmed := 0, 0
	for _, length := range []int{4, 20, 100, 1000} {
		for _, chains := range []int{1, 4, 40} {
			for _, phi := range []float64{0, 0.9, 0.99} {
				d := Diagnose("", autoregressive(rng, chains, length, phi))
				silent := func() bool {
					return (d.Short || d.RHat > 1.1) && len(d.Reasons)+len(d.Cautions) == 0
				}
				if silent() {
					t.Errorf("%d chains of %d: nothing is said of R-hat %.3g, short %v", chains, length, d.RHat, d.Short)
				}
				if d.Reliable && d.RHat > 1.1 {
					conspicuousOnes++
				}
				exact := Diagnosis{Estimate: Estimate{Mean: d.Mean, Error: d.Error / sharpness, N: 1000, ESS: 1000}}
				d.Confront(exact)
				if silent() {
					t.Errorf("%d chains of %d, confirmed: nothing is said of R-hat %.3g, short %v", chains, length, d.RHat, d.Short)
				}
				if d.Reliable && (d.Short || d.RHat > 1.1) {
					confirmed++
				}
			}
		}
	}
	if conspicuousOnes == 0 || confirmed < 5 {
		t.Errorf("%d and %d estimates have something to hide", conspicuousOnes, confirmed)
	}
}

// The variance of a few draws is biased by the fluctuation of their mean, until
// that is removed.
func TestDerivedBias(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	square := variance("", 0, 1, 1)
	for _, chains := range []int{1, 5} {
		const repeats, length = 20000, 6
		rng := rand.New(rand.NewPCG(109, uint64(chains)))
		var corrected, plain float64
		for range repeats {
			a := autoregressive(rng, chains, length, 0)
			squares := make([][]float64, chains)
			for c := range a {
				for _, v := range a[c] {
					squares[c] = append(squares[c], v*v)
				}
			}
			primary := [][][]float64{squares, a}
			corrected += square.diagnose(primary).Mean / repeats
			m2, _ := grandMean(squares)
			m, n := grandMean(a)
			plain += (m2 - m*m + 1/float64(n)) / repeats
		}
		// The standard deviation of a variance of n values is sqrt(2/n).
		tolerance := 4 * math.Sqrt(2/float64(length*chains)/repeats)
		if math.Abs(plain-1) > tolerance || math.Abs(corrected-1) > 1.5*tolerance {
			t.Errorf("%d chains: variance %.4f, want 1 +- %.4f", chains, corrected, tolerance)
		}
	}
}

// A function of the means of few draws is doubted, the means themselves are not.
func TestDerivedOfFew(t *testing.T) {
	for n, reliable := range map[int]bool{50: false, 1000: true} {
		rng := rand.New(rand.NewPCG(111, 1)) // for each, since a map has no order
		a := autoregressive(rng, 1, n, 0)
		if d := Diagnose("", a); !d.Reliable {
			t.Errorf("mean of %d draws: %v", n, d.Reasons)
		}
		if d := variance("", 0, 0, 1).diagnose([][][]float64{a}); d.Reliable != reliable {
			t.Errorf("function of %d draws: reliable is %v: %v", n, d.Reliable, d.Reasons)
		}
	}
}

// A gradient of the right function is what its differences say.
func TestDerivedGradients(t *testing.T) {
	for _, d := range []derived{heatCapacity(16, 2.3), susceptibility(16, 2.3), binderCumulant} {
		mean := []float64{0.7, 0.8}
		_, gradient := d.function(mean)
		for k := range mean {
			const delta = 1e-5
			up, down := []float64{0.7, 0.8}, []float64{0.7, 0.8}
			up[k] += delta
			down[k] -= delta
			a, _ := d.function(up)
			b, _ := d.function(down)
			if want := (a - b) / (2 * delta); math.Abs(gradient[k]-want) > 1e-6*math.Abs(want) {
				t.Errorf("%s: derivative %d is %v, want %v", d.name, k, gradient[k], want)
			}
		}
	}
}

func TestDiagnosisJSON(t *testing.T) {
	good := Diagnosis{Estimate: Estimate{Mean: 1, Error: 0.5, Tau: 2, TauError: 0.25, N: 100, ESS: 25}, RHat: math.Inf(1), Reliable: true}
	bad := Diagnose("", nil)
	careful := good
	careful.beware("R-hat is %.2g", 1.2)
	for d, want := range map[*Diagnosis]string{
		&careful: `{"mean":1,"error":0.5,"tau":2,"tau_error":0.25,"ess":25,"ess_per_draw":0.25,"rhat":null,"short":false,"reliable":true,"cautions":["R-hat is 1.2"]}`,
		&good:    `{"mean":1,"error":0.5,"tau":2,"tau_error":0.25,"ess":25,"ess_per_draw":0.25,"rhat":null,"short":false,"reliable":true}`,
		&bad:     `{"mean":null,"error":null,"tau":0.5,"tau_error":null,"ess":0,"ess_per_draw":null,"rhat":null,"short":true,"reliable":false,"reasons":["0 draws give no error"]}`,
	} {
		got, err := json.Marshal(d)
		if err != nil || string(got) != want {
			t.Errorf("%s, %v\nwant %s", got, err, want)
		}
	}
}
