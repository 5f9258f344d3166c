package rg

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// GaussianCouplings are those of the Gaussian that has the second moments of
// fields y on an L x L torus, L >= 2, site-major. Of the energy y'Py/2 with P the
// inverse of <y y'> they are
//
//	-P_ij/P_ii
//
// for a neighbour and for a diagonal j of site i: how much of y_j the mean of y_i
// given all others takes. The moments are about zero, as those of an ensemble where
// y is as likely as -y, and averages over translations, which leave the ensemble as
// it is. Four neighbours that couple by 1/4 each, and nothing else, are the massless
// free field. On the 2 x 2 torus, where a neighbour is met twice and the diagonal
// four times, the couplings are those of one bond.
//
// P is diagonal in the waves of the torus: with the spectrum S(q) = <|y(q)|^2>,
//
//	P_ij = sum over q of cos(q (i-j)) / S(q), up to a factor.
//
// The errors are by jackknife, as those of SpinCouplings.
func GaussianCouplings(y []float32, L int) (PairCouplings, error) {
	n, err := lattices(len(y), L)
	if err != nil {
		return PairCouplings{}, err
	}
	w := newWaves(L)
	var blocks [jackknifeBlocks][]float64
	for b := range blocks {
		blocks[b] = make([]float64, L*L)
		first, last := block(b, n)
		for sample := first; sample < last; sample++ {
			w.addSpectrum(blocks[b], y[sample:], n)
		}
	}
	return jackknife(func(without int) ([2]float64, bool) {
		spectrum := make([]float64, L*L)
		for b, part := range blocks {
			for q, s := range part {
				if b != without {
					spectrum[q] += s
				}
			}
		}
		return precisionRatios(spectrum, L)
	})
}

// precisionRatios are -P_ij/P_ii of one bond to a neighbour and to a diagonal. It
// reports whether there are any: no wave may be absent.
func precisionRatios(spectrum []float64, L int) (k [2]float64, ok bool) {
	var own, nearest, diagonal float64
	for q, s := range spectrum {
		if !(s > 0) || math.IsInf(s, 0) {
			return k, false
		}
		row := math.Cos(2 * math.Pi * float64(q/L) / float64(L))
		column := math.Cos(2 * math.Pi * float64(q%L) / float64(L))
		own += 1 / s
		nearest += (row + column) / 2 / s
		diagonal += row * column / s // the mean of cos(a+b) and cos(a-b)
	}
	if L == 2 {
		nearest, diagonal = nearest/2, diagonal/4
	}
	return [2]float64{-nearest / own, -diagonal / own}, true
}

// waves transforms lattices.
type waves struct {
	size   int
	fft    *fourier.CmplxFFT
	y      []complex128
	column []complex128
}

func newWaves(L int) *waves {
	return &waves{size: L, fft: fourier.NewCmplxFFT(L), y: make([]complex128, L*L), column: make([]complex128, L)}
}

// addSpectrum adds the squared amplitudes of a lattice, the sites of which stand n
// apart.
func (w *waves) addSpectrum(spectrum []float64, field []float32, n int) {
	for i := range w.y {
		w.y[i] = complex(float64(field[i*n]), 0)
	}
	for start := 0; start < len(w.y); start += w.size {
		row := w.y[start:][:w.size]
		w.fft.Coefficients(row, row)
	}
	for j := range w.size {
		for i := range w.column {
			w.column[i] = w.y[i*w.size+j]
		}
		w.fft.Coefficients(w.column, w.column)
		for i, c := range w.column {
			spectrum[i*w.size+j] += real(c)*real(c) + imag(c)*imag(c)
		}
	}
}
