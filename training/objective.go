package training

import (
	"neuralrg/model"
	"neuralrg/physics"
)

// worker computes the loss and its gradient for one shard of a batch at a
// time. It owns all the memory that this takes.
type worker struct {
	flow   *model.Flow
	energy physics.Energy
	noise  noise

	generated, inferred  *model.Tape
	z, x, mirror         []float32 // latents, fields, -x
	dx                   []float32 // dL/dx
	dxInferred, unused   []float32 // dL/dx of one inference pass; z of inference
	u, logq, logqMirror  []float64
	weight, weightMirror []float64 // dL/d ln q(x), dL/d ln q(-x)
}

func newWorker(f *model.Flow, e physics.Energy, samples int) *worker {
	fields := func() []float32 { return make([]float32, e.Sites()*samples) }
	numbers := func() []float64 { return make([]float64, samples) }
	return &worker{
		flow: f, energy: e, noise: newNoise(),
		generated: model.NewTape(f.Shape, samples), inferred: model.NewTape(f.Shape, samples),
		z: fields(), x: fields(), mirror: fields(), dx: fields(), dxInferred: fields(), unused: fields(),
		u: numbers(), logq: numbers(), logqMirror: numbers(), weight: numbers(), weightMirror: numbers(),
	}
}

// shard is one fixed part of a batch: its samples and its share of the
// gradient. Shards, not threads, decide the order of every sum.
type shard struct {
	index   int
	losses  []float64 // ln q(x) + U(x), one a sample: a part of the batch's
	grad    []float32 // of the mean over the whole batch
	samples int       // of the whole batch
}

// run draws the shard's samples and sets losses and grad.
//
// With z standard normal and x = x(z), the loss is the batch mean of
// ln q(x) + U(x), an estimate of the variational free energy (Li and
// Wang, arXiv:1802.02840). Where the flow is symmetrised, ln q is the logarithm of
// [q(x) + q(-x)]/2: q(x) is known from generation, so only q(-x) takes a
// second pass, an inference. Drawing x itself and not +x or -x at random
// changes nothing, because the loss is even.
func (w *worker) run(s shard, c Config, epoch int) {
	n := len(s.losses)
	size := w.energy.Sites() * n
	z, x, dx := w.z[:size], w.x[:size], w.dx[:size]
	u, logq := w.u[:n], w.logq[:n]
	clear(s.grad)

	w.noise.fill(z, c.Seed, epoch, s.index)
	w.flow.Generate(w.generated, x, logq, z)
	w.energy.Eval(u, dx, x)
	share := 1 / float64(s.samples)
	for i := range dx {
		dx[i] *= float32(share)
	}
	w.weigh(s, c.Symmetry, share)
	switch c.Objective {
	case Path:
		w.followPath(s.grad, c.Symmetry, n)
	default:
		w.followTotal(s.grad, c.Symmetry, n)
	}
}

// weigh sets the losses, and the weights of ln q(x) and of ln q(-x) in the
// batch mean.
func (w *worker) weigh(s shard, symmetric bool, share float64) {
	n := len(s.losses)
	if symmetric {
		size := w.energy.Sites() * n
		mirror := w.mirror[:size]
		for i, v := range w.x[:size] {
			mirror[i] = -v
		}
		w.flow.Renormalize(w.inferred, w.unused[:size], w.logqMirror[:n], mirror)
	}
	for b := range n {
		logq, r, rMirror := w.logq[b], 1.0, 0.0
		if symmetric {
			logq, r, rMirror = model.LogQSym(logq, w.logqMirror[b])
		}
		s.losses[b] = logq + w.u[b]
		w.weight[b], w.weightMirror[b] = r*share, rMirror*share
	}
}

// followTotal adds the total derivative of the batch's loss to grad: ln q
// depends on the parameters directly and through x.
func (w *worker) followTotal(grad []float32, symmetric bool, n int) {
	size := w.energy.Sites() * n
	dx, dxInferred := w.dx[:size], w.dxInferred[:size]
	if symmetric {
		w.flow.Backward(w.inferred, grad, nil, dxInferred, w.weightMirror[:n])
		for i, p := range dxInferred { // d/dx = -d/d(-x)
			dx[i] -= p
		}
	}
	w.flow.Backward(w.generated, grad, nil, dx, w.weight[:n])
}

// followPath adds the path gradient (Roeder et al., arXiv:1703.09194; Vaitl et
// al., arXiv:2207.08219): E[g dx/dtheta] with g the gradient of U + ln q at x,
// its parameters held. What it leaves out, the direct derivative of ln q, has
// mean zero and all of the noise at the optimum.
func (w *worker) followPath(grad []float32, symmetric bool, n int) {
	size := w.energy.Sites() * n
	dx, dxInferred := w.dx[:size], w.dxInferred[:size]
	if symmetric {
		w.flow.Backward(w.inferred, nil, nil, dxInferred, w.weightMirror[:n])
		for i, p := range dxInferred {
			dx[i] -= p
		}
	}
	w.flow.Renormalize(w.inferred, w.unused[:size], w.logqMirror[:n], w.x[:size])
	w.flow.Backward(w.inferred, nil, nil, dxInferred, w.weight[:n])
	for i, p := range dxInferred {
		dx[i] += p
	}
	w.flow.Backward(w.generated, grad, nil, dx, nil)
}
