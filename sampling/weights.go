package sampling

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Weights are the importance weights of independent draws, w proportional to
// p/q, for self-normalised estimates of means over p.
type Weights struct {
	ESS float64 // effective sample size, (sum w)²/sum w² (Kish)

	share []float64 // w/sum w
}

// NewWeights takes the logarithms of the weights, up to a common constant.
func NewWeights(logWeights []float64) *Weights {
	w := &Weights{ESS: math.NaN(), share: make([]float64, len(logWeights))}
	if len(logWeights) == 0 {
		return w
	}
	total := floats.LogSumExp(logWeights)
	var squares float64
	for i, l := range logWeights {
		w.share[i] = math.Exp(l - total)
		squares += w.share[i] * w.share[i]
	}
	w.ESS = 1 / squares
	return w
}

// Diagnose estimates the mean over p of one observable of the draws, with its
// error by the delta method. Tau is 1/2: the draws are independent. They cannot show
// what is never drawn where q is small beside p; Confront does.
func (w *Weights) Diagnose(name string, values []float64) Diagnosis {
	mean := w.mean(values)
	var variance float64
	for i, v := range values {
		d := w.share[i] * (v - mean)
		variance += d * d
	}
	d := Diagnosis{Name: name, RHat: math.NaN(), Reliable: true}
	d.Estimate = Estimate{Mean: mean, Error: math.Sqrt(variance), Tau: 0.5, N: len(values), ESS: w.ESS}
	d.Short = !(w.ESS >= fewDraws)
	if len(values) < 2 { // its distance to itself is no error
		d.Error = math.NaN()
	}
	switch {
	case math.IsNaN(w.ESS):
		d.Doubt("the weights are not finite")
	case w.ESS < fewDraws:
		d.Doubt("the weights leave %.3g effective draws", w.ESS)
	case variance == 0:
		d.Doubt("all draws are the same")
	}
	return d
}

func (w *Weights) mean(values []float64) float64 {
	if len(values) != len(w.share) {
		panic(fmt.Sprintf("sampling: %d weights for %d values", len(w.share), len(values)))
	}
	if len(values) == 0 {
		return math.NaN()
	}
	var sum float64
	for i, v := range values {
		sum += w.share[i] * (v - values[0])
	}
	return values[0] + sum
}

// diagnoseDerived is Diagnose of a function of means of primary[q][draw].
func (w *Weights) diagnoseDerived(d derived, primary [][]float64) Diagnosis {
	mean := make([]float64, len(d.of))
	series := make([][][]float64, len(primary))
	for k, q := range d.of {
		mean[k] = w.mean(primary[q])
		series[q] = primary[q : q+1]
	}
	value, gradient := d.function(mean)
	diagnosis := w.Diagnose(d.name, d.linearized(series, mean, value, gradient)[0])
	judgeLinear(&diagnosis)
	return diagnosis
}
