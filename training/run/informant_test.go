package run

import (
	"context"
	"math"
	"runtime"
	"testing"
	"time"

	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training/rg"
)

// newTestInformant is one of few samples, of a new flow of some size.
func newTestInformant(t *testing.T, L int) *informant {
	t.Helper()
	c := tiny(1).Config
	c.L = L
	energy, flows := newTestFlows(t, c)
	exact, err := physics.Solve(L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	i := newInformant(c, energy, exact.LnZDual, flows, 1, func() {})
	i.samples = 400
	return i
}

// What is answered is the information of the latents and the fields of exact
// samples, each at its place.
func TestInformantAnswers(t *testing.T) {
	i := newTestInformant(t, 4)
	i.answer(t.Context(), 1)
	got := i.latest.Load()
	if got == nil || i.progress.Load() != nil {
		t.Fatalf("the answer is %+v, the progress %+v", got, i.progress.Load())
	}
	if c := got.TotalCorrelation; !(c.Lower-5*c.LowerError < c.Value && c.Value < c.Upper) || !(c.Error > 0 && c.UpperError > 0) {
		t.Errorf("the total correlation is %+v", c)
	}
	if got.Epoch != 7 || got.Spacing != 1 || got.Samples != 400 || len(got.Sites) != 16 {
		t.Errorf("it is of epoch %d, spacing %d, %d samples, sites %v", got.Epoch, got.Spacing, got.Samples, got.Sites)
	}
	const all = 400 + informedLeast // the latter for a bound
	f := i.flows.Latest().flow
	s, err := rg.Target(t.Context(), f, i.config.Symmetry, i.energy, all, i.config.Seed^informationStream, 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]struct {
		relations Relations
		x         []float32
		pair      [2]int
		off       float64 // of the one pair: it is one of several of its class, or the only one
	}{
		"fields":  {got.Fields, s.X, [2]int{0, 1}, 4 * got.Fields.Noise},
		"latents": {got.Latents, s.Z, [2]int{0, 10}, 0.6e-4},
	} {
		column := func(site int) []float64 {
			values := make([]float64, 400)
			for i := range values {
				values[i] = float64(v.x[site*all+i])
			}
			return values
		}
		want, err := sampling.MutualInformation(column(v.pair[0]), column(v.pair[1]), 3)
		if err != nil {
			t.Fatal(err)
		}
		at := func(a, b int) int {
			row, place := 0, 0
			for i, site := range got.Sites {
				switch site {
				case a:
					row = i
				case b:
					place = i
				}
			}
			return row*16 + place
		}
		value := v.relations.Values[at(v.pair[0], v.pair[1])]
		if math.Abs(float64(value)-want.Value) > v.off || v.relations.Values[at(v.pair[1], v.pair[0])] != value {
			t.Errorf("%s %v: %v, want %v", name, v.pair, value, want.Value)
		}
		if v.relations.Values[17] != 0 || !(v.relations.Noise > 0.005 && v.relations.Noise < 0.1) {
			t.Errorf("%s: diagonal %v, noise %v", name, v.relations.Values[17], v.relations.Noise)
		}
		if len(v.relations.ByLevel) == 0 || len(v.relations.ByDistance) == 0 || v.relations.ByDistance[0].Pairs == 0 {
			t.Errorf("%s: no averages: %+v", name, v.relations)
		}
	}
}

// A newer wish ends the work on an older one; the same wish does not. All wishes
// come from within the work, so that none is too late.
func TestInformantGivesWay(t *testing.T) {
	i := newTestInformant(t, 16)
	ctx, dismiss := context.WithTimeout(t.Context(), patient)
	defer dismiss()
	var first *Information
	given := false
	i.tell = func() {
		p, l := i.progress.Load(), i.latest.Load()
		switch {
		case !given && p != nil && p.Stage == latentsStage.name && p.Done > 0:
			given = true
			if i.ask(1); i.wanted.Load() != 0 {
				t.Error("what is under way is asked for again")
			}
			i.ask(2)
		case first == nil && l != nil && p == nil:
			first = l
			i.ask(1)
		case first != nil && p != nil:
			dismiss()
		}
	}
	i.ask(1)
	i.work(ctx)
	if !given || first == nil || first.Spacing != 2 {
		t.Fatalf("the first answer is %+v, in %v", first, patient)
	}
	if i.progress.Load() != nil || i.latest.Load() != first {
		t.Error("what was given up left something behind")
	}
}

// A flow that has diverged gives an error in place of an answer.
func TestInformantOfADivergedFlow(t *testing.T) {
	i := newTestInformant(t, 4)
	f := i.flows.Latest().flow.Clone()
	for p := range f.Params {
		f.Params[p] = float32(math.NaN())
	}
	i.flows.Publish(&frozen{epoch: 8, flow: f})
	i.answer(t.Context(), 1)
	if p := i.progress.Load(); p == nil || p.Error == "" || p.Hint == "" || p.Epoch != 8 || i.latest.Load() != nil {
		t.Errorf("the progress is %+v, the answer %+v", p, i.latest.Load())
	}
}

// Work is followed by as much rest as its share asks for.
func TestInformantRests(t *testing.T) {
	i := newTestInformant(t, 4)
	i.share = 0.25
	busy := 20 * time.Millisecond
	k := &task{informant: i, mark: time.Now().Add(-busy)}
	start := time.Now()
	k.rest(t.Context())
	if rest := time.Since(start); rest < 3*busy {
		t.Errorf("after %v of work it rests %v", busy, rest)
	}
}

// A run answers while it trains, and ends at once where it does not matter any more.
func TestRunInforms(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	do(t, r, Command{Kind: Inform, Spacing: 1})
	eventually(t, r, "progress", func(s *Snapshot) bool { return s.Inquiry != nil && s.Inquiry.Stage != "" })
	do(t, r, Command{Kind: Stop})
	if s := r.Wait(); s.Phase != Stopped || s.Inquiry != nil {
		t.Errorf("it ended %s with %+v under way", s.Phase, s.Inquiry)
	}
}

// The files of a run answer too, and no goroutine is left of a record that is
// closed.
func TestRecordInforms(t *testing.T) {
	dir := uninterrupted(t, tiny(5), Options{})
	before := runtime.NumGoroutine()
	r, err := OpenRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Do(Command{Kind: Inform, Spacing: 1}); err != errNoFlow {
		t.Errorf("before the files are read: %v", err)
	}
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	if err := r.Do(Command{Kind: Inform, Spacing: 1}); err != nil {
		t.Fatal(err)
	}
	stages, part, looks := map[string]bool{}, 0.0, 0
	for s := (*Snapshot)(nil); s == nil || s.Information == nil; {
		if testing.Short() && len(stages) > 1 {
			break // in the middle of it
		}
		select {
		case <-r.News():
		case <-time.After(patient):
			t.Fatalf("no answer in %v", patient)
		}
		looks++
		if s, err = r.Read(); err != nil {
			t.Fatal(err)
		}
		if s.Inquiry != nil {
			stages[s.Inquiry.Stage] = true
			if s.Inquiry.Part < part || s.Inquiry.Part > 1 {
				t.Errorf("%v of the work is done after %v", s.Inquiry.Part, part)
			}
			part = s.Inquiry.Part
		} else if i := s.Information; i != nil && (i.Epoch != 5 || i.Samples != informedSamples) {
			t.Errorf("it is of epoch %d, from %d samples", i.Epoch, i.Samples)
		}
	}
	if len(stages) == 0 && looks > 2 { // all may be done at the first
		t.Error("no progress was shown")
	}
	r.Close()
	if r.informant.progress.Load() != nil {
		t.Error("what worked for the record has not ended")
	}
	for end := time.Now().Add(patient); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}
