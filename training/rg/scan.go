package rg

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"neuralrg/sampling"
)

// scan evaluates the renormalized energy of samples of which some latents are given
// values, the same for all.
type scan struct {
	u       *sampling.Renormalized
	n       int
	z       []float32
	latents []int
	own     []float32 // of the first of the latents, before
	base    []float64 // the energies where these latents are zero
}

// newScan looks at the samples z at hand and evaluates the base.
func newScan(ctx context.Context, u *sampling.Renormalized, z []float32, latents ...int) (*scan, error) {
	sites := u.Sites()
	if len(z) == 0 || len(z)%sites != 0 {
		panic(fmt.Sprintf("rg: %d latents are no samples of %d sites", len(z), sites))
	}
	s := &scan{u: u, n: len(z) / sites, z: slices.Clone(z), latents: latents}
	for _, i := range latents {
		if i < 0 || i >= sites {
			return nil, &problem{
				fmt.Sprintf("there is no latent %d", i),
				fmt.Sprintf("choose a site from 0 to %d", sites-1),
			}
		}
	}
	s.own = slices.Clone(s.row(latents[0]))
	var err error
	s.base, err = s.energies(ctx, make([]float64, len(latents))...)
	return s, err
}

// row has one latent of all samples.
func (s *scan) row(latent int) []float32 { return s.z[latent*s.n:][:s.n] }

// energies are those of the samples with the latents at values.
func (s *scan) energies(ctx context.Context, values ...float64) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, latent := range s.latents {
		row := s.row(latent)
		for b := range row {
			row[b] = float32(values[i])
		}
	}
	u := make([]float64, s.n)
	s.u.Eval(u, nil, s.z)
	for _, energy := range u {
		if math.IsNaN(energy) || math.IsInf(energy, 0) {
			return nil, &problem{
				fmt.Sprintf("the renormalized energy at latents %v = %v is not finite", s.latents, values),
				"take values nearer to zero, or a flow that has not diverged",
			}
		}
	}
	return u, nil
}

// meanDifference is the mean of u - base over independent samples.
func meanDifference(u, base []float64) sampling.Quantity {
	difference := make([]float64, len(u))
	for b := range u {
		difference[b] = u[b] - base[b]
	}
	if len(u) == 1 {
		return sampling.Quantity{Value: difference[0]}
	}
	mean, deviation := stat.MeanStdDev(difference, nil)
	return sampling.Quantity{Value: mean, Error: deviation / math.Sqrt(float64(len(u)))}
}
