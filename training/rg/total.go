package rg

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"neuralrg/model"
	"neuralrg/sampling"
)

// TotalCorrelation is how much the latents under the target know of each other,
// all together: KL of their distribution to the product of their marginals, in
// nats. It is the sum of all mutual informations that the flow has left.
//
// For every flow it is known from exact samples x alone. With P the distribution
// of the latents and p_i its marginals, for a normal N = product of N_i
//
//	KL(P||product of p_i) = KL(P||N) - sum_i KL(p_i||N_i),
//
// and KL(P||N) = KL(p||q), because z -> x is one to one and takes N to q. It is
// also that of a flow made symmetric: of y = s x with the sign s = + with
// probability q(x)/[q(x) + q(-x)] the density is p(y) q(y)/q_sym(y), so that
//
//	KL(P||N) = E[ln p(y)/q_sym(y)] = KL(p||q_sym),
//
// p and q_sym being the same at y and at x.
type TotalCorrelation struct {
	Samples int `json:"samples"`
	// Upper is a bound from above, KL(p||q), for which no more than ln q(x) is
	// needed.
	Upper sampling.Quantity `json:"upper"`
	// Marginals is the sum of KL(p_i||N_i).
	Marginals sampling.Quantity `json:"marginals"`
	// Value is their difference. What the estimates of the marginals miss, in heavy
	// tails, makes it too large.
	Value sampling.Quantity `json:"value"`
	// Fields is the total correlation of the fields, of which the flow has left
	// Value.
	Fields sampling.Quantity `json:"fields"`
	// Gaussian is a bound from below, -1/2 ln det of the correlations of the latents,
	// each made normal by a monotonous map: what is left are correlations of higher
	// order. It is nil without two samples for each latent, and beyond 1024 latents.
	Gaussian *sampling.Quantity `json:"gaussian,omitempty"`
	// TreeBound is another: the mutual information of the pairs in Tree, from
	// TreeSamples others. The total correlation is at least that sum for any tree
	// (Chow and Liu, IEEE Trans. Inf. Theory 14, 462 (1968)).
	TreeBound   sampling.Quantity `json:"tree_bound"`
	TreeSamples int               `json:"tree_samples"`
	Tree        [][2]int          `json:"tree"` // pairs of sites
}

// EstimateTotalCorrelation takes exact samples with the latents of a flow and ln Z
// of the dual. The tree is that of SpanningTree of the information of some or all
// latents. As it is chosen by its largest values, which are so by chance too, its
// sum is taken from other samples: info must come from those of s before o.From,
// and those from there to o.To serve for the tree alone.
func EstimateTotalCorrelation(ctx context.Context, shape model.Shape, s *Sample, lnZ float64, info *Information, o Options) (*TotalCorrelation, error) {
	if info.Samples > o.From {
		return nil, &problem{
			fmt.Sprintf("a tree chosen by %d samples and judged by samples from %d on", info.Samples, o.From),
			"keep apart samples to choose it and samples to judge it",
		}
	}
	t, err := aboveBound(ctx, shape, s, lnZ)
	if err != nil {
		return nil, err
	}
	if t.Gaussian, err = gaussianBound(ctx, s.Z, shape.Sites()); err != nil {
		return nil, err
	}
	t.Tree = SpanningTree(info)
	columns, err := o.columns(s.Z, shape.Sites())
	if err != nil {
		return nil, err
	}
	t.TreeSamples = columns.n
	t.TreeBound, err = columns.sum(ctx, t.Tree, o)
	return t, err
}

// aboveBound is all but the bounds from below.
func aboveBound(ctx context.Context, shape model.Shape, s *Sample, lnZ float64) (*TotalCorrelation, error) {
	n, err := latentSamples(shape, s.Z)
	if err != nil {
		return nil, err
	}
	t := &TotalCorrelation{Samples: n}
	logp := make([]float64, n)
	for b, energy := range s.Energy {
		logp[b] = -energy - lnZ
	}
	if t.Upper, t.Marginals, t.Value, err = correlationOf(ctx, s.Z, logp, s.LogQ); err != nil {
		return nil, err
	}
	// The identity in place of the flow, with fields in units of their deviation:
	// q is then normal too.
	x, scale := scaled(s.X)
	logq, unit := make([]float64, n), math.Log(scale)
	for i, v := range x {
		logq[i%n] += distuv.UnitNormal.LogProb(float64(v)) - unit
	}
	_, _, t.Fields, err = correlationOf(ctx, x, logp, logq)
	return t, err
}

// correlationOf variables z of known ln p and ln q in each sample, q being what
// normal z would give, is KL(p||q) less the sum of KL(p_i||N_i).
func correlationOf(ctx context.Context, z []float32, logp, logq []float64) (all, marginals, total sampling.Quantity, err error) {
	n := len(logp)
	// Of each sample: ln p/q, and the sum of ln p_i/N_i. Their means have much in
	// common, which the error of the difference must know.
	forward, single := make([]float64, n), make([]float64, n)
	floats.SubTo(forward, logp, logq)
	values, ratios := make([]float64, n), make([]float64, n)
	for site := range len(z) / n {
		if err := ctx.Err(); err != nil {
			return all, marginals, total, err
		}
		if err := latentValues(values, z, site); err != nil {
			return all, marginals, total, err
		}
		if !normalRatios(ratios, values) {
			return all, marginals, total, equalLatents(site)
		}
		floats.Add(single, ratios)
	}
	all, marginals = meanOf(forward), meanOf(single)
	floats.Sub(forward, single)
	return all, marginals, meanOf(forward), nil
}

// scaled is x divided by its root mean square.
func scaled(x []float32) (y []float32, scale float64) {
	for _, v := range x {
		scale += float64(v) * float64(v) / float64(len(x))
	}
	scale = math.Sqrt(scale)
	y = make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(float64(v) / scale)
	}
	return y, scale
}

// sum of the information of some pairs.
func (c columns) sum(ctx context.Context, pairs [][2]int, o Options) (sampling.Quantity, error) {
	if len(pairs) == 0 {
		return sampling.Quantity{}, nil
	}
	one, once := make([][]pair, len(pairs)), map[int]int{}
	for i, p := range pairs {
		one[i], once[i] = []pair{p}, 1
	}
	e, err := c.estimate(ctx, one, o)
	if err != nil {
		return sampling.Quantity{}, err
	}
	return e.sum(once), nil
}
