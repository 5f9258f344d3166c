package sweep

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"neuralrg/training/run"
)

// made is a sweep of tiny runs on the disk: temperatures 2.0 and 2.1.
func made(t *testing.T, epochs int) *Sweep {
	t.Helper()
	p, err := NewPlan("0.0.1", []Axis{{"T", []string{"2.0", "2.1"}}}, "", func(_ []Axis, values []string) (run.Config, error) {
		c := tinyConfig(t, epochs)
		c.Temperature = map[string]float64{"2.0": 2, "2.1": 2.1}[values[0]]
		return c, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Create(filepath.Join(t.TempDir(), "sweep"), p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A point that is executed is done, once and for all.
func TestExecute(t *testing.T) {
	s := made(t, 5)
	began := 0
	e := Execution{Threads: 1, Backend: "local", Begin: func(*run.Run) func() { began++; return func() { began++ } }}
	if o, err := s.Execute(t.Context(), 0, e); o != Completed || err != nil {
		t.Fatalf("%s, %v", o, err)
	}
	st := s.StatusOf(0)
	if st.State != Done || st.Epoch != 5 || st.Attempts != 1 || st.Result.Hash != s.Plan.Points[0].Hash || st.LnZDual == 0 || began != 2 {
		t.Errorf("%+v, %d", st, began)
	}
	if o, err := s.Execute(t.Context(), 0, e); o != AlreadyWas || err != nil || s.StatusOf(0).Attempts != 1 {
		t.Errorf("again: %s, %v", o, err)
	}
	var a Attempt
	if err := readJSON(s.kept(0, "attempt-001.json"), &a); err != nil || a.Outcome != Completed || a.Epoch != 5 || a.Ended == "" || a.PID != os.Getpid() {
		t.Errorf("%+v, %v", a, err)
	}
	// Results that are not of the point are told of, and not taken.
	path := filepath.Join(s.PointDir(0), doneName)
	if err := os.MkdirAll(s.PointDir(1), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, filepath.Join(s.PointDir(1), doneName)); err != nil {
		t.Fatal(err)
	}
	if st := s.StatusOf(1); st.State != Failed || !strings.Contains(st.Why, "not of this point") {
		t.Errorf("another's results: %+v", st)
	}
	if err := os.WriteFile(path, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if st := s.StatusOf(0); st.State != Failed || !strings.Contains(st.Why, "cannot be read") {
		t.Errorf("damaged results: %+v", st)
	}
	if err := s.Check(2); err == nil || hintOf(err) == "" {
		t.Error("there is a third point")
	}
}

// Only one of two executes a point. Whoever comes second changes nothing.
func TestExecuteTwice(t *testing.T) {
	s := made(t, 1_000_000)
	ctx, stop := context.WithCancel(t.Context())
	begun, ended := make(chan struct{}), make(chan Outcome, 1)
	go func() {
		o, _ := s.Execute(ctx, 0, Execution{Threads: 1, Begin: func(*run.Run) func() { close(begun); return func() {} }})
		ended <- o
	}()
	<-begun
	if st := s.StatusOf(0); st.State != Running || st.PID != os.Getpid() {
		t.Errorf("while it works: %+v", st)
	}
	if _, err := s.Execute(t.Context(), 0, Execution{Threads: 1}); !run.Held(err) || s.StatusOf(0).State != Running {
		t.Errorf("a second one: %v", err)
	}
	if err := s.Cancel([]int{0, 1}); err != nil {
		t.Fatal(err)
	}
	select {
	case o := <-ended:
		if o != Withdrawn {
			t.Errorf("cancelled, it comes to %q", o)
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
	stop()
	if o, err := s.Execute(t.Context(), 1, Execution{Threads: 1}); o != Withdrawn || err != nil {
		t.Errorf("%s, %v", o, err)
	}
	if err := s.Retry([]int{0}); err != nil {
		t.Fatal(err)
	}
	if first, second := s.StatusOf(0).State, s.StatusOf(1).State; first != Pending || second != Cancelled {
		t.Errorf("%s and %s", first, second)
	}
}

// States follow from the files alone, the strongest first.
func TestStates(t *testing.T) {
	s := made(t, 5)
	host, _ := os.Hostname()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(s.kept(0, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want := func(state State) {
		t.Helper()
		if st := s.StatusOf(0); st.State != state {
			t.Errorf("%s (%s), want %s", st.State, st.Why, state)
		}
	}
	want(Pending)
	if err := s.Prepare([]int{0}); err != nil {
		t.Fatal(err)
	}
	want(Pending)
	put("lease", `{"format":1,"host":"`+host+`","boot":"another","pid":1,"started":"1","attempt":1,"heartbeat":""}`)
	want(Lost)
	put("lease", `{"format":1,"host":"far-away","boot":"b","pid":7,"started":"1","attempt":1,"heartbeat":"2001-01-01T00:00:00Z"}`)
	want(Lost)
	put("failed.json", `{"format":1,"error":"no space"}`)
	want(Failed)
	put("cancelled.json", `{}`)
	want(Cancelled)
	put("retry.json", `{}`)
	want(Pending)
	living := `{"format":1,"host":"far-away","boot":"b","pid":7,"started":"1","attempt":1,"heartbeat":"` + now() + `"}`
	put("../lease", living) // of somebody who goes on with the run by itself
	want(Running)
	if err := os.Remove(s.kept(0, "../lease")); err != nil {
		t.Fatal(err)
	}
	want(Pending)
	put("lease", living)
	want(Running)
	all := []Status{{Index: 0, State: Lost}, {Index: 1, State: Running}, {Index: 2, State: Pending}}
	Join(all, map[int]Job{0: {ID: "9_0", Reason: "Resources"}, 1: {ID: "9_1"}})
	if all[0].State != Queued || all[0].Why != "Resources" || all[1].State != Running || all[1].Job.ID != "9_1" || all[2].State != Pending {
		t.Errorf("%+v", all)
	}
}

// A directory of other settings in the place of a point's is not gone on with.
func TestExecuteForeignRun(t *testing.T) {
	s := made(t, 5)
	c := tinyConfig(t, 7)
	r, err := run.Start(t.Context(), s.PointDir(0), c, run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	r.Wait()
	_, err = s.Execute(t.Context(), 0, Execution{Threads: 1})
	if err == nil || !strings.Contains(err.Error(), "other settings") || hintOf(err) == "" {
		t.Errorf("%v", err)
	}
	if st := s.StatusOf(0); st.State != Failed || errors.Is(err, run.ErrFinished) {
		t.Errorf("%+v", st)
	}
}
