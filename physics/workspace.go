package physics

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// workspace is what one goroutine needs to evaluate one configuration.
type workspace struct {
	rows     *fourier.FFT      // real transforms, along rows
	columns  *fourier.CmplxFFT // complex ones, along columns
	field    []float64         // x, row-major
	tanh     []float64         // tanh x
	spectrum []complex128      // the rows transformed: size x (size/2+1)
	column   []complex128
}

func newWorkspace(size int) *workspace {
	return &workspace{
		rows:     fourier.NewFFT(size),
		columns:  fourier.NewCmplxFFT(size),
		field:    make([]float64, size*size),
		tanh:     make([]float64, size*size),
		spectrum: make([]complex128, size*(size/2+1)),
		column:   make([]complex128, size),
	}
}

// site sets tanh and returns sum_i ln cosh x_i. With e = exp(-2|x|), which
// cannot overflow,
//
//	ln cosh x = |x| + ln(1+e) - ln 2,  |tanh x| = (1-e)/(1+e),
//
// and as 1+e <= 2 one logarithm serves the product over a row.
func (w *workspace) site() float64 {
	size := len(w.column)
	sum := -math.Ln2 * float64(len(w.field))
	for row := 0; row < len(w.field); row += size {
		tanh := w.tanh[row : row+size]
		product := 1.0
		for i, x := range w.field[row : row+size] {
			e := math.Exp(-2 * math.Abs(x))
			sum += math.Abs(x)
			product *= 1 + e
			tanh[i] = math.Copysign((1-e)/(1+e), x)
		}
		sum += math.Log(product)
	}
	return sum
}

// propagate returns x' K'^-1 x, by Parseval's theorem a sum of positive terms,
// and if gradient is wanted leaves K'^-1 x in field. The propagator is that of
// Ising.
func (w *workspace) propagate(propagator []float64, gradient bool) float64 {
	size := len(w.column)
	half := size/2 + 1
	for row := range size {
		w.rows.Coefficients(w.spectrum[row*half:(row+1)*half], w.field[row*size:(row+1)*size])
	}
	var quadratic float64
	for l := range half {
		for row := range w.column {
			w.column[row] = w.spectrum[row*half+l]
		}
		w.columns.Coefficients(w.column, w.column)
		var sum float64
		for k, p := range propagator[l*size : (l+1)*size] {
			c := w.column[k]
			sum += p * (real(c)*real(c) + imag(c)*imag(c))
			w.column[k] = complex(p*real(c), p*imag(c))
		}
		if l != 0 && l != size/2 {
			sum *= 2 // the conjugate half of the spectrum
		}
		quadratic += sum
		if gradient {
			w.columns.Sequence(w.column, w.column)
			for row, c := range w.column {
				w.spectrum[row*half+l] = c
			}
		}
	}
	if gradient {
		for row := range size {
			w.rows.Sequence(w.field[row*size:(row+1)*size], w.spectrum[row*half:(row+1)*half])
		}
	}
	return quadratic
}
