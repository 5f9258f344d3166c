package sampling

import (
	"math"
	"sync"

	"neuralrg/model"
	"neuralrg/physics"
)

// Form is a choice of the energy of a flow's latents. Both forms sample exp(-U)
// exactly, with any flow, and differ in how easy that is.
type Form int

const (
	// Plain is exp(-U) pulled back through the flow as it is (Li and Wang,
	// arXiv:1802.02840),
	//
	//	U(z) = U(x) - ln|det dx/dz| = U(x) + ln q(x) - ln N(z).
	//
	// It takes one pass forward and backward.
	Plain Form = iota

	// Symmetrised is for a flow that was trained as q_sym(x) = [q(x) + q(-x)]/2
	// on an even energy,
	//
	//	U(z) = U(x) + ln q_sym(x) - ln N(z),
	//
	// and the fields are s x(z) with a random sign s: z then has the density
	// N(z) exp(-U(x))/q_sym(x), so x has exp(-U(x)) q(x)/q_sym(x), and the mean of
	// that over the two signs is exp(-U(x)). It exceeds the plain form by
	// ln q_sym(x) - ln q(x), of which q(-x) is new: a second pass, and twice the
	// time.
	Symmetrised
)

func (f Form) String() string {
	if f == Symmetrised {
		return "symmetrised"
	}
	return "plain"
}

// Renormalized is the energy of a flow's latents z under which the fields x(z)
// have the energy that was renormalized. A good flow makes it nearly z²/2, and
// that is why it is easy to sample.
type Renormalized struct {
	// Threads is the number of goroutines that share an evaluation, one if it is
	// 0. No bit depends on it. It must not change during an evaluation.
	Threads int

	flow   *model.Flow
	energy physics.Energy
	form   Form

	mu   sync.Mutex
	idle []*batch // one for each call that ever was under way beside others
}

// Latent returns the renormalized energy of e under f, which must not change
// from now on: give a clone of a flow that still learns. The symmetrised form
// needs an even e.
func Latent(f *model.Flow, e physics.Energy, form Form) *Renormalized {
	return &Renormalized{flow: f, energy: e, form: form}
}

// Sites is the number of latents.
func (r *Renormalized) Sites() int { return r.flow.Shape.Sites() }

// Fields sets x to the fields of latents z; both are x[site*n+sample] of the
// same length, for any n. In the symmetrised form an observable that is not
// even needs each sample's sign flipped with probability 1/2: Fields leaves it
// as it comes.
func (r *Renormalized) Fields(x, z []float32) {
	r.run(len(z)/r.Sites(), nil, nil, x, z)
}

// Eval sets u to the renormalized energies of latents z and, unless it is nil,
// grad to the gradient, as physics.Energy has it; grad must
// not overlap z. With ln q(x) taken as a function of z on the generation pass,
//
//	dU/dz = dx/dz' [dU/dx - r- d ln q(y)/dy at y=-x] + r+ d ln q(x(z))/dz + z,
//
// where r+- are the shares of q(x) and q(-x) in q_sym, or, in the plain form, 1
// and 0.
func (r *Renormalized) Eval(u []float64, grad, z []float32) {
	r.run(len(u), u, grad, nil, z)
}

// passes is the workspace of one block of samples: the pass z -> x, and in the
// symmetrised form the pass of -x back to latents.
type passes struct {
	*Renormalized
	capacity        int // samples it is made for
	generate, infer *model.Tape

	z, x   []float32 // latents and fields
	dx     []float32 // dL/dx, then dL/dz
	dminus []float32 // -x, its latents, and at last the gradient by it
	u      []float64
	plus   []float64 // ln q(x), then r+
	minus  []float64 // ln q(-x), then r-
	logq   []float64
}

// eval sets u and, if it is wanted, dx to dU/dz, at latents z.
func (w *passes) eval(gradient bool) {
	w.flow.Generate(w.generate, w.x, w.plus, w.z)
	if !gradient {
		w.energy.Eval(w.u, nil, w.x)
		w.density()
	} else {
		w.energy.Eval(w.u, w.dx, w.x)
		w.density()
		if w.form == Symmetrised {
			w.flow.Backward(w.infer, nil, nil, w.dminus, w.minus)
			for i, d := range w.dminus {
				w.dx[i] -= d
			}
		}
		w.flow.Backward(w.generate, nil, w.dx, w.dx, w.plus)
		for i, v := range w.z {
			w.dx[i] += v
		}
	}
	for b, logq := range w.logq {
		w.u[b] += logq
	}
	subtractLogNormal(w.u, w.z)
}

// density sets logq of the fields x of which ln q(x) is in plus, and replaces
// plus and minus by r+ and r-.
func (w *passes) density() {
	if w.form != Symmetrised {
		copy(w.logq, w.plus)
		for b := range w.plus {
			w.plus[b] = 1
		}
		return
	}
	for i, v := range w.x {
		w.dminus[i] = -v
	}
	w.flow.Renormalize(w.infer, w.dminus, w.minus, w.dminus)
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

// resize makes the workspace one of n samples, at most its capacity.
func (w *passes) resize(n int) {
	size := n * w.Sites()
	w.z, w.x, w.dx = w.z[:size], w.x[:size], w.dx[:size]
	w.u, w.plus, w.logq = w.u[:n], w.plus[:n], w.logq[:n]
	if w.form == Symmetrised {
		w.dminus, w.minus = w.dminus[:size], w.minus[:n]
	}
}

func (r *Renormalized) newPasses(n int) *passes {
	fields := func() []float32 { return make([]float32, n*r.Sites()) }
	numbers := func() []float64 { return make([]float64, n) }
	w := &passes{
		Renormalized: r, capacity: n,
		generate: model.NewTape(r.flow.Shape, n),
		z:        fields(), x: fields(), dx: fields(),
		u: numbers(), plus: numbers(), logq: numbers(),
	}
	if r.form == Symmetrised {
		w.infer = model.NewTape(r.flow.Shape, n)
		w.dminus, w.minus = fields(), numbers()
	}
	return w
}
