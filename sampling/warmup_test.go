package sampling

import (
	"errors"
	"math"
	"slices"
	"testing"

	"neuralrg/physics"
)

// With the same acceptance c every time the recursion of Hoffman and Gelman
// has a closed form: H bar = t (delta - c)/(t + t0).
func TestDualAveragingClosedForm(t *testing.T) {
	const target, acceptance = 0.7, 0.6
	d := newDualAveraging(0.3, target)
	var logs []float64
	for i := range 20 {
		n := float64(i + 1)
		want := math.Log(3) - math.Sqrt(n)/0.05*n*(target-acceptance)/(n+10)
		got := math.Log(d.update(acceptance))
		if math.Abs(got-want) > 1e-12 {
			t.Fatalf("update %d: ln step %v, want %v", i+1, got, want)
		}
		logs = append(logs, got)
		// The average in closed form: log j weighs j^-k prod_{m>j} (1 - m^-k).
		var average float64
		for j, log := range logs {
			weight := math.Pow(float64(j+1), -0.75)
			for m := j + 2; m <= i+1; m++ {
				weight *= 1 - math.Pow(float64(m), -0.75)
			}
			average += weight * log
		}
		if math.Abs(math.Log(d.step())-average) > 1e-12 {
			t.Fatalf("update %d: ln of the average step %v, want %v", i+1, math.Log(d.step()), average)
		}
	}
	for range 1000 {
		d.update(0)
	}
	if s := d.step(); !(s > 0 && s < 1e-5) {
		t.Errorf("the step is %v where nothing is accepted", s)
	}
}

// oscillators are ten of the same frequency.
func oscillators(omega float64) plain {
	return plain{8, func(x, g []float64) float64 {
		var u float64
		for i, v := range x {
			g[i] = omega * omega * v
			u += v * g[i] / 2
		}
		return u
	}}
}

// adapt does a whole warm-up.
func adapt(t *testing.T, h *HMC, tuning Tuning) Adaptation {
	t.Helper()
	w, err := NewWarmUp(h, tuning)
	if err != nil {
		t.Fatal(err)
	}
	for !w.Done() {
		w.Trajectory()
	}
	return w.Stop()
}

// The target is reached, whatever the scale of the energy and wherever the step
// begins; steps go with the scale; and what is sampled afterwards is right.
func TestWarmUpGaussian(t *testing.T) {
	for _, target := range []float64{0.65, 0.8, 0.9} {
		var scaled []float64 // step in units of the period
		for _, omega := range []float64{1, 5} {
			for _, start := range []float64{0, 1e-3, 20} {
				h := NewHMC(oscillators(omega), nil, 200, start, 3, 7)
				a := adapt(t, h, Tuning{Trajectories: 200, Target: target, Length: LatentLength / omega})
				var mean float64
				const warm, kept = 0, 150
				e := measure(h, func() { mean += h.Trajectory().Acceptance / kept }, warm, kept, product(h, 0, 0))[0]
				t.Logf("target %v, omega %v from %v: step %.3f x %d, acceptance %.3f in the warm-up, %.3f later", target, omega, start, a.Step, a.Leapfrogs, a.Acceptance, mean)
				within(t, "variance", e, 1/(omega*omega), 0.015/(omega*omega))
				if math.Abs(a.Acceptance-target) > 0.03 || math.Abs(mean-target) > 0.03 {
					t.Errorf("acceptance %v in the warm-up and %v later, want %v", a.Acceptance, mean, target)
				}
				if a.Step != h.Step || a.Leapfrogs != h.Leapfrogs || a.Jitter != DefaultJitter || h.Jitter != DefaultJitter || a.Trajectories != 200 {
					t.Errorf("the sampler goes on with step %v, %d leapfrogs, jitter %v: %+v", h.Step, h.Leapfrogs, h.Jitter, a)
				}
				// The number of steps belongs to the size at half time.
				if length := a.Step * float64(a.Leapfrogs) * omega; math.Abs(length-LatentLength) > 0.6*a.Step*omega+0.1 {
					t.Errorf("%d steps of %v do not make the length", a.Leapfrogs, a.Step)
				}
				scaled = append(scaled, a.Step*omega)
			}
		}
		if least, most := slices.Min(scaled), slices.Max(scaled); most > 1.15*least {
			t.Errorf("target %v: steps from %v to %v of the same energy in other units", target, least, most)
		}
	}
}

// Both samplers of the Ising model reach the target.
func TestWarmUpIsing(t *testing.T) {
	m := ising(t, 4, physics.Tc)
	for name, e := range map[string]physics.Energy{
		"physical": m, "latent": Latent(nontrivial(t, smallShape), m, Plain),
	} {
		h := NewHMC(e, nil, 128, 0, 10, 7)
		a := adapt(t, h, Tuning{Trajectories: 400, Target: 0.75, Length: 3})
		t.Logf("%s: %+v", name, a)
		if math.Abs(a.Acceptance-0.75) > 0.04 {
			t.Errorf("%s: acceptance %v, want 0.75", name, a.Acceptance)
		}
	}
}

