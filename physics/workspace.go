package physics

import (
	"math"

	"neuralrg/physics/internal/kernel"
)

// coupling is K'^-1 in factors. A Fourier transform along the rows leaves a
// cyclic tridiagonal system down the column of each wave number l:
//
//	h_(j-1) + b h_j + h_(j+1) = T x_j,  b = alpha T + 2 cos(2 pi l/L) > 2.
//
// With b = rho + 1/rho, rho < 1, and the shift S down the column its matrix is
// (1 + rho S)(1 + rho S^-1)/rho. Each factor is inverted by a recursion,
//
//	y_j = x_j - rho y_(j-1),  h_j = y_j - rho h_(j+1),  h then times rho T,
//
// periodic in j. As the factors are each other's transposes, with an orthogonal
// transform and its rows multiplied by sqrt(rho T), both ways,
//
//	x' K'^-1 x = sum |y|^2.
//
// The recursions cost a few operations a site, less than a second transform.
//
// Modes stand in the order of kernel.Set's Fold: cosines of l = 0 .. L/2, then
// sines of l = L/2-1 .. 1. As cos 2 pi l/L and rho are the same for L-l, mode p
// is that of wave number p throughout.
type coupling struct {
	cos, sin         []float64 // square, of L/2+1 and L/2-1 modes, mode by mode
	cosBack, sinBack []float64 // transposed
	columns          []kernel.Column
}

func newCoupling(size int, t float64) coupling {
	k := coupling{columns: make([]kernel.Column, size/2)}
	rho := make([]float64, size)
	for p := range rho {
		cos := math.Cos(math.Pi * float64(p) / float64(size))
		excess := margin*t/2 + 2*cos*cos // b/2 - 1
		rho[p] = 1 / (1 + excess + math.Sqrt(excess*(excess+2)))
		k.columns[p/2].Rho[p%2] = rho[p]
		k.columns[p/2].Wrap[p%2] = 1 / (1 - math.Pow(rho[p], float64(size)))
	}
	mode := func(p int, wave float64) float64 {
		squares := float64(size) / 2 // of the wave, summed over a row
		if p == 0 || p == size/2 {
			squares = float64(size)
		}
		return wave * math.Sqrt(rho[p]*t/squares)
	}
	angle := func(p, j int) float64 { return 2 * math.Pi * float64(p*j%size) / float64(size) }
	for p := range size/2 + 1 {
		for j := range size/2 + 1 {
			k.cos = append(k.cos, mode(p, math.Cos(angle(p, j))))
			k.cosBack = append(k.cosBack, mode(j, math.Cos(angle(p, j))))
		}
	}
	for p := size/2 + 1; p < size; p++ {
		for j := size/2 + 1; j < size; j++ {
			k.sin = append(k.sin, mode(p, math.Sin(angle(p, j))))
			k.sinBack = append(k.sinBack, mode(j, math.Sin(angle(p, j))))
		}
	}
	return k
}

// workspace is what one goroutine needs to evaluate kernel.Lanes samples.
type workspace struct {
	*kernel.Set
	size  int
	modes []kernel.Row // the rows of the lattice transformed, size x size
	row   []kernel.Row // one row of the lattice

	quadratic kernel.Row
	lnCosh    kernel.Row
	product   kernel.Row // of the factors whose logarithm lnCosh still lacks

	// The samples and their gradient, if they cannot stay where they are.
	x, grad []float32
}

func newWorkspace(size int) *workspace {
	w := &workspace{
		Set:   kernel.Implementations()[0],
		size:  size,
		modes: make([]kernel.Row, size*size),
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
		w.x = make([]float32, len(w.modes)*kernel.Lanes)
		w.grad = make([]float32, len(w.modes)*kernel.Lanes)
	}
	for i := range w.modes {
		row := w.x[i*kernel.Lanes:][:kernel.Lanes]
		clear(row[copy(row, x[i*n+b:i*n+end]):])
	}
}

// store copies the gradients of these samples from grad to a batch.
func (w *workspace) store(grad []float32, b, end, n int) {
	for i := range w.modes {
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
		modes := w.modes[row*w.size:][:w.size]
		w.Dense(modes[:half], w.row[:half], k.cos)
		w.Dense(modes[half:], w.row[half:], k.sin)
	}
	w.quadratic = kernel.Row{}
	for l := range k.columns {
		w.Forward(&w.quadratic, w.modes[2*l:], w.size, w.size, &k.columns[l])
		w.Backward(w.modes[2*l:], w.size, w.size, &k.columns[l])
	}
}

// sites sets grad = K'^-1 x - tanh x, after solve, and lnCosh, its sum over
// the sites.
func (w *workspace) sites(k *coupling, grad, x []float32, stride int) {
	half := w.size/2 + 1
	w.lnCosh = kernel.Row{}
	for row := range w.size {
		modes := w.modes[row*w.size:][:w.size]
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
