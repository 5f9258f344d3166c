package rg

import (
	"math"
	"math/bits"
	"math/cmplx"

	"neuralrg/model"
)

// ResponseShape describes the response of the fields to one latent: how far it
// reaches, whether it oscillates, and what it shares with those of other latents
// and with wavelets. All of it is of the mean response, with the errors of its
// map; overlaps are inner products over norms, without their sign.
type ResponseShape struct {
	Latent int `json:"latent"` // site index, row*L + column
	Level  int `json:"level"`  // that it belongs to, 0 the finest
	Block  int `json:"block"`  // side of its block, 2^(Level+1) sites

	// Coarsest says that it is of no block's details but what remains above the
	// last level: it compares with the scaling function.
	Coarsest bool `json:"coarsest"`

	Norm  float64 `json:"norm"`  // root of the sum of squares over sites
	Noise float64 `json:"noise"` // norm of the standard errors as a part of Norm

	// Row and Column are its centre, weighted by the square of the response on the
	// torus, in sites from the middle of the latent's block; Radius is the root mean
	// square distance from there. That of a constant on the block is
	// sqrt((Block^2-1)/6).
	Row    float64 `json:"row"`
	Column float64 `json:"column"`
	Radius float64 `json:"radius"`

	// Oscillation is 1 - |sum r| / sum |r| for the response r: 0 if it has one sign,
	// 1 if its sum is zero, as that of a wavelet.
	Oscillation float64 `json:"oscillation"`

	// Wavenumber is the root of the mean square wavenumber on the lattice: of the sum
	// over bonds of (r_i - r_j)^2 by that over sites of r^2. It is 0 for a constant, 2
	// where neighbours have nothing to do with each other and the root of 8 for a
	// chequerboard; those of the Haar wavelets of level k are the roots of 4/2^k
	// (LH, HL) and 6/2^k (HH).
	Wavenumber float64 `json:"wavenumber"`

	// Translates are its overlaps with itself moved by one block down and right; nil
	// if the block is the lattice. Those of an orthonormal basis are 0.
	Translates []float64 `json:"translates,omitempty"`

	// Siblings are its overlaps with the other latents of its block among those of
	// the responses, in their order.
	Siblings []Sibling `json:"siblings,omitempty"`

	Haar       Match `json:"haar"`
	Daubechies Match `json:"daubechies4"`
}

// Sibling is the overlap with another latent's response.
type Sibling struct {
	Latent  int     `json:"latent"`
	Overlap float64 `json:"overlap"`
}

// Shape describes response i.
func (r *Responses) Shape(i int) ResponseShape {
	m := r.aligned(i)
	s := ResponseShape{
		Latent: r.Latents[i], Level: r.level(i), Block: 2 << r.level(i), Coarsest: r.coarsest(i),
		Norm: norm(m),
	}
	if s.Norm == 0 { // what follows needs a direction
		return s
	}
	s.Noise = norm(widen(r.Error[i])) / s.Norm
	s.Row, s.Column = centre(m, r.L)
	s.Radius = radius(m, r.L, s.Row, s.Column)
	s.Oscillation, s.Wavenumber = oscillation(m), wavenumber(m, r.L)
	if s.Block < r.L {
		s.Translates = []float64{overlap(m, moved(m, r.L, s.Block, 0)), overlap(m, moved(m, r.L, 0, s.Block))}
	}
	for j, other := range r.Latents {
		if other != s.Latent && r.level(j) == s.Level && r.block(j) == r.block(i) {
			s.Siblings = append(s.Siblings, Sibling{other, overlap(m, r.aligned(j))})
		}
	}
	bands := Details
	if s.Coarsest {
		bands = []Band{LL}
	}
	s.Haar = match(m, Haar, r.L, s.Level, bands)
	s.Daubechies = match(m, Daubechies4, r.L, s.Level, bands)
	return s
}

