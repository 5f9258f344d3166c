package rg

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"neuralrg/sampling"
)

// MeanForce is the potential of mean force of a latent,
//
//	W(v) = -ln p(v) + ln p(0),
//
// where p is the density of the latent under the target: the energy along it that
// is left when all others are integrated out. The samples must be latents of the
// target, n of them independent. Each gives the density of the latent given all
// others, and the mean of these is p,
//
//	p(v) = E[exp(-U(v, z')) / sum over the values of exp(-U(w, z'))],
//
// where the sum is by the trapezoidal rule and the mean over samples with z_i between
// the least and the greatest of the values, which ascend: so it is p given that. No
// histogram has so small an error (Rao and Blackwell). Values half a unit apart are
// close enough for latents that are nearly normal.
func MeanForce(ctx context.Context, u *sampling.Renormalized, latent int, values []float64, z []float32) (*Profile, error) {
	if err := checkGrid(values); err != nil {
		return nil, err
	}
	s, err := newScan(ctx, u, z, latent)
	if err != nil {
		return nil, err
	}
	var inside []int
	for b, v := range s.own {
		if float64(v) >= values[0] && float64(v) <= values[len(values)-1] {
			inside = append(inside, b)
		}
	}
	p := newProfile(latent, len(inside), values)
	if p.Samples < 2 {
		return nil, fewInside(latent, p.Samples)
	}
	energies := make([][]float64, len(values))
	for i, v := range values {
		if energies[i], err = s.energies(ctx, v); err != nil {
			return nil, err
		}
	}
	density := make([][]float64, len(values)+1) // the last at zero
	for i := range density {
		density[i] = make([]float64, len(inside))
	}
	for k, b := range inside {
		conditional(density, k, energies, s.base, b, values)
	}
	zero := density[len(values)]
	for i, v := range values {
		q := logRatio(zero, density[i])
		if math.IsNaN(q.Value) || math.IsInf(q.Value, 0) {
			return nil, &problem{
				fmt.Sprintf("the density of latent %d at %v or at 0 is too small for a number", latent, v),
				"take values nearer to where the latent is",
			}
		}
		p.set(i, q)
	}
	return p, nil
}

// checkGrid refuses values that no integral can be taken over.
func checkGrid(values []float64) error {
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && !(values[i-1] < v) {
			return &problem{"the values of a potential of mean force do not ascend", "give finite values from the least to the greatest"}
		}
	}
	if len(values) < 2 {
		return &problem{fmt.Sprintf("a potential of mean force at %d values", len(values)), "give two values or more"}
	}
	return nil
}

// conditional sets density[i][k] to the density of the latent at value i given the
// other latents of sample b, and that at zero last. The largest is taken out of the
// exponentials first.
func conditional(density [][]float64, k int, energies [][]float64, base []float64, b int, values []float64) {
	least := base[b]
	for _, u := range energies {
		least = min(least, u[b])
	}
	var total float64
	for i, u := range energies {
		width := values[min(i+1, len(values)-1)] - values[max(i-1, 0)]
		density[i][k] = math.Exp(least - u[b])
		total += width / 2 * density[i][k]
	}
	density[len(values)][k] = math.Exp(least - base[b])
	for i := range density {
		density[i][k] /= total
	}
}

// logRatio is ln(mean of a / mean of b) for values that belong together by pairs,
// with its error by the delta method.
func logRatio(a, b []float64) sampling.Quantity {
	meanA, meanB := stat.Mean(a, nil), stat.Mean(b, nil)
	influence := make([]float64, len(a))
	for i := range a {
		influence[i] = a[i]/meanA - b[i]/meanB
	}
	return sampling.Quantity{
		Value: math.Log(meanA) - math.Log(meanB),
		Error: stat.StdDev(influence, nil) / math.Sqrt(float64(len(a))),
	}
}

// fewInside is the error of a latent that the values given miss.
func fewInside(latent, samples int) error {
	return &problem{
		fmt.Sprintf("%d samples have latent %d between the values given", samples, latent),
		"take more samples, or values from -3 to 3",
	}
}
