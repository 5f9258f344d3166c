// Package kernel holds the inner loops of the dual's energy: the Fourier
// transform along the rows of a lattice, the recursions down its columns, and
// the functions of a single site.
//
// A Row is one value of Lanes samples. No operation mixes lanes, and every
// kernel works on whole rows, so that what a sample gives does not depend on
// the others, to the last bit. The fields themselves are float32, Lanes samples
// of site j standing at x[j*stride].
//
// Plain Go, in this package, is the specification of every kernel and the
// fallback of every machine. Where the processor has AVX2 with FMA, or AVX-512,
// assembly does the same; the program in _asm writes it.
package kernel

// Lanes is the number of samples of a Row: as many as the float32 of a cache
// line.
const Lanes = 16

// Row is one value of Lanes samples.
type Row [Lanes]float64

// Column is the factor 1 + Rho S of a column's matrix, with the shift S by a
// site, for two wave numbers at a time.
type Column struct {
	Rho  [2]float64
	Wrap [2]float64 // 1/(1 - Rho^L) for a column of L sites
}

// Set is one implementation of all kernels. NaN in a lane comes out in that
// lane.
type Set struct {
	// Name says which implementation it is; results of different ones differ
	// in the last bits.
	Name string

	// Fold takes the L = len(y) sites of a row of the lattice, L even, apart
	// into their even and odd halves: y[j] = x_j + x_(L-j) and
	// y[L-j] = x_j - x_(L-j) for 0 < j < L/2. Sites 0 and L/2, their own
	// mirror images, stay.
	Fold func(y []Row, x []float32, stride int)

	// Unfold does the same to rows, in place.
	Unfold func(y []Row)

	// Dense sets y = W x, the matrix w being row-major, len(y) x len(x).
	Dense func(y, x []Row, w []float64)

	// Forward replaces the x_j of two neighbouring wave numbers, which stand
	// at x[j*stride] and x[j*stride+1] for 0 <= j < size, by the periodic
	// solution of y_j + rho y_(j-1) = x_j and adds the squares of y to sum.
	Forward func(sum *Row, x []Row, stride, size int, c *Column)

	// Backward replaces them by the solution of y_j + rho y_(j+1) = x_j.
	Backward func(x []Row, stride, size int, c *Column)

	// Site sets grad_j = h_j - tanh x_j for len(h) sites, in the layout of x.
	// It adds |x_j| to sum and multiplies product by (1 + exp(-2|x_j|))/2:
	// ln cosh x_j is the former plus the logarithm of the latter.
	Site func(grad []float32, h []Row, x []float32, stride int, sum, product *Row)
}

// Implementations are the sets that this machine can run, the fastest first.
func Implementations() []*Set { return append(assembled(), &portable) }

// portable is the specification: plain Go.
var portable = Set{
	Name:     "go",
	Fold:     fold,
	Unfold:   unfold,
	Dense:    dense,
	Forward:  forward,
	Backward: backward,
	Site:     site,
}
