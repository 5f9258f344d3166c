package sampling

import (
	"math"
	"sync"

	"neuralrg/model"
	"neuralrg/physics"
)

// Renormalized is the energy of a flow's latents z under which the fields x(z)
// have the energy that was renormalized. A good flow makes it nearly z²/2, and
// that is why it is easy to sample.
//
// For a flow of density q (Li and Wang, arXiv:1802.02840),
//
//	U(z) = U(x) - ln|det dx/dz| = U(x) + ln q(x) - ln N(z).
//
// For a flow made symmetric, q_sym(x) = [q(x) + q(-x)]/2, and an even energy,
//
//	U(z) = U(x) + ln q_sym(x) - ln N(z),
//
// and the fields are s x(z) with a random sign s: z then has the density
// N(z) exp(-U(x))/q_sym(x), so x has exp(-U(x)) q(x)/q_sym(x), and the mean of
// that over the two signs is exp(-U(x)). It exceeds the first form by ln q_sym(x)
// - ln q(x), of which q(-x) is new.
type Renormalized struct {
	flow       *model.Flow
	energy     physics.Energy
	symmetric  bool
	workspaces sync.Pool // of *passes
}

// Latent returns the renormalized energy of e under f, which must not change
// from now on: give a clone of a flow that still learns. Symmetric says that
// the flow was made symmetric, and needs an even e.
func Latent(f *model.Flow, e physics.Energy, symmetric bool) *Renormalized {
	return &Renormalized{flow: f, energy: e, symmetric: symmetric}
}

// Sites is the number of latents.
func (r *Renormalized) Sites() int { return r.flow.Shape.Sites() }

// Fields sets x to the fields of latents z; both are x[site*n+sample] of the
// same length, for any n. If the flow is symmetric, an observable that is not
// even needs each sample's sign flipped with probability 1/2: Fields leaves it
// as it comes.
func (r *Renormalized) Fields(x, z []float32) {
	w := r.passes(len(z) / r.Sites())
	defer r.workspaces.Put(w)
	r.flow.Generate(w.generate, x, w.plus, z)
}

// Eval sets u to the renormalized energies of latents z and, unless it is nil,
// grad to the gradient, as physics.Energy has it; grad must
// not overlap z. With ln q(x) taken as a function of z on the generation pass,
//
//	dU/dz = dx/dz' [dU/dx - r- d ln q(y)/dy at y=-x] + r+ d ln q(x(z))/dz + z,
//
// where r+- are the shares of q(x) and q(-x) in q_sym, or 1 and 0.
func (r *Renormalized) Eval(u []float64, grad, z []float32) {
	w := r.passes(len(u))
	defer r.workspaces.Put(w)
	r.flow.Generate(w.generate, w.x, w.plus, z)
	if grad == nil {
		r.energy.Eval(u, nil, w.x)
		r.density(w)
	} else {
		r.energy.Eval(u, w.dx, w.x)
		r.density(w)
		if r.symmetric {
			r.flow.Backward(w.infer, nil, nil, w.dminus, w.minus)
			for i, d := range w.dminus {
				w.dx[i] -= d
			}
		}
		r.flow.Backward(w.generate, nil, grad, w.dx, w.plus)
		for i, v := range z {
			grad[i] += v
		}
	}
	for b := range u {
		u[b] += w.logq[b]
	}
	subtractLogNormal(u, z)
}

// density sets logq of the fields x of which ln q(x) is in plus, and replaces
// plus and minus by r+ and r-.
func (r *Renormalized) density(w *passes) {
	if !r.symmetric {
		copy(w.logq, w.plus)
		for b := range w.plus {
			w.plus[b] = 1
		}
		return
	}
	for i, v := range w.x {
		w.dminus[i] = -v
	}
	r.flow.Renormalize(w.infer, w.dminus, w.minus, w.dminus)
	for b := range w.logq {
		w.logq[b], w.plus[b], w.minus[b] = model.LogQSym(w.plus[b], w.minus[b])
	}
}

// subtractLogNormal subtracts ln N(z) from u.
func subtractLogNormal(u []float64, z []float32) {
	n := len(u)
	if n == 0 {
		return
	}
	constant := 0.5 * math.Log(2*math.Pi) * float64(len(z)/n)
	for i := 0; i < len(z); i += n {
		for b, v := range z[i : i+n] {
			u[b] += 0.5 * float64(v) * float64(v)
		}
	}
	for b := range u {
		u[b] += constant
	}
}

// passes is the workspace of one evaluation: the pass z -> x, and for a
// symmetric flow the pass of -x back to latents.
type passes struct {
	capacity        int // samples the tapes are made for
	generate, infer *model.Tape

	x, dx  []float32 // fields and dL/dx
	dminus []float32 // -x, its latents, and at last the gradient by it
	plus   []float64 // ln q(x), then r+
	minus  []float64 // ln q(-x), then r-
	logq   []float64
}

// passes takes a workspace for n samples from the pool, or makes one: the pool
// forgets those that have become too small.
func (r *Renormalized) passes(n int) *passes {
	w, _ := r.workspaces.Get().(*passes)
	if w == nil || w.capacity < n {
		w = r.newPasses(n)
	}
	size := n * r.Sites()
	w.x, w.dx = w.x[:size], w.dx[:size]
	w.plus, w.logq = w.plus[:n], w.logq[:n]
	if r.symmetric {
		w.dminus, w.minus = w.dminus[:size], w.minus[:n]
	}
	return w
}

func (r *Renormalized) newPasses(n int) *passes {
	size := n * r.Sites()
	w := &passes{
		capacity: n,
		generate: model.NewTape(r.flow.Shape, n),
		x:        make([]float32, size),
		dx:       make([]float32, size),
		plus:     make([]float64, n),
		logq:     make([]float64, n),
	}
	if r.symmetric {
		w.infer = model.NewTape(r.flow.Shape, n)
		w.dminus = make([]float32, size)
		w.minus = make([]float64, n)
	}
	return w
}
