package bench

import (
	"math"
	"slices"
	"testing"
	"time"

	"neuralrg/model"
	"neuralrg/physics"
)

// tiny is a plan that takes a moment.
func tiny(t *testing.T) Plan {
	t.Helper()
	p, err := Paper(2)
	if err != nil {
		t.Fatal(err)
	}
	p.Config.L, p.Config.Couplings, p.Config.Batch = 4, 2, 32
	p.Sizes, p.Chains, p.Leapfrogs = []int{4, 8}, 4, 2
	p.Most, p.Share = 5, time.Millisecond
	return p
}

func TestRun(t *testing.T) {
	before, energyBefore := model.Kernels(), physics.Kernels()
	var told []string
	r, err := Run(tiny(t), func(what string) { told = append(told, what) })
	if err != nil {
		t.Fatal(err)
	}
	if model.Kernels() != before || physics.Kernels() != energyBefore {
		t.Errorf("the kernels are %s and %s afterwards, not %s and %s", model.Kernels(), physics.Kernels(), before, energyBefore)
	}
	if len(told) == 0 || r.Threads != 2 {
		t.Errorf("told %q, threads %d", told, r.Threads)
	}
	var names []string
	for _, w := range r.Implementations {
		names = append(names, w.Name)
		checkImplementation(t, w)
	}
	if want := model.Implementations(); !slices.Equal(names, want) {
		t.Errorf("implementations %q, not %q", names, want)
	}
}

func checkImplementation(t *testing.T, w Implementation) {
	t.Helper()
	positive := func(what string, values ...float64) {
		t.Helper()
		for _, v := range values {
			if !(v > 0) || math.IsInf(v, 0) {
				t.Errorf("%s: %s is %g", w.Name, what, v)
			}
		}
	}
	checkTime := func(what string, m Time) {
		t.Helper()
		positive(what, m.Least, m.Median, float64(m.Count))
		if m.Least > m.Median {
			t.Errorf("%s: %s has a least of %g and a median of %g", w.Name, what, m.Least, m.Median)
		}
	}
	positive("peak", w.Peak)
	checkTime("energy", w.Energy.Time)
	products := 0
	for _, k := range w.Kernels {
		checkTime(k.Name, k.Time)
		positive(k.Name, k.NsPerColumn)
		if k.GFLOPS > 0 {
			products++
		}
	}
	if products != 9 || len(w.Kernels) != 13 {
		t.Errorf("%s: %d kernels, %d of them products", w.Name, len(w.Kernels), products)
	}
	// The paper's shape on 4 x 4 sites: 2 x (4+1) blocks, 2 couplings of 960
	// operations. An epoch has 2 passes, each 4 times that.
	const forward = 10 * 2 * 960
	for _, e := range w.Epochs {
		checkTime("epoch", e.Time)
		positive("epoch", e.Speedup)
		near(t, w.Name+": operations of an epoch", e.GFLOPS*e.Least*1e9, 8*32*forward)
		near(t, w.Name+": share of an epoch", e.PeakShare*float64(e.Threads)*w.Peak, e.GFLOPS)
	}
	near(t, w.Name+": speedup of one thread", w.Epochs[0].Speedup, 1)
	for i, h := range w.Trajectories {
		checkTime("trajectory", h.Time)
		passes := 1 + i/2 // plain on one thread and two, symmetrised on one and two
		near(t, w.Name+": operations of a trajectory", h.GFLOPS*h.Least*1e9, float64(3*passes*2*4*forward))
	}
	if len(w.Epochs) != 2 || len(w.Trajectories) != 4 || len(w.Sizes) != 2 {
		t.Fatalf("%s: %d epochs, %d trajectories, %d sizes", w.Name, len(w.Epochs), len(w.Trajectories), len(w.Sizes))
	}
	for i, batch := range []int{32, 8} {
		s := w.Sizes[i]
		checkTime("size", s.Time)
		positive("size", s.Ratio)
		near(t, w.Name+": time of a size", s.NsPerSiteSample*float64(s.Size*s.Size*batch), s.Least*1e9)
	}
	near(t, w.Name+": ratio of the first size", w.Sizes[0].Ratio, 1)
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*want) {
		t.Errorf("%s: %g, not %g", what, got, want)
	}
}

// TestRace counts how often what takes no time, some, much and very much is done,
// and in which order.
func TestRace(t *testing.T) {
	p := Plan{Least: 3, Most: 10, Share: 8 * time.Second, Patience: 20 * time.Second}
	var candidates []*candidate
	var order []int
	for i, lengths := range [][]float64{{0}, {4, 3, 4, 1}, {6, 30}, {1, 1, 1, 5}} {
		done := 0
		candidates = append(candidates, &candidate{measure: func() (float64, error) {
			order = append(order, i)
			done++
			return lengths[(done-1)%len(lengths)], nil
		}})
	}
	if err := p.race(candidates); err != nil {
		t.Fatal(err)
	}
	want := []Time{
		{0, 0, 10},
		{1, 3, 3}, // but for the first one: 3, 4, 1
		{6, 30, 2},
		{1, 1, 4}, // but for the first one: 1, 1, 5, 1
	}
	for i, c := range candidates {
		if got := c.time(); got != want[i] {
			t.Errorf("candidate %d: %+v, not %+v", i, got, want[i])
		}
	}
	if begin := []int{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 3}; !slices.Equal(order[:len(begin)], begin) {
		t.Errorf("order %d, not %d", order, begin)
	}
	if (Time{Least: 1, Median: 1.05}).Noisy() || !(Time{Least: 1, Median: 1.2}).Noisy() {
		t.Error("noise is not what it was said to be")
	}
}

func TestFailureEndsTheBenchmark(t *testing.T) {
	p := tiny(t)
	p.Config.Batch = 1
	if r, err := Run(p, func(string) {}); err == nil {
		t.Errorf("no error of a batch of one, but %+v", r)
	}
}
