package remote

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"neuralrg/training/run"
)

// A live run of another host is read by its files, as they grow, to its end.
func TestARunOfAnotherHost(t *testing.T) {
	dir := stopped(t)
	leaseOf(t, dir, "far-away", 7)
	v, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	c := v.Connection()
	if c.How != Files || !c.ReadOnly || c.Host != "far-away" || c.PID != 7 || !strings.Contains(c.Why, "live on far-away") {
		t.Errorf("the connection is %+v", c)
	}
	first := v.Feed().Latest()
	if first.Phase != run.Training || first.Lattice == nil {
		t.Fatalf("the first snapshot is %+v", first)
	}
	if err := v.Do(run.Command{Kind: run.Stop}); err == nil || !strings.Contains(hintOf(err), "far-away") {
		t.Errorf("a command: %v, hint %q", err, hintOf(err))
	}
	if err := v.Do(run.Command{Kind: run.Redraw}); err != nil {
		t.Errorf("a fresh draw: %v", err)
	}
	eventually(t, v.Feed(), "a fresh draw", func(s *run.Snapshot) bool { return s.Lattice.Draw == first.Lattice.Draw+1 })

	metrics, err := os.OpenFile(filepath.Join(dir, "metrics.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer metrics.Close()
	if _, err := metrics.WriteString("{\"epoch\":900000}\n{\"epo"); err != nil {
		t.Fatal(err)
	}
	eventually(t, v.Feed(), "the epoch", func(s *run.Snapshot) bool { return s.Epoch == 900000 })
	if err := os.Remove(filepath.Join(dir, "lease")); err != nil {
		t.Fatal(err)
	}
	if s := eventually(t, v.Feed(), "the end", over); s.Phase != run.Stopped {
		t.Errorf("it ended %s", s.Phase)
	}
	<-v.left
	if err := v.Err(); err != nil {
		t.Errorf("the viewer ended with %v", err)
	}
}

// A directory that goes away ends the viewer, with an error.
func TestDirectoryThatVanishes(t *testing.T) {
	dir := stopped(t)
	leaseOf(t, dir, "far-away", 7)
	v, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	soon(t, "the viewer ends", func() bool { return v.Err() != nil })
	if hintOf(v.Err()) == "" {
		t.Errorf("it ended with %v", v.Err())
	}
	if v.Feed().Latest().Phase != run.Training {
		t.Error("the last picture is gone")
	}
}
