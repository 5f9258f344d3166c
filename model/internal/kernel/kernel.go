// Package kernel holds the inner loops of the flow: dense layers with their
// gradients, and the affine coupling with its gradient.
//
// Data are structures of arrays. A column is one 2x2 block of one sample; a Row
// is one value of up to Tile columns, and a []Row is a matrix whose columns are
// independent: the lanes of a vector unit. Every kernel works on the first n
// columns, 0 <= n <= Tile, and touches no other.
//
// Plain Go, in this package, is the specification of every kernel and the
// fallback of every machine.
package kernel

// Tile is the number of columns of a Row. At the paper's width of 10 the
// activations of a network, 30 rows, just stay in a first-level cache.
const Tile = 256

// MaxWidth is the largest number of rows a matrix may have.
const MaxWidth = 128

// Row is one value of up to Tile columns.
type Row [Tile]float32

// Set is one implementation of all kernels.
//
// Matrices of weights are row-major, out x in, with out = len(y) and
// in = len(x), both at most MaxWidth. NaN in any operand of a column
// comes out in that column: a diverged flow must look diverged. An infinity may
// saturate, in ELU and tanh.
type Set struct {
	// Name says which implementation it is; results of different ones differ
	// in the last bits.
	Name string

	// Peak does nothing but independent multiply-adds in registers, as fast as
	// these kernels could at best, and returns how many floating-point
	// operations those were.
	Peak func(turns int) (flops float64)

	// Dense sets y = W x + b.
	Dense func(y, x []Row, w, b []float32, n int)

	// DenseELU sets y = ELU(W x + b), ELU(u) = u for u > 0, else exp(u) - 1.
	DenseELU func(y, x []Row, w, b []float32, n int)

	// DenseBack adds the gradient of a layer's input: dx += W' dy.
	DenseBack func(dx, dy []Row, w []float32, n int)

	// DenseBackELU takes the activations h = ELU(u) and replaces them by
	// du = (W' dy) ELU'(u), where ELU'(u) = 1 + min(h, 0).
	DenseBackELU func(h, dy []Row, w []float32, n int)

	// DenseGrad adds the gradient of a layer's parameters, summed over
	// columns: dw += dy x', db += dy.
	DenseGrad func(dw, db []float32, dy, x []Row, n int)

	// Affine is one changed value of a coupling in the direction of
	// generation: with s = scale tanh(u), x becomes y = x exp(s) + t, and
	// sum += s.
	Affine func(x, sum, u, t *Row, scale float32, n int)

	// AffineInverse is the direction of renormalization: y becomes
	// x = (y - t) exp(-s), and sum += s.
	AffineInverse func(y, sum, u, t *Row, scale float32, n int)

	// AffineBack differentiates Affine. From its output y, dy = dL/dy and
	// a = dL/d(-sum), it replaces y by x, dy by dx, u by du and t by dt, and
	// returns dL/dscale.
	AffineBack func(y, dy, u, t, a *Row, scale float32, n int) float32

	// AffineInverseBack differentiates AffineInverse. From its output x,
	// dx = dL/dx and a = dL/d(-sum), it replaces x by y, dx by dy, u by du
	// and t by dt, and returns dL/dscale.
	AffineInverseBack func(x, dx, u, t, a *Row, scale float32, n int) float32
}

// Implementations are the sets that this machine can run, the fastest first.
func Implementations() []*Set { return append(assembled(), &portable) }

// portable is the specification: plain Go.
var portable = Set{
	Name:              "go",
	Peak:              peak,
	Dense:             dense,
	DenseELU:          denseELU,
	DenseBack:         denseBack,
	DenseBackELU:      denseBackELU,
	DenseGrad:         denseGrad,
	Affine:            affine,
	AffineInverse:     affineInverse,
	AffineBack:        affineBack,
	AffineInverseBack: affineInverseBack,
}
