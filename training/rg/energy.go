package rg

import (
	"context"
	"slices"

	"neuralrg/sampling"
)

// Profile is the renormalized energy of the latents along one of them, in nats,
// against where that latent is zero. Its departure from v²/2 is what the flow has
// not made a standard normal variable of.
type Profile struct {
	Latent    int       `json:"latent"`    // its site, row*L + column
	Samples   int       `json:"samples"`   // of the other latents
	Values    []float64 `json:"values"`    // v, of the latent
	Energy    []float64 `json:"energy"`    // at each v
	Departure []float64 `json:"departure"` // Energy - v²/2
	Error     []float64 `json:"error"`     // standard error of both, 0 if there is one sample
}

// Along is the mean over samples of
//
//	U(z with z_i = v) - U(z with z_i = 0)
//
// for each of the values v, where U is the renormalized energy: in its symmetrised
// form for a flow that was trained so, else in the plain one. The samples z,
// z[site*n + sample], say where the other latents are: standard normal numbers,
// those of exact samples, or all of them zero. Error times the root of Samples is
// how much the energy differs from one sample to the next, which for latents that
// are independent would be nothing.
//
// A perfect flow has Energy = v²/2 with no error.
func Along(ctx context.Context, u *sampling.Renormalized, latent int, values []float64, z []float32) (*Profile, error) {
	s, err := newScan(ctx, u, z, latent)
	if err != nil {
		return nil, err
	}
	p := newProfile(latent, s.n, values)
	for i, v := range values {
		energies, err := s.energies(ctx, v)
		if err != nil {
			return nil, err
		}
		p.set(i, meanDifference(energies, s.base))
	}
	return p, nil
}

func newProfile(latent, samples int, values []float64) *Profile {
	return &Profile{
		Latent: latent, Samples: samples, Values: slices.Clone(values),
		Energy: make([]float64, len(values)), Departure: make([]float64, len(values)), Error: make([]float64, len(values)),
	}
}

func (p *Profile) set(i int, q sampling.Quantity) {
	p.Energy[i], p.Error[i] = q.Value, q.Error
	p.Departure[i] = q.Value - p.Values[i]*p.Values[i]/2
}
