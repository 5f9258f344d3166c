package rg

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"neuralrg/model"
	"neuralrg/sampling"
)

// Correlations are the correlation coefficients of something with the
// magnetization, the staggered magnetization and the energy of the spins, or with
// functions of these.
type Correlations struct {
	Magnetization sampling.Quantity `json:"magnetization"`
	Staggered     sampling.Quantity `json:"staggered"`
	Energy        sampling.Quantity `json:"energy"`
}

// Collective says what a latent z has to do with the variables that describe the
// lattice as a whole: m = sum_i s_i/N, the staggered magnetization m_s =
// sum_i (-1)^(row+column) s_i/N, and the energy E = -sum over bonds of s_i s_j.
// Of a flow made symmetric z belongs to the configuration with the sign that the
// sample has; so do m and m_s here.
type Collective struct {
	Site  int `json:"site"` // row*L + column
	Level int `json:"level"`
	// Value has the correlations of z with m, m_s and E.
	Value Correlations `json:"value"`
	// Square has those of z² with m², m_s² and E. Of variables that are even under
	// a change of all signs, z itself knows nothing if it is odd.
	Square Correlations `json:"square"`
}

// Strongest is the correlation of largest size, and its name.
func (c Collective) Strongest() (name string, r sampling.Quantity) {
	for _, of := range []struct {
		name string
		r    sampling.Quantity
	}{
		{"m", c.Value.Magnetization},
		{"staggered m", c.Value.Staggered},
		{"E", c.Value.Energy},
		{"m² of z²", c.Square.Magnetization},
		{"staggered m² of z²", c.Square.Staggered},
		{"E of z²", c.Square.Energy},
	} {
		if name == "" || math.Abs(of.r.Value) > math.Abs(r.Value) {
			name, r = of.name, of.r
		}
	}
	return name, r
}

// RankCollective puts those latents first that have the strongest correlations.
func RankCollective(all []Collective) []Collective {
	return slices.SortedStableFunc(slices.Values(all), func(a, b Collective) int {
		_, p := a.Strongest()
		_, q := b.Strongest()
		return cmp.Compare(math.Abs(q.Value), math.Abs(p.Value))
	})
}

// Collectives correlates all latents of a flow of some shape, in the order of
// their sites, in at least 64 samples. A coefficient has the error of the
// influence of one sample on it, which holds for any distribution.
func Collectives(s model.Shape, samples *Sample) ([]Collective, error) {
	n, err := latentSamples(s, samples.Z)
	if err != nil {
		return nil, err
	}
	with := collectiveVariables(s.L, samples)
	odd, even := [3][]float64{}, [3][]float64{}
	for i, v := range with {
		odd[i] = standard(slices.Clone(v))
		if i < 2 {
			floats.Mul(v, v)
		}
		even[i] = standard(v)
	}
	all := make([]Collective, s.Sites())
	z := make([]float64, n)
	for site := range all {
		if err := latentValues(z, samples.Z, site); err != nil {
			return nil, err
		}
		all[site] = Collective{Site: site, Level: s.Level(site)}
		all[site].Value = correlations(standard(z), odd)
		if err := latentValues(z, samples.Z, site); err != nil {
			return nil, err
		}
		floats.Mul(z, z)
		all[site].Square = correlations(standard(z), even)
	}
	return all, nil
}

// collectiveVariables are m and m_s with the sign of the sample, and E, of the
// spins of each sample.
func collectiveVariables(size int, s *Sample) [3][]float64 {
	var of [3][]float64
	for i := range of {
		of[i] = make([]float64, s.N)
	}
	m, staggered, energy := of[0], of[1], of[2]
	at := func(row, column int) []int8 {
		return s.Spins[(row%size*size+column%size)*s.N:][:s.N]
	}
	for row := range size {
		for column := range size {
			right, below := at(row, column+1), at(row+1, column)
			parity := 1 - 2*((row+column)%2)
			for b, spin := range at(row, column) {
				signed := int(spin) * int(s.Sign[b])
				m[b] += float64(signed)
				staggered[b] += float64(signed * parity)
				energy[b] -= float64(int(spin) * (int(right[b]) + int(below[b])))
			}
		}
	}
	return of
}

// standard brings values to mean 0 and mean square 1. Where they are constant,
// they become 0.
func standard(values []float64) []float64 {
	floats.AddConst(-stat.Mean(values, nil), values)
	norm := floats.Norm(values, 2) / math.Sqrt(float64(len(values)))
	if norm > 0 {
		floats.Scale(1/norm, values)
	}
	return values
}

func correlations(z []float64, with [3][]float64) Correlations {
	return Correlations{
		Magnetization: correlation(z, with[0]),
		Staggered:     correlation(z, with[1]),
		Energy:        correlation(z, with[2]),
	}
}

// correlation of standard values: r is the mean of ab, and the influence of one
// pair on it is ab - r (a² + b²)/2.
func correlation(a, b []float64) sampling.Quantity {
	n := float64(len(a))
	r := floats.Dot(a, b) / n
	var sum float64
	for i, v := range a {
		influence := v*b[i] - r*(v*v+b[i]*b[i])/2
		sum += influence * influence
	}
	return sampling.Quantity{Value: r, Error: math.Sqrt(sum) / n}
}
