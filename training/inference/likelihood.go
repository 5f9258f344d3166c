package inference

import (
	"math"
	"sync"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/training/run"
)

// batch is some samples on their way through the flow, one sample after the
// other as files have them: operand[sample*sites+site].
type batch struct {
	sites   int
	latents bool // the operand is z and not x

	operand, image, gradient []float32 // image is z of x, or x of z

	logq, plain, energy, logDet []float64
}

func newBatch(sites, n int) *batch {
	fields := func() []float32 { return make([]float32, sites*n) }
	numbers := func() []float64 { return make([]float64, n) }
	return &batch{
		sites: sites, operand: fields(), image: fields(), gradient: fields(),
		logq: numbers(), plain: numbers(), energy: numbers(), logDet: numbers(),
	}
}

// evaluate carries out n samples, each worker a part of them. No bit depends on
// how they are cut.
func (b *batch) evaluate(workers []*worker, n int) {
	var all sync.WaitGroup
	part := (n + len(workers) - 1) / len(workers)
	for i, w := range workers {
		if first := i * part; first < n {
			all.Go(func() { w.evaluate(b, first, min(first+part, n)) })
		}
	}
	all.Wait()
}

// worker evaluates samples on one goroutine. Its fields are site-major.
type worker struct {
	flow        *model.Flow
	energy      *physics.Ising
	symmetrised bool
	tape        *model.Tape
	x, z, grad  []float32
	minus       []float64
}

func newWorker(t *run.Trained, most int) *worker {
	fields := func() []float32 { return make([]float32, t.Flow.Shape.Sites()*most) }
	return &worker{
		flow: t.Flow, energy: t.Energy, symmetrised: t.Config.Symmetry,
		tape: model.NewTape(t.Flow.Shape, most), x: fields(), z: fields(), grad: fields(),
		minus: make([]float64, most),
	}
}

// evaluate carries out the samples from first to before last.
func (w *worker) evaluate(b *batch, first, last int) {
	n, s := last-first, b.sites
	x, z, grad := w.x[:n*s], w.z[:n*s], w.grad[:n*s]
	operand, image := b.operand[first*s:last*s], b.image[first*s:last*s]
	plain := b.plain[first:last]
	if b.latents {
		toSites(z, operand, s)
		w.flow.Generate(w.tape, x, plain, z)
		toSamples(image, x, s)
		logDet(b.logDet[first:last], plain, z)
	} else {
		toSites(x, operand, s)
		w.flow.Renormalize(w.tape, z, plain, x)
		toSamples(image, z, s)
		w.energy.Eval(b.energy[first:last], grad, x)
		toSamples(b.gradient[first*s:last*s], grad, s)
	}
	w.density(b.logq[first:last], plain, x, z)
}

// density sets logq to the density that the run learns, from that of the flow.
// It overwrites x and z.
func (w *worker) density(logq, plain []float64, x, z []float32) {
	copy(logq, plain)
	if !w.symmetrised {
		return
	}
	for i := range x {
		x[i] = -x[i]
	}
	minus := w.minus[:len(logq)]
	w.flow.Renormalize(w.tape, z, minus, x)
	for i := range logq {
		logq[i], _, _ = model.LogQSym(plain[i], minus[i])
	}
}

// logDet sets dst to ln |det dx/dz| = ln N(z) - ln q(x).
func logDet(dst, logq []float64, z []float32) {
	n := len(dst)
	for i, v := range logq {
		dst[i] = -v - 0.5*math.Log(2*math.Pi)*float64(len(z)/n)
	}
	for start := 0; start < len(z); start += n {
		for i, v := range z[start : start+n] {
			dst[i] -= 0.5 * float64(v) * float64(v)
		}
	}
}

// toSites turns samples one after the other into a site-major batch.
func toSites(dst, src []float32, sites int) {
	n := len(src) / sites
	for b := range n {
		for i, v := range src[b*sites : (b+1)*sites] {
			dst[i*n+b] = v
		}
	}
}

// toSamples is the inverse of toSites.
func toSamples[T float32 | int8](dst, src []T, sites int) {
	n := len(src) / sites
	for b := range n {
		sample := dst[b*sites : (b+1)*sites]
		for i := range sample {
			sample[i] = src[i*n+b]
		}
	}
}
