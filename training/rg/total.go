package rg

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/floats"

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
	// Gaussian is a bound from below, -1/2 ln det of the correlations of the latents,
	// each made normal by a monotonous map: what is left are correlations of higher
	// order. It is nil without two samples for each latent, and beyond 4096 latents.
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
	t, err := aboveBound(shape, s, lnZ)
	if err != nil {
		return nil, err
	}
	t.Gaussian = gaussianBound(s.Z, shape.Sites())
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
func aboveBound(shape model.Shape, s *Sample, lnZ float64) (*TotalCorrelation, error) {
	n, err := latentSamples(shape, s.Z)
	if err != nil {
		return nil, err
	}
	// Of each sample: ln p/q, and the sum of ln p_i/N_i. Their means have much in
	// common, which the error of the difference must know.
	forward, marginals := make([]float64, n), make([]float64, n)
	for b, logq := range s.LogQ {
		forward[b] = -s.Energy[b] - lnZ - logq
	}
	z, ratios := make([]float64, n), make([]float64, n)
	for site := range shape.Sites() {
		if err := latentValues(z, s.Z, site); err != nil {
			return nil, err
		}
		if !normalRatios(ratios, z) {
			return nil, equalLatents(site)
		}
		floats.Add(marginals, ratios)
	}
	t := &TotalCorrelation{Samples: n, Upper: meanOf(forward), Marginals: meanOf(marginals)}
	floats.Sub(forward, marginals)
	t.Value = meanOf(forward)
	return t, nil
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
