package rg

import "math"

// Match is how far a response is a wavelet of a family.
type Match struct {
	Block Likeness `json:"block"` // with those of its scale on the latent's block, or moved by whole blocks
	Best  Likeness `json:"best"`  // with those of its scale moved by any number of sites
}

// Likeness is the largest overlap of a response with a wavelet of the scale of its
// latent; of the coarsest latent, with the scaling function.
type Likeness struct {
	Band    Band    `json:"band"`    // which one it was
	Row     int     `json:"row"`     // moved by so many rows from the middle of the latent's block
	Column  int     `json:"column"`  // and columns, from -L/2 to L/2-1
	Overlap float64 `json:"overlap"` // from 0 to 1
	Span    float64 `json:"span"`    // norm of the part in the span of all details there, by that of the response
}

// match compares a map that has the middle of its block in that of the lattice
// with those bands of a family at its level.
func match(m []float64, f Family, L, level int, bands []Band) Match {
	w := NewWavelets(f, L, level)
	coefficients := make([][]float64, len(bands))
	for i, band := range bands {
		coefficients[i] = w.Coefficients(m, band)
	}
	return Match{
		Block: likeness(m, coefficients, bands, L, 2<<level),
		Best:  likeness(m, coefficients, bands, L, 1),
	}
}

// likeness finds the largest coefficient among moves by multiples of step.
func likeness(m []float64, coefficients [][]float64, bands []Band, L, step int) Likeness {
	var best Likeness
	var at int
	for i, band := range bands {
		for row := 0; row < L; row += step {
			for column := 0; column < L; column += step {
				if size := math.Abs(coefficients[i][row*L+column]); size > best.Overlap {
					best.Band, best.Overlap, at = band, size, row*L+column
				}
			}
		}
	}
	best.Row, best.Column = mod(at/L+L/2, L)-L/2, mod(at%L+L/2, L)-L/2
	for _, c := range coefficients {
		best.Span = math.Hypot(best.Span, c[at])
	}
	best.Overlap /= norm(m)
	best.Span /= norm(m)
	return best
}
