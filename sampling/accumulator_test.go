package sampling

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// accumulator estimates a mean while chains run. It keeps only a mean and a
// variance a chain, and takes the error from the spread of the chains' means:
// right for independent chains whatever their autocorrelation, and blind to a
// common start that they have not yet forgotten.
type accumulator struct {
	times  int
	mean   []float64 // of each chain
	square []float64 // its sum of squared deviations
}

// newAccumulator makes an empty accumulator for a number of chains.
func newAccumulator(chains int) *accumulator {
	return &accumulator{mean: make([]float64, chains), square: make([]float64, chains)}
}

// add takes the observable of every chain at one more time.
func (a *accumulator) add(values []float64) {
	if len(values) != len(a.mean) {
		panic("sampling: the number of values is not the number of chains")
	}
	a.times++
	for c, v := range values {
		d := v - a.mean[c]
		a.mean[c] += d / float64(a.times)
		a.square[c] += d * (v - a.mean[c])
	}
}

// estimate is the mean so far. Its Tau follows from comparing the spread of
// the chains' means with that of all values, and cannot exceed much more than
// half the time passed; Short is set until a chain is enough Tau long. It needs
// two chains for an error, which is itself uncertain by a part of
// 1/sqrt(2 (chains-1)). Neither is biased, so that Tau falls below 1/2 now and
// then: a floor, as Analyse has it, would make few chains look correlated.
func (a *accumulator) estimate() Estimate {
	chains, times := float64(len(a.mean)), float64(a.times)
	n := len(a.mean) * a.times
	e := Estimate{Mean: math.NaN(), Error: math.NaN(), Tau: 0.5, TauError: math.NaN(), N: n, ESS: float64(n), Short: true}
	if n == 0 {
		return e
	}
	mean, between := stat.MeanVariance(a.mean, nil)
	e.Mean = mean
	if len(a.mean) < 2 || math.IsNaN(between) {
		return e
	}
	e.Error = math.Sqrt(between / chains)
	// The variance of a single value: within the chains and between them.
	variance := (floats.Sum(a.square) + times*(chains-1)*between) / (float64(n) - 1)
	if variance > 0 && between > 0 {
		e.Tau = times * between / (2 * variance)
		e.ESS = float64(n) / (2 * e.Tau)
	}
	e.TauError = e.Tau * math.Sqrt(2/(chains-1))
	e.Short = times < enough*e.Tau
	return e
}
