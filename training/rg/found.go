package rg

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/sampling"
)

// Found is the share of exp(-U_k(y)) that AlongUniform finds with as many draws of
// the same seed, at coarse fields y of a level as the target has them: 1 within
// errors where the draws are enough. Where it is less the energies are too large, by
// about -ln of it, whatever their errors and effective numbers say: these come from
// weights that were met.
//
// The first so many of exact samples, given at all levels, tell. Their fine latents
// w have the density p(w|y) = W(y, w) N(w) exp(U_k(y)), where W is the weight of w.
// So 1/W is exp(U_k(y)) in the mean over w, and the share that the mean weight M(y)
// of the draws is of exp(-U_k(y)) is, in the mean over samples, that of M(y)/W(y, w).
// The default flow at L = 16 finds about half with 512 draws, and needs some fifty
// samples to say so to within a half of that.
func Found(ctx context.Context, f *model.Flow, symmetric bool, e physics.Energy, l *Levels, level, samples, draws int, seed uint64, threads int) (sampling.Quantity, error) {
	if err := checkCoarse(f, e, level, draws); err != nil {
		return sampling.Quantity{}, err
	}
	if samples < 2 || samples > l.N {
		return sampling.Quantity{}, &problem{
			fmt.Sprintf("a share found at %d samples of %d", samples, l.N),
			"take two samples or more, and no more than there are",
		}
	}
	if level == 0 {
		draws = 1 // there is nothing to draw
	}
	w := fineWeights{f, symmetric, e, level}
	exact, fields := w.exact(l, samples)
	drawn, err := w.draw(ctx, fields, draws, seed, threads)
	if err != nil {
		return sampling.Quantity{}, err
	}
	shares := make([]float64, samples)
	for b := range shares {
		shares[b] = math.Exp(floats.LogSumExp(drawn[b]) - math.Log(float64(draws)) - exact[b])
	}
	if sum := floats.Sum(shares); math.IsNaN(sum) || math.IsInf(sum, 0) {
		return sampling.Quantity{}, &problem{
			fmt.Sprintf("the weights of exact samples at level %d are not finite", level),
			"take a flow that has not diverged",
		}
	}
	return meanDifference(shares, make([]float64, samples)), nil
}

// exact weighs the fine latents of the first of given samples, and returns their
// coarse fields too.
func (w fineWeights) exact(l *Levels, samples int) (logWeight []float64, fields [][]float32) {
	p := newPasses(w.flow, passDraws)
	y := l.Fields[w.level]
	logWeight = make([]float64, samples)
	for first := 0; first < samples; first += passDraws {
		b := p.batch.head(min(passDraws, samples-first))
		cut(b.Z, l.Z, l.N, b.N, first)
		w.each(func(site, coarse int) {
			copy(b.Z[site*b.N:][:b.N], y[coarse*l.N+first:])
		})
		w.weigh(p, b, logWeight[first:][:b.N])
	}
	for sample := range samples {
		field := make([]float32, len(y)/l.N)
		for i := range field {
			field[i] = y[i*l.N+sample]
		}
		fields = append(fields, field)
	}
	return logWeight, fields
}
