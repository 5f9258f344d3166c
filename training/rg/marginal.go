package rg

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"neuralrg/model"
	"neuralrg/sampling"
)

// The bins of a histogram of a latent.
const (
	HistogramBins  = 64
	HistogramFrom  = -4.0
	HistogramTo    = 4.0
	HistogramWidth = (HistogramTo - HistogramFrom) / HistogramBins
)

// Marginal is the distribution of one latent under the target, which is the
// standard normal one if the flow is perfect.
type Marginal struct {
	Site    int `json:"site"` // row*L + column
	Level   int `json:"level"`
	Samples int `json:"samples"`

	Mean      sampling.Quantity `json:"mean"`
	Deviation sampling.Quantity `json:"deviation"`
	Kurtosis  sampling.Quantity `json:"kurtosis"` // the excess over the normal one, which has 0

	Histogram []float64  `json:"histogram"` // density in each bin; NormalHistogram stands beside
	Below     float64    `json:"below"`     // the share below the first bin
	Above     float64    `json:"above"`
	Quantiles []Quantile `json:"quantiles"`

	// Divergence is KL(p||N) in nats. Of tails much heavier than the normal ones
	// the estimate does not see all.
	Divergence sampling.Quantity `json:"divergence"`
	// Kolmogorov is the largest difference of both distribution functions. One in
	// twenty samples of as many normal values exceeds Chance.
	Kolmogorov float64 `json:"kolmogorov"`
	Chance     float64 `json:"chance"`
}

// Quantile is a point of a Q-Q diagram.
type Quantile struct {
	Normal float64 `json:"normal"` // of the standard normal distribution
	Sample float64 `json:"sample"` // of the latent, as large a share below it
	Error  float64 `json:"error"`  // the standard deviation of Sample if the latent is normal
}

// Quantiles are taken at so many standard deviations, if the sample is large
// enough for some values beyond.
const (
	farQuantile  = 3.0
	quantileStep = 0.25
	beyond       = 5
)

// fewestValues are needed for a marginal distribution.
const fewestValues = 64

// Marginals are those of the latents z[site*n + sample] at some sites, of n
// independent configurations, at least 64. What is not finite is refused.
func Marginals(s model.Shape, z []float32, sites []int) ([]Marginal, error) {
	n, err := latentSamples(s, z)
	if err != nil {
		return nil, err
	}
	all := make([]Marginal, len(sites))
	values, ratios := make([]float64, n), make([]float64, n)
	for i, site := range sites {
		if site < 0 || site >= s.Sites() {
			return nil, noLatent(site, s.Sites())
		}
		if err := latentValues(values, z, site); err != nil {
			return nil, err
		}
		if !normalRatios(ratios, values) {
			return nil, equalLatents(site)
		}
		all[i] = marginal(values)
		all[i].Site, all[i].Level = site, s.Level(site)
		all[i].Divergence = meanOf(ratios)
	}
	return all, nil
}

// NormalHistogram is the density of the standard normal distribution in the bins
// of a Marginal's histogram.
func NormalHistogram() []float64 {
	density := make([]float64, HistogramBins)
	for i := range density {
		low := HistogramFrom + float64(i)*HistogramWidth
		density[i] = (distuv.UnitNormal.CDF(low+HistogramWidth) - distuv.UnitNormal.CDF(low)) / HistogramWidth
	}
	return density
}

