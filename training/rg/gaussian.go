package rg

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"neuralrg/sampling"
)

const (
	// mostCorrelated is the largest number of variables whose correlations are
	// taken all together.
	mostCorrelated = 1024
	// chunk is the number of samples that are in double precision at a time.
	chunk = 512
)

// gaussianBound is a bound from below of the total correlation of the variables
// z[site*n + sample], by their correlations of two at a time, all together,
//
//	-1/2 ln det R,
//
// where R has the correlation coefficients of the variables after each has been
// made normal by a monotonous map, which changes no information. It is a bound
// because of all densities with the same covariance the Gaussian has the largest
// entropy. Unlike a sum over the pairs of a tree it knows of what many variables
// share, though any two of them share little.
//
// Of d variables in n samples it would be too large by some d²/4n. What that is
// for normal variables, from the mean of ln det of a Wishart matrix, is
// subtracted. There is no estimate from fewer than two samples for each variable,
// nor of too many variables.
func gaussianBound(ctx context.Context, z []float32, sites int) (*sampling.Quantity, error) {
	n := len(z) / sites
	if n < 2*sites || sites > mostCorrelated {
		return nil, nil
	}
	scores := normalScores(z, n)
	covariance, err := covarianceOf(ctx, scores, n)
	if err != nil {
		return nil, err
	}
	var factors mat.Cholesky
	if !factors.Factorize(covariance) {
		return nil, nil // some variables are functions of others
	}
	value := -factors.LogDet() / 2
	freedom := float64(n - 1)
	for i := range sites {
		value += math.Log(covariance.At(i, i)) / 2
		value += (mathext.Digamma((freedom-float64(i))/2) - mathext.Digamma(freedom/2)) / 2
	}
	of, err := influences(ctx, scores, n, &factors)
	if err != nil {
		return nil, err
	}
	return &sampling.Quantity{Value: value, Error: meanOf(of).Error}, nil
}

// covarianceOf variables with mean 0, in n samples.
func covarianceOf(ctx context.Context, z []float32, n int) (*mat.SymDense, error) {
	covariance := mat.NewSymDense(len(z)/n, nil)
	for first := 0; first < n && ctx.Err() == nil; first += chunk {
		covariance.SymRankK(covariance, 1/float64(n), some(z, n, first))
	}
	return covariance, ctx.Err()
}

// influences of each sample on -1/2 ln det R: (s's - s'R^-1 s)/2 of its scores.
func influences(ctx context.Context, scores []float32, n int, factors *mat.Cholesky) ([]float64, error) {
	all := make([]float64, n)
	var solved mat.Dense
	for first := 0; first < n && ctx.Err() == nil; first += chunk {
		s := some(scores, n, first)
		solved.Reset()
		// An ill condition makes the error inexact, not wrong.
		_ = factors.SolveTo(&solved, s)
		sites, samples := s.Dims()
		for i := range sites {
			for b := range samples {
				all[first+b] += s.At(i, b) * (s.At(i, b) - solved.At(i, b)) / 2
			}
		}
	}
	return all, ctx.Err()
}

// normalScores are the normal quantiles of the values' ranks, variable by
// variable.
func normalScores(z []float32, n int) []float32 {
	quantiles := make([]float32, n)
	for i := range quantiles {
		quantiles[i] = float32(distuv.UnitNormal.Quantile((float64(i) + 0.5) / float64(n)))
	}
	scores, order := make([]float32, len(z)), make([]int, n)
	for at := 0; at < len(z); at += n {
		values := z[at : at+n]
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
		for rank, i := range order {
			scores[at+i] = quantiles[rank]
		}
	}
	return scores
}

// some samples from one on, a row for each variable.
func some(scores []float32, n, first int) *mat.Dense {
	sites, samples := len(scores)/n, min(chunk, n-first)
	m := mat.NewDense(sites, samples, nil)
	for i := range sites {
		row := m.RawRowView(i)
		for b, v := range scores[i*n+first:][:samples] {
			row[b] = float64(v)
		}
	}
	return m
}
