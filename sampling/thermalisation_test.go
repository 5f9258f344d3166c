package sampling

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// relaxing makes chains of an autoregressive process of unit variance and mean 0,
// with correlations exp(-t/tau), that all start at the same value.
func relaxing(random *rand.Rand, chains, length int, start, tau float64) [][]float64 {
	rho := math.Exp(-1 / tau)
	series := make([][]float64, chains)
	for c := range series {
		x := start
		for range length {
			series[c] = append(series[c], x)
			x = rho*x + math.Sqrt(1-rho*rho)*random.NormFloat64()
		}
	}
	return series
}

// TestThermalisationOfAKnownRelaxation: a mean D exp(-t/tau) comes within three
// errors at tau ln(D/3e), noise makes that somewhat later, and a start four times as
// far away takes tau ln 4 more. The intervals hold the times that there are.
func TestThermalisationOfAKnownRelaxation(t *testing.T) {
	const chains, repeats, near, far = 100, 100, 5.0, 20.0
	random := rand.New(rand.NewPCG(5, 6))
	for _, tau := range []float64{5, 20} {
		var mean [2]float64
		for i, D := range []float64{near, far} {
			var times []float64
			want := tau * math.Log(D/(3/math.Sqrt(chains)))
			held := 0
			for range repeats {
				got, ok := Thermalise(relaxing(random, chains, int(40*tau), D, tau), Quantity{})
				if !ok || got.Low > got.Time || got.Time > got.High {
					t.Fatalf("tau %v: %+v, %v", tau, got, ok)
				}
				times = append(times, float64(got.Time))
				if float64(got.Low) <= want && want <= float64(got.High) {
					held++
				}
			}
			m, deviation := stat.MeanStdDev(times, nil)
			t.Logf("tau %v, D %v: %.2f +- %.2f, expected %.2f; %d of %d intervals hold it", tau, D, m, deviation, want, held, repeats)
			if mean[i] = m; m < want-0.1*tau || m > want+0.7*tau {
				t.Errorf("tau %v, D %v: thermalised at %.1f on average, expected %.1f", tau, D, m, want)
			}
			if held < repeats/2 {
				t.Errorf("tau %v, D %v: %d of %d intervals hold %.1f", tau, D, held, repeats, want)
			}
		}
		if got, want := mean[1]-mean[0], tau*math.Log(far/near); math.Abs(got-want) > 0.3*tau {
			t.Errorf("tau %v: the start farther away takes %.1f more, expected %.1f", tau, got, want)
		}
	}
}

// TestEquilibriumIsThermalisedAtOnce, whether its mean is known or estimated.
func TestEquilibriumIsThermalisedAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	const repeats = 50
	for _, known := range []Quantity{{}, {0.3, 0.2}} {
		late := 0
		for range repeats {
			series := relaxing(random, 50, 200, 0, 4)
			for c := range series {
				for i := range series[c] {
					series[c][i] += random.NormFloat64() // so that the start is none
				}
			}
			if got, ok := Thermalise(series, known); !ok || got.Time > 0 {
				late++
			}
		}
		if late > repeats/10 {
			t.Errorf("mean %+v: %d of %d were late", known, late, repeats)
		}
	}
}

func TestArrival(t *testing.T) {
	flat := func(n int, v float64) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = v
		}
		return s
	}
	join := func(parts ...[]float64) (all []float64) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	for _, c := range []struct {
		name     string
		distance []float64
		want     int
		ok       bool
	}{
		{"never", flat(100, 9), 0, false},
		{"from the start", flat(11, 0.2), 0, true},
		{"too short to tell", flat(10, 0.2), 0, false},
		{"after 20", join(flat(20, 9), flat(31, 2.9)), 20, true},
		{"after 20, but not for as long again", join(flat(20, 9), flat(30, 2.9)), 0, false},
		{"passing by", join(flat(20, 9), flat(30, 0), flat(40, 9)), 0, false},
		{"passing by, then back", join(flat(20, 9), flat(30, 0), flat(10, 9), flat(71, 0)), 60, true},
		{"three errors away", flat(50, 3.01), 0, false},
		{"not a number", flat(50, math.NaN()), 0, false},
	} {
		got, ok := arrival(c.distance, nearby)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %v, want %d, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
