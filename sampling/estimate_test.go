package sampling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// autoregressive returns stationary chains of x' = phi x + noise with mean 0
// and variance 1; its integrated autocorrelation time is exactTau(phi).
func autoregressive(rng *rand.Rand, chains, length int, phi float64) [][]float64 {
	series := make([][]float64, chains)
	for c := range series {
		x := rng.NormFloat64()
		for range length {
			series[c] = append(series[c], x)
			x = phi*x + math.Sqrt(1-phi*phi)*rng.NormFloat64()
		}
	}
	return series
}

func exactTau(phi float64) float64 { return 0.5 * (1 + phi) / (1 - phi) }

// accumulated gives the chains to an accumulator, time by time.
func accumulated(series [][]float64) Estimate {
	a := newAccumulator(len(series))
	values := make([]float64, len(series))
	for t := range series[0] {
		for c := range series {
			values[c] = series[c][t]
		}
		a.add(values)
	}
	return a.estimate()
}

// The same experiment many times: tau is right in the mean, its error and the
// error of the mean cover the truth in 68 % of the experiments.
func TestEstimateCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	for _, test := range []struct {
		name           string
		phi            float64
		chains, length int
		estimate       func([][]float64) Estimate
		bias           float64 // of tau, relative, allowed
		tauCovered     float64 // share of tau's error bars that hold, at least
	}{
		{"white noise", 0, 1, 1000, Analyse, 0.045, 0.60},
		{"phi 0.5", 0.5, 1, 2000, Analyse, 0.03, 0.60},
		{"phi 0.8, barely enough", 0.8, 1, 300, Analyse, 0.06, 0.5},
		{"phi 0.9", 0.9, 1, 10000, Analyse, 0.03, 0.60},
		{"phi 0.9, 8 chains", 0.9, 8, 1250, Analyse, 0.03, 0.60},
		{"white noise, accumulated", 0, 64, 100, accumulated, 0.03, 0.60},
		{"phi 0.9, accumulated", 0.9, 64, 1000, accumulated, 0.04, 0.60},
		{"phi 0.95, few times, accumulated", 0.95, 64, 5, accumulated, math.Inf(1), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(29, 31))
			const experiments = 600
			tau := exactTau(test.phi)
			var meanCovered, tauCovered, meanTau float64
			for range experiments {
				e := test.estimate(autoregressive(rng, test.chains, test.length, test.phi))
				if math.Abs(e.Mean) < e.Error {
					meanCovered += 1.0 / experiments
				}
				if math.Abs(e.Tau-tau) < e.TauError {
					tauCovered += 1.0 / experiments
				}
				meanTau += e.Tau / experiments
				if n := test.chains * test.length; e.N != n || math.Abs(e.ESS*2*e.Tau/float64(n)-1) > 1e-12 {
					t.Fatalf("N, ESS and Tau do not agree: %+v", e)
				}
				if test.bias < 0.05 && e.Short {
					t.Fatalf("called short: %+v", e)
				}
			}
			t.Logf("mean covered %.3f, tau covered %.3f, tau %.4f, exact %.4f", meanCovered, tauCovered, meanTau, tau)
			// Three standard deviations of a binomial share of 600, and a little
			// more for the errors of the errors.
			if math.Abs(meanCovered-0.683) > 0.065 {
				t.Errorf("the error of the mean covers %.3f, want 0.683", meanCovered)
			}
			if math.Abs(meanTau/tau-1) > test.bias {
				t.Errorf("tau %v, want %v", meanTau, tau)
			}
			if tauCovered < test.tauCovered {
				t.Errorf("the error of tau covers %.3f, want 0.683", tauCovered)
			}
		})
	}
}

// The transform gives the sums, also of chains of different lengths, of which
// one ends before the transform begins.
func TestAutocovariances(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 1))
	series := autoregressive(rng, 3, 700, 0.97)
	series[1], series[2] = series[1][:501], series[2][:70]
	mean, _ := grandMean(series)
	for at, g := range autocovariances(series, mean, 700) {
		if want := autocovariance(series, mean, at); math.Abs(g-want) > 1e-12 {
			t.Fatalf("autocovariance %d is %v, want %v", at, g, want)
		}
	}
	gamma, closed := windowed(series, mean)
	if len(gamma) < transformed+20 || !closed {
		t.Fatalf("a window of %d, closed: %v, tests nothing", len(gamma), closed)
	}
	for at, g := range gamma {
		if want := autocovariance(series, mean, at); math.Abs(g-want) > 1e-12 {
			t.Fatalf("autocovariance %d in the window is %v, want %v", at, g, want)
		}
	}
}