// Centred returns map i moved by whole sites so that the centre of its weight (Row
// and Column of its shape) is within half a site of the middle of the lattice,
// which is between rows and columns L/2-1 and L/2.
func (r *Responses) Centred(i int) []float64 {
	m := r.aligned(i)
	row, column := centre(m, r.L)
	return moved(m, r.L, -int(math.Round(row)), -int(math.Round(column)))
}

// aligned is map i moved so that the middle of the latent's block is that of the
// lattice. The block of a latent of level k is the square of 2^(k+1) sites a side
// that the decimators alone make of one block of that level: it ends at multiples
// of 2^(k+1), in the site that goes on to the next level, and the causal cones of
// its latents lie about it evenly.
func (r *Responses) aligned(i int) []float64 {
	last := r.block(i)
	to := r.L/2 - 1 + 1<<r.level(i)
	return moved(widen(r.Map[i]), r.L, to-last[0], to-last[1])
}

// level is that of latent i.
func (r *Responses) level(i int) int {
	return model.Shape{L: r.L, Depth: r.Levels}.Level(r.Latents[i])
}

// coarsest says whether latent i is what remains after the last level.
func (r *Responses) coarsest(i int) bool {
	latent := r.Latents[i]
	return bits.TrailingZeros(uint(latent/r.L|latent%r.L)) >= r.Levels
}

// block is the last row and column of the block of latent i.
func (r *Responses) block(i int) [2]int {
	side := 2 << r.level(i)
	last := func(at int) int { return (at + side - 1) / side * side % r.L }
	return [2]int{last(r.Latents[i] / r.L), last(r.Latents[i] % r.L)}
}

func widen(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, value := range v {
		w[i] = float64(value)
	}
	return w
}

// moved is a map moved by so many rows and columns round the torus.
func moved(m []float64, L, rows, columns int) []float64 {
	to := make([]float64, len(m))
	for site, v := range m {
		to[mod(site/L+rows, L)*L+mod(site%L+columns, L)] = v
	}
	return to
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func norm(v []float64) float64 { return math.Sqrt(dot(v, v)) }

// overlap is the cosine of the angle between two maps that are not zero, without
// its sign.
func overlap(a, b []float64) float64 { return math.Abs(dot(a, b)) / (norm(a) * norm(b)) }

func oscillation(m []float64) float64 {
	var sum, sizes float64
	for _, v := range m {
		sum += v
		sizes += math.Abs(v)
	}
	return 1 - math.Abs(sum)/sizes
}

func wavenumber(m []float64, L int) float64 {
	var bonds float64
	for _, neighbours := range [][]float64{moved(m, L, 1, 0), moved(m, L, 0, 1)} {
		for site, v := range m {
			bonds += (v - neighbours[site]) * (v - neighbours[site])
		}
	}
	return math.Sqrt(bonds / dot(m, m))
}

// centre is that of the square of a map, in rows and columns from the middle of
// the lattice: along each direction the angle of the mean of exp(2 pi i site/L).
func centre(m []float64, L int) (row, column float64) {
	middle := float64(L-1) / 2
	var rows, columns complex128
	for site, v := range m {
		turn := func(at int) complex128 {
			return cmplx.Rect(v*v, 2*math.Pi*(float64(at)-middle)/float64(L))
		}
		rows += turn(site / L)
		columns += turn(site % L)
	}
	sites := float64(L) / (2 * math.Pi)
	return sites * cmplx.Phase(rows), sites * cmplx.Phase(columns)
}

// radius is the root mean square distance on the torus from a point, in rows and
// columns from the middle, weighted by the square of a map.
func radius(m []float64, L int, row, column float64) float64 {
	middle := float64(L-1) / 2
	var sum, weights float64
	for site, v := range m {
		i := math.Remainder(float64(site/L)-middle-row, float64(L))
		j := math.Remainder(float64(site%L)-middle-column, float64(L))
		sum += v * v * (i*i + j*j)
		weights += v * v
	}
	return math.Sqrt(sum / weights)
}
