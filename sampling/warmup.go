package sampling

import (
	"fmt"
	"math"
)

// Tuning says what a WarmUp is to reach.
type Tuning struct {
	Trajectories int     // of the warm-up
	Target       float64 // mean acceptance, between 0 and 1
	// Length of a trajectory, step size times steps: their number follows the
	// step. 0 leaves the number as it is.
	Length float64
}

// Settings that serve as well as any known. In many dimensions a chain gets
// furthest for its evaluations at an acceptance of 0.65 (Beskos et al.,
// arXiv:1001.4460); 0.8 is as good here and safer where the energy is steep.
const (
	DefaultTarget = 0.8
	DefaultJitter = 0.2
	// LatentLength is a quarter of a period of standard normal latents, which
	// forgets where they were. With a flow trained at L = 8 and Tc half of it takes
	// 1.6 times the evaluations for an independent value of m², four times of it 1.5
	// times.
	LatentLength = math.Pi / 2
	// PhysicalLength is for the fields of the Ising model near Tc. At L = 8 and 16
	// anything from 8 to 32 takes the same evaluations to a factor of 1.5; 2, the
	// paper's, takes twice and three times as many.
	PhysicalLength = 16.0
)

// maxLeapfrogs bounds the steps of a trajectory while the step is still far too
// small.
const maxLeapfrogs = 1000

// Adaptation is what a warm-up has come to.
type Adaptation struct {
	Trajectories int     `json:"trajectories"` // done
	Target       float64 `json:"target"`
	Step         float64 `json:"step"`
	Jitter       float64 `json:"jitter"`
	Leapfrogs    int     `json:"leapfrogs"`
	// Acceptance is the mean over the trajectories with these settings, and over
	// all while there are none.
	Acceptance float64 `json:"acceptance"`
}

// WarmUp lets the chains of an HMC forget their start while it chooses the step
// size from their mean acceptance, one for all chains. In the first half of its
// trajectories the number of steps follows the size; then it stays, so that the
// acceptance depends smoothly on the size, which settles in the third quarter.
// The last quarter and all that come afterwards have the same settings: a size
// that depended on where the chains have been would change what they sample. The
// jitter does not, and stays.
type WarmUp struct {
	hmc      *HMC
	tuning   Tuning
	steps    dualAveraging
	done     int
	sum      float64 // of acceptances
	counting int     // of how many trajectories
}

// NewWarmUp begins to adapt h, from its step size or, where that is not
// positive, from one that it looks for. A Jitter of 0 becomes DefaultJitter.
func NewWarmUp(h *HMC, t Tuning) (*WarmUp, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if h.Jitter == 0 {
		h.Jitter = DefaultJitter
	}
	if !(h.Step > 0) || math.IsInf(h.Step, 0) {
		h.Step = h.roughStep()
	}
	w := &WarmUp{hmc: h, tuning: t, steps: newDualAveraging(h.Step, t.Target)}
	w.set(h.Step)
	return w, nil
}

// Trajectory moves every chain once, as HMC.Trajectory does.
func (w *WarmUp) Trajectory() Result {
	adapting := w.adapting()
	if w.done == adapting {
		w.sum, w.counting = 0, 0
	}
	r := w.hmc.Trajectory()
	w.done++
	w.sum += r.Acceptance
	w.counting++
	if w.done <= adapting {
		next := w.steps.update(r.Acceptance)
		if w.done == adapting {
			next = w.steps.step()
		}
		w.set(next)
	}
	return r
}

// Done says whether all trajectories have been made.
func (w *WarmUp) Done() bool { return w.done >= w.tuning.Trajectories }

// Stop ends the warm-up where it is, with the best settings so far, and returns
// what it has come to. It does nothing to one that is done.
func (w *WarmUp) Stop() Adaptation {
	if w.done > 0 && w.done < w.adapting() {
		w.set(w.steps.step())
		w.tuning.Trajectories = w.done
	}
	h := w.hmc
	a := Adaptation{
		Trajectories: w.done, Target: w.tuning.Target,
		Step: h.Step, Jitter: h.Jitter, Leapfrogs: h.Leapfrogs,
	}
	if w.counting > 0 {
		a.Acceptance = w.sum / float64(w.counting)
	}
	return a
}

// adapting is the number of trajectories that change the settings.
func (w *WarmUp) adapting() int { return (3*w.tuning.Trajectories + 3) / 4 }

// set gives the sampler a step size and, in the first half, the number of steps
// that goes with it. The number that stays is that of the average size.
func (w *WarmUp) set(step float64) {
	w.hmc.Step = step
	half := w.tuning.Trajectories / 2
	if w.tuning.Length == 0 || w.done > half {
		return
	}
	if w.done == half {
		step = w.steps.step()
	}
	w.hmc.Leapfrogs = int(min(max(1, math.Round(w.tuning.Length/step)), maxLeapfrogs))
}

// roughStep is the step size at which a single leapfrog is accepted every other
// time, to a factor of two (Hoffman and Gelman, algorithm 4). The chains stay
// where they are.
func (h *HMC) roughStep() float64 {
	step := 1.0
	tooLarge := h.acceptance(step) < 0.5
	factor := 2.0
	if tooLarge {
		factor = 0.5
	}
	for range 20 { // to 1e-6 or 1e6
		step *= factor
		if h.acceptance(step) < 0.5 != tooLarge {
			break
		}
	}
	return step
}

// acceptance is the mean probability to accept one leapfrog of a size.
func (h *HMC) acceptance(size float64) float64 {
	h.propose(size, 1)
	var sum float64
	for c, before := range h.before {
		sum += acceptProbability(before, h.after[c])
	}
	return sum / float64(len(h.before))
}

func (t Tuning) check() error {
	switch {
	case t.Trajectories < 1:
		return &invalid{fmt.Sprintf("a warm-up of %d trajectories", t.Trajectories), "100 or more find a step size"}
	case !(t.Target > 0 && t.Target < 1):
		return &invalid{fmt.Sprintf("target acceptance %v is not between 0 and 1", t.Target), "0.65 to 0.8 are good choices"}
	case !(t.Length >= 0) || math.IsInf(t.Length, 0):
		return &invalid{fmt.Sprintf("trajectory length %v", t.Length), "choose a positive number, step size times steps, or 0 to keep the number of steps"}
	}
	return nil
}
