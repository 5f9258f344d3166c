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

	// A row of samples and their gradient that cannot stay where they are.
	x, grad []float32
}

func newWorkspace(size int) *workspace {
	w := &workspace{
		size:  size,
		width: size + 2,
		modes: make([]kernel.Row, size*(size+2)),
		row:   make([]kernel.Row, size),
		x:     make([]float32, size*kernel.Lanes),
		grad:  make([]float32, size*kernel.Lanes),
	}
	for i := range w.product {
		w.product[i] = 1
	}
	return w
}

// EvalBytes is the memory that an Ising of linear size L takes for each goroutine
// that evaluates it.
func EvalBytes(L int) int {
	const float64Size = 8
	rows := L*(L+2) + 2*L // of float64, the copies being half as large
	return rows * kernel.Lanes * float64Size
}

// tile is kernel.Lanes neighbouring samples of a batch, or fewer at its end. A
// gradient is not wanted if grad is nil.
type tile struct {
	x, grad     []float32
	n           int // samples of the batch
	first, last int // last excluded
}

// load returns one row of the lattice and the place for its gradient, with the
// distance between sites: in the batch itself, or copied with zeros for the
// samples missing.
func (w *workspace) load(t *tile, row int) (grad, x []float32, stride int) {
	at := row*w.size*t.n + t.first
	lanes := t.last - t.first
	if t.grad != nil && lanes == kernel.Lanes {
		return t.grad[at:], t.x[at:], t.n
	}
	for j := range w.size {
		site := w.x[j*kernel.Lanes:][:kernel.Lanes]
		clear(site[copy(site, t.x[at+j*t.n:][:lanes]):])
	}
	return w.grad, w.x, kernel.Lanes
}

// store brings the gradient of a row to the batch, if it was not put there.
func (w *workspace) store(t *tile, row int) {
	at := row*w.size*t.n + t.first
	lanes := t.last - t.first
	if t.grad == nil || lanes == kernel.Lanes {
		return
	}
	for j := range w.size {
		copy(t.grad[at+j*t.n:][:lanes], w.grad[j*kernel.Lanes:])
	}
}

// eval sets the gradient of a tile and the energies u of its samples.
func (w *workspace) eval(u []float64, k *coupling, t *tile) {
	w.solve(k, t)
	w.sites(k, t)
	for i := range u {
		u[i] = w.quadratic[i]/2 - w.lnCosh[i]
	}
}

// solve sets quadratic = x' K'^-1 x, a sum of positive terms, and leaves
// K'^-1 x in modes, but for the transform back.
func (w *workspace) solve(k *coupling, t *tile) {
	half := w.size/2 + 1
	for row := range w.size {
		_, x, stride := w.load(t, row)
		w.Fold(w.row, x, stride)
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
func (w *workspace) sites(k *coupling, t *tile) {
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
		grad, x, stride := w.load(t, row)
		w.Site(grad, w.row, x, stride, &w.lnCosh, &w.product)
		w.store(t, row)
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
