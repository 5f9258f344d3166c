//go:build slow

package remote

import (
	"io"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"neuralrg/training/run"
)

// The run does not notice its viewers, of whom half do not read at all and some
// are dropped for it meanwhile. The bound is generous and is that of the quickest
// tenth of the epochs: viewers, and other programs, want their time of a core too.
func TestEpochsWithViewers(t *testing.T) {
	const viewers, rounds, each = 20, 4, 2 * time.Second
	dir := filepath.Join(t.TempDir(), "run")
	c := tiny(10_000_000)
	c.L, c.Couplings, c.Hidden, c.HiddenLayers, c.Batch = 16, 4, 10, 2, 64
	r, err := run.Start(t.Context(), dir, c, run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	l := usual
	l.write = time.Second
	s, err := serve(r, dir, l, everybody)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	epochs := func() int { return r.Feed().Latest().Epoch }
	soon(t, "the run is under way", func() bool { return epochs() > 100 })
	var alone, watched []float64 // seconds of an epoch
	dropped := 0
	for range rounds {
		first := epochs()
		time.Sleep(each)
		alone = append(alone, durations(r, first)...)

		var lines []*net.UnixConn
		var reading sync.WaitGroup
		for n := range viewers {
			c, _ := greeted(t, dir, newHello())
			lines = append(lines, c)
			if n%2 == 0 {
				reading.Go(func() { _, _ = io.Copy(io.Discard, c) })
			}
		}
		first = epochs()
		time.Sleep(each)
		watched = append(watched, durations(r, first)...)
		soon(t, "one who does not read is dropped", func() bool { return s.viewers.Load() < viewers })
		dropped += viewers - int(s.viewers.Load())
		for _, c := range lines {
			_ = c.Close()
		}
		reading.Wait()
		soon(t, "they are gone", func() bool { return s.viewers.Load() == 0 })
	}
	if err := r.Do(run.Command{Kind: run.Stop}); err != nil {
		t.Fatal(err)
	}
	r.Wait()
	slices.Sort(alone)
	slices.Sort(watched)
	without, with := alone[len(alone)/2], watched[len(watched)/2]
	t.Logf("median epoch without viewers %.3f ms (%d epochs), with %d viewers, half of whom do not read, %.3f ms (%d epochs): ratio %.3f; %d times one was dropped",
		1e3*without, len(alone), viewers, 1e3*with, len(watched), with/without, dropped)
	if without, with := alone[len(alone)/10], watched[len(watched)/10]; with > 2*without {
		t.Errorf("a quick epoch takes %.3f ms with viewers and %.3f ms without", 1e3*with, 1e3*without)
	}
}

// durations are the seconds of each epoch after the first.
func durations(r *run.Run, first int) (seconds []float64) {
	recent := r.Feed().Latest().History.Recent
	for i, m := range recent {
		if i > 0 && m.Epoch > first {
			seconds = append(seconds, m.Seconds-recent[i-1].Seconds)
		}
	}
	return seconds
}
