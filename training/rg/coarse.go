package rg

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"neuralrg/model"
	"neuralrg/physics"
)

// CoarseProfile is the effective energy of the coarse fields of a level along the
// uniform ones, in nats: that of y = v on all sites of the coarse lattice.
type CoarseProfile struct {
	Level  int       `json:"level"`  // 0 is the fields themselves
	Size   int       `json:"size"`   // of the coarse lattice, L/2^level
	Draws  int       `json:"draws"`  // of the fine latents; 1 at level 0, which has none and is exact
	Values []float64 `json:"values"` // v
	Energy []float64 `json:"energy"`
	Error  []float64 `json:"error"` // standard error
	// Effective is the effective number of the draws, and Reliable says where it is
	// enough for the error to mean something.
	Effective []float64 `json:"effective"`
	Reliable  []bool    `json:"reliable"`
}

const (
	// fewEffective is the number of effective draws from which an error is given
	// credit: with fewer the spread of the weights is itself not known.
	fewEffective = 10
	// mostDraws is the most draws of a profile.
	mostDraws = 1 << 20
)

// AlongUniform estimates the effective energy
//
//	U_k(y) = -ln p(y) - ln Z
//
// of uniform coarse fields y = v of a level k, where p(y) is the density of the
// coarse fields that the flow makes of the target exp(-U(x))/Z, whatever the latents
// w of the finer levels: these are integrated out. With x = G(y, w), the first k
// levels of generation,
//
//	exp(-U_k(y)) = integral over w of exp(-U(x)) |det dx/d(y, w)|
//	             = mean over normal w of exp(-U(x)) |det dx/d(y, w)| / N(w).
//
// So U_0 is the energy U itself, and after all levels of a full flow, where y is one
// number, U_k is its potential of mean force. The mean is that of weights, and an
// estimate of its logarithm from few effective ones is too large an energy, by about
// half of one over their number, while the error is one over its root.
//
// A symmetrised flow looks at s x, with a random sign s that is + with probability
// r = q(x)/[q(x) + q(-x)], and its coarse field is that of s x times s: so the sign
// comes back, p(y) is even, and U_0 is still U. For such x one sees the density
// 2 r(x) p(x), and
//
//	exp(-U_k(y)) = half the sum over s = +-1 of the mean above
//	               with exp(-U(x)) 2 r(x) at x = G(s y, w).
//
// The draws are the same for all values: differences are surer than the errors say.
// What no draw has met, no weight can tell of: Found compares with exact samples. No
// bit depends on the threads.
func AlongUniform(ctx context.Context, f *model.Flow, symmetric bool, e physics.Energy, level int, values []float64, draws int, seed uint64, threads int) (*CoarseProfile, error) {
	if err := checkCoarse(f, e, level, draws); err != nil {
		return nil, err
	}
	if level == 0 {
		draws = 1 // there is nothing to draw
	}
	w := fineWeights{f, symmetric, e, level}
	each := eachOnce(values, symmetric)
	var fields [][]float32
	for _, v := range each {
		fields = append(fields, uniform(v, f.Shape.L>>level))
	}
	logWeights, err := w.draw(ctx, fields, draws, seed, threads)
	if err != nil {
		return nil, err
	}
	at := func(v float32) []float64 {
		i, _ := slices.BinarySearch(each, v)
		return logWeights[i]
	}
	c := &CoarseProfile{Level: level, Size: f.Shape.L >> level, Draws: draws, Values: slices.Clone(values)}
	for _, v := range values {
		of := at(float32(v))
		if symmetric {
			of = meanOfBoth(of, at(-float32(v)))
		}
		if err := c.add(of); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// eachOnce has the values as single-precision numbers, in order and without repeats, and
// those of the other sign where they are wanted.
func eachOnce(values []float64, both bool) []float32 {
	var all []float32
	for _, v := range values {
		all = append(all, float32(v))
		if both {
			all = append(all, -float32(v))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// uniform is a lattice with one value.
func uniform(v float32, size int) []float32 {
	return slices.Repeat([]float32{v}, size*size)
}

// meanOfBoth is ln of the mean of two weights, draw by draw.
func meanOfBoth(plus, minus []float64) []float64 {
	mean := make([]float64, len(plus))
	for b := range plus {
		mean[b], _, _ = model.LogQSym(plus[b], minus[b])
	}
	return mean
}

// add appends what the logarithms of weights tell of one value.
func (c *CoarseProfile) add(logWeights []float64) error {
	if sum := floats.Sum(logWeights); math.IsNaN(sum) || math.IsInf(sum, 0) {
		return &problem{
			fmt.Sprintf("the energy of a coarse field of %v at level %d is not finite", c.Values[len(c.Energy)], c.Level),
			"take values nearer to zero, or a flow that has not diverged",
		}
	}
	largest := floats.Max(logWeights)
	weights := make([]float64, len(logWeights))
	for b, l := range logWeights {
		weights[b] = math.Exp(l - largest)
	}
	mean, deviation := stat.MeanStdDev(weights, nil)
	n := float64(len(weights))
	if c.Level == 0 {
		deviation = 0
	}
	effective := n * n * mean * mean / floats.Dot(weights, weights)
	c.Energy = append(c.Energy, -largest-math.Log(mean))
	c.Error = append(c.Error, deviation/mean/math.Sqrt(n))
	c.Effective = append(c.Effective, effective)
	c.Reliable = append(c.Reliable, effective >= fewEffective || c.Level == 0)
	return nil
}

// checkCoarse says what is wrong with the arguments of a coarse profile.
func checkCoarse(f *model.Flow, e physics.Energy, level, draws int) error {
	switch {
	case f.Shape.Sites() != e.Sites():
		return &problem{
			fmt.Sprintf("a flow of %d sites and an energy of %d", f.Shape.Sites(), e.Sites()),
			"take the energy that the flow was trained on",
		}
	case level < 0 || level > f.Shape.Levels():
		return noLevel(level, f.Shape)
	case draws < 2 || draws > mostDraws:
		return &problem{
			fmt.Sprintf("a coarse energy from %d draws", draws),
			fmt.Sprintf("ask for 2 to %d", mostDraws),
		}
	}
	return nil
}