// marginal describes values, which it sorts.
func marginal(values []float64) Marginal {
	n := float64(len(values))
	m := Marginal{Samples: len(values), Histogram: make([]float64, HistogramBins), Chance: 1.358 / math.Sqrt(n)}
	m.Mean, m.Deviation, m.Kurtosis = describe(values)
	for _, v := range values {
		switch bin := math.Floor((v - HistogramFrom) / HistogramWidth); {
		case bin < 0:
			m.Below += 1 / n
		case bin >= HistogramBins:
			m.Above += 1 / n
		default:
			m.Histogram[int(bin)] += 1 / (n * HistogramWidth)
		}
	}
	slices.Sort(values)
	for i, v := range values {
		p := distuv.UnitNormal.CDF(v)
		m.Kolmogorov = max(m.Kolmogorov, p-float64(i)/n, float64(i+1)/n-p)
	}
	for normal := -farQuantile; normal <= farQuantile; normal += quantileStep {
		p := distuv.UnitNormal.CDF(normal)
		if n*min(p, 1-p) < beyond {
			continue
		}
		m.Quantiles = append(m.Quantiles, Quantile{
			Normal: normal,
			Sample: stat.Quantile(p, stat.LinInterp, values, nil),
			Error:  math.Sqrt(p*(1-p)/n) / distuv.UnitNormal.Prob(normal),
		})
	}
	return m
}

// describe gives the mean, the standard deviation and the excess kurtosis. Their
// errors are those of the influence of one value on each, the derivative of the
// functional: z - mean, (d² - s²)/2s and (d⁴ - m4)/s⁴ - 2 m4 (d² - s²)/s⁶ - 4 m3 d/s⁴,
// with d = z - mean.
func describe(values []float64) (mean, deviation, kurtosis sampling.Quantity) {
	center := stat.Mean(values, nil)
	m2, m3, m4 := stat.Moment(2, values, nil), stat.Moment(3, values, nil), stat.Moment(4, values, nil)
	s := math.Sqrt(m2)
	influence := func(value float64, of func(d float64) float64) sampling.Quantity {
		var sum float64
		for _, v := range values {
			f := of(v - center)
			sum += f * f
		}
		return sampling.Quantity{Value: value, Error: math.Sqrt(sum) / float64(len(values))}
	}
	mean = influence(center, func(d float64) float64 { return d })
	deviation = influence(s, func(d float64) float64 { return (d*d - m2) / (2 * s) })
	kurtosis = influence(m4/(m2*m2)-3, func(d float64) float64 {
		return ((d*d*d*d - m4) - 2*m4*(d*d-m2)/m2 - 4*m3*d) / (m2 * m2)
	})
	return mean, deviation, kurtosis
}

// meanOf independent values with its standard error.
func meanOf(values []float64) sampling.Quantity {
	mean, deviation := stat.MeanStdDev(values, nil)
	return sampling.Quantity{Value: mean, Error: deviation / math.Sqrt(float64(len(values)))}
}

// latentSamples is the number of samples in z, if they are enough for
// distributions.
func latentSamples(s model.Shape, z []float32) (n int, err error) {
	if len(z)%s.Sites() != 0 {
		return 0, &problem{fmt.Sprintf("%d latents for samples of %d", len(z), s.Sites()), "give a value of each site for every sample"}
	}
	if n = len(z) / s.Sites(); n < fewestValues {
		return 0, &problem{fmt.Sprintf("the distribution of a latent from %d samples", n), fmt.Sprintf("take %d or more", fewestValues)}
	}
	return n, nil
}

// latentValues copies the values of a latent, which must be finite and not all equal.
func latentValues(dst []float64, z []float32, site int) error {
	for i, v := range z[site*len(dst):][:len(dst)] {
		dst[i] = float64(v)
	}
	if sum := floats.Sum(dst); math.IsNaN(sum) || math.IsInf(sum, 0) {
		return notFinite(site)
	}
	if slices.Min(dst) == slices.Max(dst) {
		return equalLatents(site)
	}
	return nil
}

func notFinite(site int) error {
	return &problem{
		fmt.Sprintf("the values at site %d are not all finite", site),
		"the flow has diverged: use an earlier checkpoint, or train again with a lower learning rate",
	}
}

func equalLatents(site int) error {
	return &problem{
		fmt.Sprintf("latent %d has the same value in many samples", site),
		"independent draws do not repeat: see where the samples come from",
	}
}
