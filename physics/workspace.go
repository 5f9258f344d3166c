package physics

import (
	"math"

	"neuralrg/physics/internal/kernel"
)

// workspace is what one goroutine needs to evaluate kernel.Lanes samples.
type workspace struct {
	*kernel.Set // in use

	size  int
	modes []kernel.Row // the rows of the lattice transformed, each width apart
	width int          // more than size: at powers of two a column would fall on few lines of a cache
	row   []kernel.Row // one row of the lattice

	quadratic kernel.Row
	lnCosh    kernel.Row
	product   kernel.Row // of the factors whose logarithm lnCosh still lacks

	// The samples and their gradient, if they cannot stay where they are.
	x, grad []float32
}

func newWorkspace(size int) *workspace {
	w := &workspace{
		size:  size,
		width: size + 2,
		modes: make([]kernel.Row, size*(size+2)),
		row:   make([]kernel.Row, size),
	}
	for i := range w.product {
		w.product[i] = 1
	}
	return w
}

// load copies the samples from b to end of a batch of n to x, with zeros behind.
func (w *workspace) load(x []float32, b, end, n int) {
	if w.x == nil {
		w.x = make([]float32, w.size*w.size*kernel.Lanes)
		w.grad = make([]float32, w.size*w.size*kernel.Lanes)
	}
	for i := range w.size * w.size {
		row := w.x[i*kernel.Lanes:][:kernel.Lanes]
		clear(row[copy(row, x[i*n+b:i*n+end]):])
	}
}

// store copies the gradients of these samples from grad to a batch.
func (w *workspace) store(grad []float32, b, end, n int) {
	for i := range w.size * w.size {
		copy(grad[i*n+b:i*n+end], w.grad[i*kernel.Lanes:])
	}
}

// eval returns the energies of kernel.Lanes samples, and their gradient in grad.
func (w *workspace) eval(k *coupling, grad, x []float32, stride int) (u kernel.Row) {
	w.solve(k, x, stride)
	w.sites(k, grad, x, stride)
	for i := range u {
		u[i] = w.quadratic[i]/2 - w.lnCosh[i]
	}
	return u
}

// solve sets quadratic = x' K'^-1 x, a sum of positive terms, and leaves
// K'^-1 x in modes, but for the transform back.
func (w *workspace) solve(k *coupling, x []float32, stride int) {
	half := w.size/2 + 1
	for row := range w.size {
		w.Fold(w.row, x[row*w.size*stride:], stride)
		modes := w.modes[row*w.width:][:w.size]
		w.Dense(modes[:half], w.row[:half], k.cos)
		w.Dense(modes[half:], w.row[half:], k.sin)
	}
	w.quadratic = kernel.Row{}
	for l := range k.columns {
		w.Forward(&w.quadratic, w.modes[2*l:], w.width, w.size, &k.columns[l])
		w.Backward(w.modes[2*l:], w.width, w.size, &k.columns[l])
	}
}

// sites sets grad = K'^-1 x - tanh x, after solve, and lnCosh, its sum over
// the sites.
func (w *workspace) sites(k *coupling, grad, x []float32, stride int) {
	half := w.size/2 + 1
	w.lnCosh = kernel.Row{}
	for row := range w.size {
		modes := w.modes[row*w.width:][:w.size]
		w.Dense(w.row[:half], modes[:half], k.cosBack)
		w.Dense(w.row[half:], modes[half:], k.sinBack)
		w.Unfold(w.row)
		if row%rowsPerProduct(w.size) == 0 {
			w.endProduct()
		}
		at := row * w.size * stride
		w.Site(grad[at:], w.row, x[at:], stride, &w.lnCosh, &w.product)
	}
	w.endProduct()
}

// rowsPerProduct is how many rows share a logarithm: their factors lie between
// 1/2 and 1, and 2^-1000 is no underflow.
func rowsPerProduct(size int) int { return 1000 / size }

// endProduct adds the logarithms of the products to lnCosh and begins new ones.
func (w *workspace) endProduct() {
	for i, p := range w.product {
		w.lnCosh[i] += math.Log(p)
		w.product[i] = 1
	}
}
