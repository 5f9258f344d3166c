package sampling

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// paretoShape is the shape k of a generalised Pareto distribution fitted to
// the largest weights (Vehtari et al., arXiv:1507.02646): moments of the weights
// of order 1/k and more do not exist. Beyond k = 0.7 a mean of weights cannot be
// trusted, nor any error computed from them. It is infinite for fewer than 25
// draws and NaN if the largest weights are equal, which leaves no tail.
func paretoShape(weights []float64) float64 {
	n := float64(len(weights))
	size := int(math.Ceil(min(0.2*n, 3*math.Sqrt(n))))
	if size < 5 {
		return math.Inf(1)
	}
	sorted := slices.Sorted(slices.Values(weights))
	threshold := sorted[len(sorted)-size-1]
	var excess []float64
	for _, w := range sorted[len(sorted)-size:] {
		if w > threshold {
			excess = append(excess, w-threshold)
		}
	}
	if len(excess) < 5 || math.IsNaN(threshold) {
		return math.NaN()
	}
	// A prior worth ten draws at k = 1/2 calms the fit of few (appendix C).
	m := float64(len(excess))
	return (fitPareto(excess)*m + 10*0.5) / (m + 10)
}

// fitPareto is the shape of a generalised Pareto distribution by the
// quasi-Bayesian estimate of Zhang and Stephens, Technometrics 51, 316 (2009),
// from ascending excesses x. With theta = -k/sigma the likelihood is greatest, at
// given theta, for k = mean ln(1 - theta x); theta is averaged over a grid that
// their prior lays, with the profile likelihood as weight.
func fitPareto(x []float64) float64 {
	n := float64(len(x))
	shape := func(theta float64) float64 {
		var k float64
		for _, v := range x {
			k += math.Log1p(-theta*v) / n
		}
		return k
	}
	grid := make([]float64, 30+int(math.Sqrt(n)))
	likelihood := make([]float64, len(grid))
	quartile := x[int(n/4+0.5)-1]
	for j := range grid {
		root := math.Sqrt(float64(len(grid)) / (float64(j) + 0.5))
		theta := 1/x[len(x)-1] + (1-root)/(3*quartile)
		k := shape(theta)
		grid[j], likelihood[j] = theta, n*(math.Log(-theta/k)-k-1)
	}
	total := floats.LogSumExp(likelihood)
	var mean float64
	for j, theta := range grid {
		mean += theta * math.Exp(likelihood[j]-total)
	}
	return shape(mean)
}
