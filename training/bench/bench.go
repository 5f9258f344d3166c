// Package bench measures how fast this machine runs what training and sampling
// are made of, with each implementation of the inner loops that it has.
package bench

import (
	"errors"
	"runtime"
	"slices"

	"neuralrg/model"
	"neuralrg/model/loops"
	"neuralrg/physics"
)

// runner is one implementation at work.
type runner struct {
	*Implementation
	loops []loops.Loop
	peak  func(times int) (flops float64)
}

// Run measures what the plan says, and tells progress what it turns to. It takes
// the inner loops of all flows for itself: none may be at work meanwhile.
func Run(p Plan, progress func(what string)) (*Report, error) {
	defer restore(model.Kernels(), physics.Kernels())
	r := &Report{System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Threads: p.most()}
	sets := loops.Sets()
	r.Implementations = make([]Implementation, len(sets))
	runners := make([]*runner, len(sets))
	for i, set := range sets {
		r.Implementations[i].Name = set.Name
		runners[i] = &runner{&r.Implementations[i], set.Loops, set.Peak.Turn}
	}
	for _, part := range []struct {
		what string
		run  func(p Plan, runners []*runner) error
	}{
		{"inner loops", kernels},
		{"the energy", energies},
		{"epochs of training", epochs},
		{"trajectories of latent hybrid Monte Carlo", trajectories},
		{"other sizes of the lattice", sizes},
	} {
		progress(part.what)
		if err := part.run(p, runners); err != nil {
			return nil, err
		}
	}
	for _, w := range runners {
		w.finish()
		r.Noisy = r.Noisy || slices.ContainsFunc(w.Epochs, func(e Epoch) bool { return e.Noisy() })
	}
	return r, nil
}

// use makes flows and energies compute with one of the model's implementations.
// Where the energy lacks it, plain Go, which is everywhere, must do.
func use(name string) {
	if !slices.Contains(physics.Implementations(), name) {
		restore(name, "go")
		return
	}
	restore(name, name)
}

// restore makes flows and energies compute with implementations that they have.
func restore(flow, energy string) {
	if err := errors.Join(model.UseKernels(flow), physics.UseKernels(energy)); err != nil {
		panic(err)
	}
}

// candidate is a piece of work for this implementation.
func (w *runner) candidate(work func() error) *candidate {
	return timed(func() { use(w.Name) }, work)
}

// repeated is a candidate that takes many turns, so that they can be measured,
// and how many. What a turn returns adds up in sum.
func (w *runner) repeated(sum *float64, turn func(times int) float64) (c *candidate, times float64) {
	use(w.Name)
	n := turns(turn)
	return w.candidate(func() error {
		*sum = turn(n)
		return nil
	}), float64(n)
}

// race lets candidates race, and among them the peaks of all implementations: a
// share of the peak is to compare what was measured at the same time.
func race(p Plan, runners []*runner, candidates []*candidate) error {
	flops, peaks := make([]float64, len(runners)), make([]*candidate, len(runners))
	for i, w := range runners {
		peaks[i], _ = w.repeated(&flops[i], w.peak)
	}
	if err := p.race(append(peaks, candidates...)); err != nil {
		return err
	}
	for i, w := range runners {
		w.Peak = max(w.Peak, flops[i]/peaks[i].time().Least/1e9)
	}
	return nil
}

// finish fills in the shares of the peak, now that it is known.
func (w *runner) finish() {
	for i := range w.Kernels {
		w.Kernels[i].share(w.Peak)
	}
	for i := range w.Epochs {
		w.Epochs[i].share(w.Peak * float64(w.Epochs[i].Threads))
	}
	for i := range w.Trajectories {
		w.Trajectories[i].share(w.Peak * float64(w.Trajectories[i].Threads))
	}
}
