package sampling

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Weights are the importance weights of independent draws, w proportional to
// p/q, for self-normalised estimates of means over p.
type Weights struct {
	ESS float64 // effective sample size, (sum w)²/sum w² (Kish)
	// ParetoK is the shape of their largest values, see paretoShape.
	ParetoK float64
	// Unseen is the share of p that the draws lack where weights are large: the
	// most by which more exact samples than draws are above a level. NaN before
	// Confront.
	Unseen float64

	logs, share []float64 // ln w and w/sum w
	exact       int       // samples that Confront has seen
}

// NewWeights takes the logarithms of the weights, up to a common constant.
func NewWeights(logWeights []float64) *Weights {
	w := &Weights{ESS: math.NaN(), ParetoK: math.NaN(), Unseen: math.NaN(), logs: logWeights, share: make([]float64, len(logWeights))}
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
	w.ParetoK = paretoShape(w.share)
	return w
}

// limit is the largest ParetoK at which errors of that many draws can be
// trusted (Vehtari et al., arXiv:1507.02646; JMLR 25, 72 (2024)).
func (w *Weights) limit() float64 {
	return min(0.7, 1-1/math.Log10(float64(len(w.share))))
}

// Confront compares the draws with exact samples of p, by the logarithms of
// their weights with the same constant. Where q is small beside p nothing may be
// drawn at all, and then no function of the draws can tell. For a chain that has
// its proposals from q, chain are its states; it is nil for the weights' own
// draws. A chain stays where weights are large, so that few states may stand for
// many: of it only the largest weight is compared.
func (w *Weights) Confront(exact, chain []float64) {
	drawn, share := w.logs, func(i int) float64 { return w.share[i] }
	if chain != nil {
		drawn, share = chain, func(int) float64 { return 1 }
	}
	order := make([]int, len(drawn)) // by falling weights
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(drawn[b], drawn[a]) })
	levels := slices.Sorted(slices.Values(exact))
	slices.Reverse(levels)
	w.Unseen, w.exact = 0, len(exact)
	var reached float64 // the share of draws at a level or above
	for i, level := range levels[:len(levels)/tail] {
		for len(order) > 0 && drawn[order[0]] >= level {
			reached += share(order[0])
			order = order[1:]
		}
		w.Unseen = max(w.Unseen, float64(i+1)/float64(len(levels))-reached)
	}
}

const (
	// tail is the part of the exact samples, those with the largest weights, in
	// which Confront looks: one in five. Further down chance alone makes larger
	// differences.
	tail = 5
	// decisive is the share of p from which it matters that it is not drawn, in
	// units of its uncertainty, sqrt(1/ESS) of the draws and of the exact samples
	// together: being elsewhere by a standard deviation of a draw, it moves the
	// mean by as many errors.
	decisive = 0.82
)

// Judge adds what is to be said against the weights to a diagnosis: one of their
// own, or of a chain that has its proposals from q. Without exact samples it has
// to make do with the shape of the largest weights.
//
// Over 400, 400 and 1000 estimates from 1000 draws of three flows at L = 4 and Tc,
// a poor one, a fair one and a good one, 173, 34 and 9 means of m² were off by
// more than three errors; 173, 34 and 8 of these were doubted, and a tenth of the
// others with the good flow. Pareto k of the draws alone doubted 100, 4 and 2, and
// four fifths of the others: it is large where the tail has been drawn, which
// makes the mean right, and small where it has been missed.
func (w *Weights) Judge(d *Diagnosis) {
	switch {
	case math.IsNaN(w.ESS):
		d.Doubt("the weights are not finite")
	case w.ESS < fewDraws:
		d.Doubt("the weights leave %.3g effective draws", w.ESS)
	}
	switch {
	case w.Unseen > decisive*math.Sqrt(1/d.ESS+1/float64(w.exact)):
		d.Doubt("the draws lack %.2g %% of the exact distribution, where weights are large", 100*w.Unseen)
	case math.IsNaN(w.Unseen) && w.ParetoK > w.limit():
		d.Doubt("few draws carry the weight: Pareto k is %.2f, above %.2f", w.ParetoK, w.limit())
	}
}

// Diagnose estimates the mean over p of one observable of the draws, with its
// error by the delta method. Tau is 1/2: the draws are independent.
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
	w.Judge(&d)
	if variance == 0 {
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