// Without a length the number of steps stays; with the same seed all is the
// same; and after three quarters the settings are fixed.
func TestWarmUpSettings(t *testing.T) {
	run := func(seed uint64) (Adaptation, []float32) {
		h := NewHMC(quartic(), nil, 20, 0.3, 4, seed)
		w, err := NewWarmUp(h, Tuning{Trajectories: 41, Target: 0.8})
		if err != nil {
			t.Fatal(err)
		}
		var steps []float64
		for !w.Done() {
			w.Trajectory()
			steps = append(steps, h.Step)
		}
		if len(steps) != 41 || steps[29] == steps[30] || slices.Min(steps[30:]) != slices.Max(steps[30:]) {
			t.Errorf("steps are %v", steps)
		}
		return w.Stop(), h.X
	}
	a, x := run(3)
	b, y := run(3)
	if a != b || !slices.Equal(x, y) {
		t.Error("the same seed gives another warm-up")
	}
	if c, _ := run(4); a == c {
		t.Error("another seed gives the same warm-up")
	}
	if a.Leapfrogs != 4 {
		t.Errorf("%d leapfrogs, want 4 as before", a.Leapfrogs)
	}
}

// One that is stopped early keeps the average step.
func TestWarmUpStopped(t *testing.T) {
	h := NewHMC(oscillators(1), nil, 100, 0.3, 4, 5)
	w, err := NewWarmUp(h, Tuning{Trajectories: 1000, Target: 0.8})
	if err != nil {
		t.Fatal(err)
	}
	if a := w.Stop(); a.Trajectories != 0 || a.Step != 0.3 || a.Acceptance != 0 {
		t.Errorf("stopped before it began: %+v", a)
	}
	for range 60 {
		w.Trajectory()
	}
	a := w.Stop()
	if a.Trajectories != 60 || a.Step != w.steps.step() || h.Step != a.Step || !w.Done() || !(a.Acceptance > 0.5) {
		t.Errorf("stopped after 60 trajectories: %+v", a)
	}
	if again := w.Stop(); again != a {
		t.Errorf("stopped again: %+v, before %+v", again, a)
	}
}

// A chain on harmonic oscillators whose trajectories last a period comes back to
// where it was. With jitter it does not, and samples the same.
func TestJitter(t *testing.T) {
	const steps = 20
	size := math.Sqrt(2 - 2*math.Cos(2*math.Pi/steps)) // a leapfrog turns by 2 pi/steps
	for _, jitter := range []float64{0, 0.2} {
		h := NewHMC(oscillators(1), nil, 400, size, steps, 9)
		h.Jitter = jitter
		start := slices.Clone(h.X)
		var moved float64
		e := measure(h, func() { h.Trajectory() }, 5, 200, product(h, 0, 0))[0]
		for i, x := range h.X {
			moved = max(moved, math.Abs(float64(x-start[i])))
		}
		t.Logf("jitter %v: moved by at most %.2g, variance %.4f +- %.4f", jitter, moved, e.Mean, e.Error)
		if jitter == 0 && moved > 1e-3 {
			t.Errorf("without jitter chains move by %v: the test is not what it says", moved)
		}
		if jitter > 0 {
			within(t, "variance", e, 1, 0.02)
		}
	}
}

func TestWarmUpRefuses(t *testing.T) {
	good := Tuning{Trajectories: 10, Target: 0.8, Length: 1}
	for name, change := range map[string]func(*Tuning){
		"no trajectories": func(t *Tuning) { t.Trajectories = 0 },
		"target 0":        func(t *Tuning) { t.Target = 0 },
		"target 1":        func(t *Tuning) { t.Target = 1 },
		"no target":       func(t *Tuning) { t.Target = math.NaN() },
		"backwards":       func(t *Tuning) { t.Length = -1 },
		"for ever":        func(t *Tuning) { t.Length = math.Inf(1) },
		"no length":       func(t *Tuning) { t.Length = math.NaN() },
	} {
		bad := good
		change(&bad)
		_, err := NewWarmUp(NewHMC(standard(2), nil, 3, 0.1, 1, 1), bad)
		var h interface{ Hint() string }
		if err == nil || !errors.As(err, &h) || h.Hint() == "" {
			t.Errorf("%s: error %v, want one with a hint", name, err)
		}
	}
}

// Where no step is ever accepted the search ends.
func TestWarmUpHopeless(t *testing.T) {
	h := NewHMC(walled(math.NaN(), math.NaN()), []float32{2, 2}, 2, 0, 5, 1)
	a := adapt(t, h, Tuning{Trajectories: 50, Target: 0.8, Length: 1})
	if a.Acceptance != 0 || !(a.Step > 0) || a.Leapfrogs > maxLeapfrogs {
		t.Errorf("%+v", a)
	}
}
