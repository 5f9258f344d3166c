package rg

import (
	"context"
	"fmt"
	"slices"

	"neuralrg/sampling"
)

// Surface is the renormalized energy of the latents along two of them, in nats,
// against where both are zero.
type Surface struct {
	Latents   [2]int      `json:"latents"` // their sites
	Samples   int         `json:"samples"` // of the other latents
	Values    []float64   `json:"values"`  // of both latents
	Energy    [][]float64 `json:"energy"`  // [i][j]: the first at Values[i], the second at Values[j]
	Departure [][]float64 `json:"departure"`
	Error     [][]float64 `json:"error"` // standard error of both, 0 if there is one sample
}

// Across is Along for two latents: the mean over samples z of
//
//	U(z with z_i = a, z_j = b) - U(z with z_i = z_j = 0)
//
// for all pairs of the values, and its departure from (a² + b²)/2. A departure that
// is not the sum of one along each couples the two.
func Across(ctx context.Context, u *sampling.Renormalized, latents [2]int, values []float64, z []float32) (*Surface, error) {
	if latents[0] == latents[1] {
		return nil, &problem{fmt.Sprintf("a surface over latent %d twice", latents[0]), "choose two latents"}
	}
	s, err := newScan(ctx, u, z, latents[:]...)
	if err != nil {
		return nil, err
	}
	surface := &Surface{
		Latents: latents, Samples: s.n, Values: slices.Clone(values),
		Energy: square(len(values)), Departure: square(len(values)), Error: square(len(values)),
	}
	for i, a := range values {
		for j, b := range values {
			energies, err := s.energies(ctx, a, b)
			if err != nil {
				return nil, err
			}
			q := meanDifference(energies, s.base)
			surface.Energy[i][j], surface.Error[i][j] = q.Value, q.Error
			surface.Departure[i][j] = q.Value - (a*a+b*b)/2
		}
	}
	return surface, nil
}

func square(n int) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
	}
	return rows
}
