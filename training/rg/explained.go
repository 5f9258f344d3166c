package rg

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"neuralrg/model"
	"neuralrg/sampling"
)

// Explained is the share of the variance of collective variables that is a
// linear function of some latents together: R² of a regression, less what as many
// variables explain by chance. Many latents may carry a variable of which each
// alone knows little.
type Explained struct {
	From    int `json:"from"` // the lowest level of the latents
	To      int `json:"to"`   // the highest
	Latents int `json:"latents"`
	Correlations
}

// ExplainedByLevel takes the latents of each level, and last those of all, of at
// least 64 samples. Levels with more than half as many latents as there are
// samples, or more than 1024, are left out.
func ExplainedByLevel(ctx context.Context, s model.Shape, samples *Sample) ([]Explained, error) {
	n, err := latentSamples(s, samples.Z)
	if err != nil {
		return nil, err
	}
	with := collectiveVariables(s.L, samples)
	for _, v := range with {
		standard(v)
	}
	z := make([]float32, len(samples.Z))
	values := make([]float64, n)
	for site := range s.Sites() {
		if err := latentValues(values, samples.Z, site); err != nil {
			return nil, err
		}
		for b, v := range standard(values) {
			z[site*n+b] = float32(v)
		}
	}
	last := s.Levels() - 1
	var all []Explained
	for k := range s.Levels() {
		all = append(all, explain(ctx, s, z, n, with, k, k)...)
	}
	if last > 0 {
		all = append(all, explain(ctx, s, z, n, with, 0, last)...)
	}
	return all, ctx.Err()
}

// explain is for the latents of some levels, if they are not too many.
func explain(ctx context.Context, s model.Shape, z []float32, n int, with [3][]float64, from, to int) []Explained {
	var chosen []float32
	for site := range s.Sites() {
		if k := s.Level(site); from <= k && k <= to {
			chosen = append(chosen, z[site*n:][:n]...)
		}
	}
	p := len(chosen) / n
	if n < 2*p+2 || p > mostCorrelated {
		return nil
	}
	covariance, err := covarianceOf(ctx, chosen, n)
	var factors mat.Cholesky
	if err != nil || !factors.Factorize(covariance) {
		return nil
	}
	var shares [3]sampling.Quantity
	for i, v := range with {
		shares[i] = regress(chosen, v, &factors)
	}
	return []Explained{{from, to, p, Correlations{shares[0], shares[1], shares[2]}}}
}

// regress standard values of y on standard variables z with known covariance. With
// residuals e, R² = 1 - mean of e², and the influence of a sample is
// (1 - R²) y² - e².
func regress(z []float32, y []float64, factors *mat.Cholesky) sampling.Quantity {
	n := len(y)
	p := len(z) / n
	covariances := mat.NewVecDense(p, nil)
	for i := range p {
		var sum float64
		for b, v := range z[i*n:][:n] {
			sum += float64(v) * y[b]
		}
		covariances.SetVec(i, sum/float64(n))
	}
	var slopes mat.VecDense
	// An ill condition makes the share inexact, not wrong.
	_ = factors.SolveVecTo(&slopes, covariances)
	residuals := append([]float64(nil), y...)
	for i := range p {
		slope := slopes.AtVec(i)
		for b, v := range z[i*n:][:n] {
			residuals[b] -= slope * float64(v)
		}
	}
	unexplained := floats.Dot(residuals, residuals) / float64(n)
	var sum float64
	for b, e := range residuals {
		influence := unexplained*y[b]*y[b] - e*e
		sum += influence * influence
	}
	adjusted := unexplained * float64(n-1) / float64(n-p-1)
	return sampling.Quantity{Value: 1 - adjusted, Error: math.Sqrt(sum) / float64(n)}
}
