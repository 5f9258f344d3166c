package rg

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"neuralrg/sampling"
)

// scan evaluates the renormalized energy of samples of which some latents are given
// values, the same for all.
type scan struct {
	u       *sampling.Renormalized
	n       int
	batches []batch
	latents []int
	own     []float32 // the first of the latents in each sample, before
	base    []float64 // the energies where these latents are zero
}

// batch is some of the samples, from first on, small enough to look at the context
// between two.
type batch struct {
	first, n int
	z        []float32
}

// batchSamples is the most samples in a batch.
const batchSamples = 256

// newScan copies the samples z and evaluates the base.
func newScan(ctx context.Context, u *sampling.Renormalized, z []float32, latents ...int) (*scan, error) {
	sites := u.Sites()
	if len(z) == 0 || len(z)%sites != 0 {
		panic(fmt.Sprintf("rg: %d latents are no samples of %d sites", len(z), sites))
	}
	for _, i := range latents {
		if i < 0 || i >= sites {
			return nil, noLatent(i, sites)
		}
	}
	s := &scan{u: u, n: len(z) / sites, latents: latents}
	s.own = append(s.own, z[latents[0]*s.n:][:s.n]...)
	for first := 0; first < s.n; first += batchSamples {
		b := batch{first: first, n: min(batchSamples, s.n-first)}
		b.z = make([]float32, sites*b.n)
		cut(b.z, z, s.n, b.n, first)
		s.batches = append(s.batches, b)
	}
	var err error
	s.base, err = s.energies(ctx, make([]float64, len(latents))...)
	return s, err
}

// energies are those of the samples with the latents at values.
func (s *scan) energies(ctx context.Context, values ...float64) ([]float64, error) {
	u := make([]float64, s.n)
	for _, b := range s.batches {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i, latent := range s.latents {
			row := b.z[latent*b.n:][:b.n]
			for sample := range row {
				row[sample] = float32(values[i])
			}
		}
		s.u.Eval(u[b.first:][:b.n], nil, b.z)
	}
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