// BenchmarkAnalyse is a million draws of chains that hardly move.
func BenchmarkAnalyse(b *testing.B) {
	for _, chains := range []int{4, 512} {
		b.Run(fmt.Sprint(chains), func(b *testing.B) {
			series := autoregressive(rand.New(rand.NewPCG(34, 1)), chains, 1000000/chains, 0.9999)
			for b.Loop() {
				Analyse(series)
			}
		})
	}
}

// Antithetic chains could claim more than N independent values; they do not.
func TestEstimateAntithetic(t *testing.T) {
	rng := rand.New(rand.NewPCG(37, 41))
	if e := Analyse(autoregressive(rng, 1, 5000, -0.6)); e.Tau != 0.5 || e.ESS != 5000 || e.Short {
		t.Errorf("%+v", e)
	}
}

func TestEstimateConstant(t *testing.T) {
	// A tenth has no exact binary form: a careless mean leaves a residue.
	constant := make([]float64, 333)
	for i := range constant {
		constant[i] = 0.1
	}
	for name, e := range map[string]Estimate{
		"series":      Analyse([][]float64{constant, constant}),
		"accumulator": accumulated([][]float64{constant, constant}),
	} {
		if e.Mean != 0.1 || e.Error != 0 || e.Tau != 0.5 || e.N != 666 || e.ESS != 666 || e.Short {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestEstimateOfLittle(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		name   string
		series [][]float64
		mean   float64
		n      int
	}{
		{"nothing", nil, nan, 0},
		{"empty chains", [][]float64{{}, {}}, nan, 0},
		{"one value", [][]float64{{2.5}}, 2.5, 1},
		{"not a number", [][]float64{{1, 2, nan, 4}, {1, 2, 3, 4}}, nan, 8},
		{"infinite", [][]float64{{1, inf, 2, 4}}, inf, 4},
		{"overflow", [][]float64{{1e200, -1e200}}, 0, 2},
	} {
		e := Analyse(test.series)
		if same := e.Mean == test.mean || math.IsNaN(e.Mean) && math.IsNaN(test.mean); !same {
			t.Errorf("%s: mean %v, want %v", test.name, e.Mean, test.mean)
		}
		if !math.IsNaN(e.Error) || !e.Short || e.N != test.n {
			t.Errorf("%s: %+v", test.name, e)
		}
	}
}

// Chains that sit at different places have not mixed: no long run of each of
// them makes the error small.
func TestEstimateUnmixed(t *testing.T) {
	rng := rand.New(rand.NewPCG(43, 47))
	series := autoregressive(rng, 10, 500, 0)
	for c := range series {
		at := rng.NormFloat64()
		for i := range series[c] {
			series[c][i] = at + 0.1*series[c][i]
		}
	}
	for name, e := range map[string]Estimate{"series": Analyse(series), "accumulator": accumulated(series)} {
		if e.ESS > 15 || e.Error < 0.15 || !e.Short {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestAccumulatorOfLittle(t *testing.T) {
	if e := newAccumulator(3).estimate(); !math.IsNaN(e.Mean) || !math.IsNaN(e.Error) || e.N != 0 {
		t.Errorf("nothing: %+v", e)
	}
	if e := accumulated([][]float64{{1, 2, 4}}); math.Abs(e.Mean-7.0/3) > 1e-15 || !math.IsNaN(e.Error) || !e.Short {
		t.Errorf("one chain: %+v", e)
	}
	if e := accumulated([][]float64{{1, 2}, {math.NaN(), 1}}); !math.IsNaN(e.Mean) || !math.IsNaN(e.Error) {
		t.Errorf("not a number: %+v", e)
	}
	// By hand: means 2 and 5, so 3.5 +- 1.5; the variance of all values is 13/3.
	e := accumulated([][]float64{{1, 3}, {4, 6}})
	if want := 2 * 4.5 / (2 * (13.0 / 3)); e.Mean != 3.5 || e.Error != 1.5 || math.Abs(e.Tau-want) > 1e-15 {
		t.Errorf("by hand: %+v", e)
	}
}
