// Package physics holds the two-dimensional Ising model on a torus: its
// continuous dual as an energy that a flow can learn, its exact solution, and
// the observables that connect the two. It knows nothing of flows.
//
// Fields travel in batches laid out site by site: x[site*n + sample], float32,
// because the batch is the SIMD lane. Sums over sites or samples are float64.
package physics

// Energy is the (dimensionless) action of a probability density
// p(x) = exp(-U(x))/Z over fields of a fixed number of sites.
//
// Eval is safe for use by several goroutines at once.
type Energy interface {
	// Sites is the number of variables of one configuration.
	Sites() int
	// Eval sets u[b] = U(x_b) for the n = len(u) configurations in x, which
	// has Sites()*n elements, x[site*n+b]. If grad is not nil it has the size
	// of x and receives dU/dx.
	Eval(u []float64, grad, x []float32)
}
