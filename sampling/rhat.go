package sampling

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// RHat is the rank-normalised split R-hat of one observable from
// series[chain][draw] (Vehtari et al., arXiv:1903.08008): near 1 if the halves
// of all chains agree in place (bulk) and in width (folded), whatever the tails
// of the distribution. Of chains of different lengths it takes the first draws.
// It is NaN for chains of fewer than four draws, for values that are not finite
// and for values that are all the same.
func RHat(series [][]float64) float64 {
	halves := split(series)
	if halves == nil {
		return math.NaN()
	}
	folded := make([][]float64, len(halves))
	middle := median(slices.Concat(halves...))
	for c, half := range halves {
		for _, v := range half {
			folded[c] = append(folded[c], math.Abs(v-middle))
		}
	}
	bulk, tails := scaleReduction(normalRanks(halves)), scaleReduction(normalRanks(folded))
	if math.IsNaN(tails) { // two values, equally often
		return bulk
	}
	return max(bulk, tails)
}

// split returns the first and the last halves of all chains, without the draw
// in the middle of an odd number, or nil if that cannot be ranked.
func split(series [][]float64) [][]float64 {
	if len(series) == 0 {
		return nil
	}
	length := len(series[0])
	for _, chain := range series {
		length = min(length, len(chain))
		for _, v := range chain {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil
			}
		}
	}
	if length < 4 {
		return nil
	}
	var halves [][]float64
	for _, chain := range series {
		halves = append(halves, chain[:length/2], chain[length-length/2:length])
	}
	return halves
}

// normalRanks replaces each value by the normal quantile of its rank among all,
// (rank - 3/8)/(S + 1/4); equal values share their mean rank (eq. 14).
func normalRanks(series [][]float64) [][]float64 {
	type place struct {
		value float64
		at    *float64 // where its rank goes
	}
	var places []place
	ranks := make([][]float64, len(series))
	for c, chain := range series {
		ranks[c] = make([]float64, len(chain))
		for i, v := range chain {
			places = append(places, place{v, &ranks[c][i]})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.value, b.value) })
	for first := 0; first < len(places); {
		last := first + 1
		for last < len(places) && places[last].value == places[first].value {
			last++
		}
		rank := float64(first+1+last) / 2
		z := distuv.UnitNormal.Quantile((rank - 0.375) / (float64(len(places)) + 0.25))
		for _, p := range places[first:last] {
			*p.at = z
		}
		first = last
	}
	return ranks
}

// scaleReduction is R-hat of chains of equal length n (eqs. 1 to 4): the square
// root of the variance of all values, from (n-1)/n of that within the chains
// and that of their means, over that within.
func scaleReduction(series [][]float64) float64 {
	n := float64(len(series[0]))
	means, variances := make([]float64, len(series)), make([]float64, len(series))
	for c, chain := range series {
		means[c], variances[c] = stat.MeanVariance(chain, nil)
	}
	within := stat.Mean(variances, nil)
	return math.Sqrt((n-1)/n + stat.Variance(means, nil)/within)
}

func median(values []float64) float64 {
	slices.Sort(values)
	half := len(values) / 2
	return (values[half] + values[len(values)-1-half]) / 2
}
