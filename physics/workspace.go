package physics

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// columnInverse inverts K' after a Fourier transform along the rows, which
// leaves a tridiagonal cyclic system down the column of each wave number l:
//
//	h_(j-1) + b h_j + h_(j+1) = T x_j,  b = alpha T + 2 cos(2 pi l/L) > 2.
//
// With b = rho + 1/rho, rho < 1, and the shift S down the column its matrix is
// (1 + rho S)(1 + rho S^-1)/rho. Each factor is inverted by a recursion,
//
//	y_j = x_j - rho y_(j-1),  h_j = y_j - rho h_(j+1),  h then times rho T,
//
// periodic in j, and as the factors are each other's transposes,
// x' K'^-1 x = rho T sum_j |y_j|^2 / L, summed over l. This costs a few
// operations a site, less than a second Fourier transform.
type columnInverse struct {
	rho    []float64 // for l = 0 .. L/2
	wrap   []float64 // 1/(1 - rho^L)
	scale  []float64 // rho T / L; the 1/L is that of the transforms along the rows
	weight []float64 // of |y|^2: scale, twice that where l stands for -l as well
}

func newColumnInverse(size int, t float64) columnInverse {
	half := size/2 + 1
	c := columnInverse{
		rho:    make([]float64, half),
		wrap:   make([]float64, half),
		scale:  make([]float64, half),
		weight: make([]float64, half),
	}
	for l := range half {
		cos := math.Cos(math.Pi * float64(l) / float64(size))
		excess := margin*t/2 + 2*cos*cos // b/2 - 1
		c.rho[l] = 1 / (1 + excess + math.Sqrt(excess*(excess+2)))
		c.wrap[l] = 1 / (1 - math.Pow(c.rho[l], float64(size)))
		c.scale[l] = c.rho[l] * t / float64(size)
		c.weight[l] = 2 * c.scale[l]
	}
	c.weight[0] = c.scale[0]
	c.weight[half-1] = c.scale[half-1]
	return c
}

// workspace is what one goroutine needs to evaluate one configuration.
type workspace struct {
	size     int
	rows     *fourier.FFT
	field    []float64    // x, row-major
	tanh     []float64    // tanh x
	spectrum []complex128 // the rows transformed: size x (size/2+1)
	previous []complex128 // the row before, in a recursion
}

func newWorkspace(size int) *workspace {
	return &workspace{
		size:     size,
		rows:     fourier.NewFFT(size),
		field:    make([]float64, size*size),
		tanh:     make([]float64, size*size),
		spectrum: make([]complex128, size*(size/2+1)),
		previous: make([]complex128, size/2+1),
	}
}

// lnCosh sets tanh and returns sum_i ln cosh x_i. With e = exp(-2|x|), which
// cannot overflow,
//
//	ln cosh x = |x| + ln (1+e)/2,  |tanh x| = (1-e)/(1+e),
//
// and as (1+e)/2 lies between 1/2 and 1, one logarithm serves the product over
// a row: 2^-256 is no underflow.
func (w *workspace) lnCosh() float64 {
	var sum float64
	for row := 0; row < len(w.field); row += w.size {
		tanh := w.tanh[row : row+w.size]
		product := 1.0
		for i, x := range w.field[row : row+w.size] {
			e := math.Exp(-2 * math.Abs(x))
			sum += math.Abs(x)
			product *= (1 + e) / 2
			tanh[i] = math.Copysign((1-e)/(1+e), x)
		}
		sum += math.Log(product)
	}
	return sum
}

// quadratic returns x' K'^-1 x, a sum of positive terms, and leaves y of
// columnInverse in spectrum.
func (w *workspace) quadratic(c columnInverse) float64 {
	for row := range w.size {
		w.rows.Coefficients(w.modes(row), w.sites(row))
	}
	w.recurse(c, 0, 1)
	var sum float64
	for row := range w.size {
		for l, y := range w.modes(row) {
			sum += c.weight[l] * (real(y)*real(y) + imag(y)*imag(y))
		}
	}
	return sum
}

// propagate sets field to K'^-1 x, after quadratic.
func (w *workspace) propagate(c columnInverse) {
	w.recurse(c, w.size-1, -1)
	for row := range w.size {
		modes := w.modes(row)
		for l, h := range modes {
			modes[l] = scaled(c.scale[l], h)
		}
		w.rows.Sequence(w.sites(row), modes)
	}
}

// recurse replaces the rows x of spectrum, taken in periodic order from the
// first in steps of +-1, by y = x - rho (the y before). A first round from
// zero finds the y that the periodic one ends with.
func (w *workspace) recurse(c columnInverse, first, step int) {
	clear(w.previous)
	for row := first; 0 <= row && row < w.size; row += step {
		for l, x := range w.modes(row) {
			w.previous[l] = x - scaled(c.rho[l], w.previous[l])
		}
	}
	for l, y := range w.previous {
		w.previous[l] = scaled(c.wrap[l], y)
	}
	for row := first; 0 <= row && row < w.size; row += step {
		modes := w.modes(row)
		for l, x := range modes {
			w.previous[l] = x - scaled(c.rho[l], w.previous[l])
			modes[l] = w.previous[l]
		}
	}
}

func (w *workspace) sites(row int) []float64 { return w.field[row*w.size:][:w.size] }

func (w *workspace) modes(row int) []complex128 {
	half := len(w.previous)
	return w.spectrum[row*half:][:half]
}

func scaled(a float64, z complex128) complex128 { return complex(a*real(z), a*imag(z)) }
