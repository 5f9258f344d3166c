package sampling

import (
	"math"
	"math/bits"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/floats"
)

// Estimate is the mean of a correlated series with its statistical error.
//
// The integrated autocorrelation time is Tau = 1/2 + sum_{t>0} rho(t), in steps
// of the series, so that independent values have 1/2; ESS = N/(2 Tau) is the
// number of independent values that would have the same error, and Error =
// sd/sqrt(ESS). What the series cannot tell is NaN.
type Estimate struct {
	Mean     float64
	Error    float64 // standard error of Mean
	Tau      float64 // integrated autocorrelation time
	TauError float64 // its standard error
	N        int     // values, of all chains
	ESS      float64 // effective sample size
	Short    bool    // too few values for Tau and Error to be trusted
}

const (
	// window is the cut-off of the sum of correlations in units of Tau: the
	// smallest W >= window*Tau (Sokal). The neglected tail is of order
	// exp(-window).
	window = 5
	// enough is the length of a series, in units of Tau, from which Tau and the
	// error can be trusted.
	enough = 50
)

// Analyse estimates the mean of one observable from series[chain][time],
// stationary chains of the same process; their lengths may differ.
//
// It is the Gamma method of Wolff, hep-lat/0306017: correlations are taken
// about the mean of all chains (so chains that have not mixed are seen), summed
// up to a self-consistent window, and corrected for the bias of that mean (eq.
// 49); eq. 42 is the error of Tau. The result never claims more than N
// independent values.
func Analyse(series [][]float64) Estimate {
	mean, n := grandMean(series)
	e := Estimate{Mean: mean, Error: math.NaN(), Tau: 0.5, TauError: math.NaN(), N: n, ESS: float64(n), Short: true}
	variance := autocovariance(series, mean, 0)
	switch {
	case n < 2, math.IsNaN(variance), math.IsInf(variance, 0):
		return e
	case variance == 0:
		e.Error, e.TauError, e.Short = 0, 0, float64(n) < enough*e.Tau
		return e
	}

	gamma, closed := windowed(series, mean)
	N, W := float64(n), float64(len(gamma)-1)
	// The mean's own fluctuation, 2 tau gamma(0)/N, is missing from every gamma.
	missing := max(0, 2*floats.Sum(gamma)-gamma[0]) / N
	variance += missing
	// Sum of rho from 0 to W, less the half of rho(0) that 1/2 + sum leaves.
	e.Tau = max(0.5, (floats.Sum(gamma)+missing*(W+1))/variance-0.5)
	e.TauError = e.Tau * math.Sqrt(4*max(0, W+0.5-e.Tau)/N)
	e.ESS = N / (2 * e.Tau)
	e.Error = math.Sqrt(variance / e.ESS)
	e.Short = !closed || N < enough*e.Tau
	return e
}

// windowed returns the autocovariances gamma(0), ..., gamma(W) with the
// smallest W >= window*tau(W), or, not closed, all there are if the chains end
// before that.
func windowed(series [][]float64, mean float64) (gamma []float64, closed bool) {
	longest := 0
	for _, chain := range series {
		longest = max(longest, len(chain))
	}
	var all []float64 // made for long windows, where sums would take too long
	tau := -0.5
	for t := range longest {
		if t == transformed {
			all = autocovariances(series, mean, longest)
		}
		var g float64
		if t < transformed {
			g = autocovariance(series, mean, t)
		} else {
			g = all[t]
		}
		gamma = append(gamma, g)
		tau += g / gamma[0]
		if float64(t) >= window*max(tau, 0.5) {
			return gamma, true
		}
	}
	return gamma, false
}

// transformed is the number of autocovariances from which a Fourier transform
// for all of them takes less time than a sum for each.
const transformed = 100

// autocovariances is autocovariance at times 0 to longest-1, by the theorem of
// Wiener and Khinchin: the transform of the squares of a chain's transform. The
// chain is followed by as many zeros, so that its end does not meet its start.
func autocovariances(series [][]float64, mean float64, longest int) []float64 {
	total, pairs := make([]float64, longest), make([]float64, longest)
	transform := fourier.NewFFT(1 << bits.Len(uint(2*longest-1)))
	padded, modes := make([]float64, transform.Len()), make([]complex128, transform.Len()/2+1)
	for _, chain := range series {
		clear(padded)
		for i, v := range chain {
			padded[i] = v - mean
		}
		transform.Coefficients(modes, padded)
		for k, c := range modes {
			modes[k] = complex(real(c)*real(c)+imag(c)*imag(c), 0)
		}
		transform.Sequence(padded, modes)
		for t := range chain {
			total[t] += padded[t] / float64(transform.Len())
			pairs[t] += float64(len(chain) - t)
		}
	}
	floats.Div(total, pairs)
	return total
}

// autocovariance is the mean of (a_i - mean)(a_{i+t} - mean) over all chains.
func autocovariance(series [][]float64, mean float64, t int) float64 {
	var total float64
	var pairs int
	for _, chain := range series {
		if len(chain) <= t {
			continue
		}
		later := chain[t:]
		for i, b := range later {
			total += (chain[i] - mean) * (b - mean)
		}
		pairs += len(later)
	}
	return total / float64(pairs)
}

// grandMean is the mean over all chains and the number of values. It sums
// differences to the first value, so that a constant series has its constant
// as its mean to the last bit.
func grandMean(series [][]float64) (mean float64, n int) {
	var total, origin float64
	for _, chain := range series {
		for _, v := range chain {
			if n == 0 {
				origin = v
			}
			total += v - origin
			n++
		}
	}
	return origin + total/float64(n), n
}
