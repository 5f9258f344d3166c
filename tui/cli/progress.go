package cli

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"neuralrg/training/run"
	"neuralrg/tui"
)

// pace is the time between two lines of progress.
const pace = 2 * time.Second

// sweepPace is that in the log of a point, which nobody may ever read.
const sweepPace = 30 * time.Second

// progress writes a run as lines of text: a heading, an epoch now and then, and
// every warning as it comes.
type progress struct {
	out   io.Writer     // for epochs
	note  func(string)  // for warnings
	fresh bool          // the run begins: its first epoch is ours to tell
	every time.Duration // between two epochs

	headed bool
	told   map[run.Event]bool
	epoch  int       // the last one written
	next   time.Time // of the next line
}

func newProgress(out io.Writer, note func(string), fresh bool) *progress {
	return &progress{out: out, note: note, fresh: fresh, every: pace, told: map[run.Event]bool{}}
}

// show writes what is new in a snapshot, if it is time to.
func (p *progress) show(s *run.Snapshot, now time.Time) error {
	if err := p.head(s); err != nil {
		return err
	}
	p.warn(s.Events)
	recent := s.History.Recent
	if len(recent) == 0 || s.Epoch == p.epoch {
		return nil
	}
	if p.epoch == 0 && p.fresh && len(recent) > 1 && recent[0].Epoch == 1 { // it was too quick to be seen
		if err := p.line(s, recent[0]); err != nil {
			return err
		}
	} else if p.epoch != 0 && now.Before(p.next) && !s.Phase.Over() {
		return nil
	}
	p.next = now.Add(p.every)
	return p.line(s, s.History.Last())
}

// line writes an epoch.
func (p *progress) line(s *run.Snapshot, m run.Metrics) error {
	p.epoch = m.Epoch
	relative := m.Gap / math.Abs(s.Exact.LnZDual)
	_, err := fmt.Fprintf(p.out, "epoch %d/%d  free energy %.3f +- %.3f  gap %.3f  relative error %.3f %%  %s\n",
		m.Epoch, s.Config.Epochs, m.FreeEnergy, m.FreeEnergyError, m.Gap, 100*relative, pacing(s, m))
	return output(err)
}

// head writes the heading once the run says what it is.
func (p *progress) head(s *run.Snapshot) error {
	if p.headed || s.Phase == run.Starting {
		return nil
	}
	p.headed = true
	c, threads := s.Config, ""
	if s.Threads > 0 { // the files of a run do not tell
		threads = fmt.Sprintf(", %d threads", s.Threads)
	}
	_, err := fmt.Fprintf(p.out, "neuralrg %s: L=%d, T=%.6g, %d parameters, batch %d, %d epochs, seed %d%s\n"+
		"%s gradient, symmetry %t, Adam at %v (%s), weight decay %v\nfree energies: of the dual, in nats\ndirectory %s\n",
		Version, c.L, c.Temperature, s.Parameters, c.Batch, c.Epochs, c.Seed, threads,
		c.Objective, c.Symmetry, c.Rate, c.Schedule, c.WeightDecay, tui.Clean(s.Dir))
	return output(err)
}

// warn tells the warnings of this attempt, each once. What only a viewer has
// found has no time, and is no news.
func (p *progress) warn(events []run.Event) {
	for _, e := range events[attempt(events):] {
		if e.Kind == "warning" && e.Time != "" && !p.told[e] {
			p.told[e] = true
			p.note(fmt.Sprintf("epoch %d: %s", e.Epoch, e.Text))
		}
	}
}

// attempt is where the events of the last attempt begin. Their times do not
// tell: the clock may have been set.
func attempt(events []run.Event) int {
	for i, e := range slices.Backward(events) {
		if e.Kind == "start" || e.Kind == "resume" {
			return i
		}
	}
	return 0 // it has had so many that the first are gone
}

// pacing says how fast the run goes and how long it will take after an epoch.
func pacing(s *run.Snapshot, m run.Metrics) string {
	switch {
	case m.Epoch >= s.Config.Epochs && s.EpochsPerSecond <= 0: // as its files tell
		return "done"
	case m.Epoch >= s.Config.Epochs:
		return fmt.Sprintf("%.2f epochs/s  done", s.EpochsPerSecond)
	case s.EpochsPerSecond <= 0:
		return "time left unknown"
	}
	return fmt.Sprintf("%.2f epochs/s  %s left", s.EpochsPerSecond, duration(float64(s.Config.Epochs-m.Epoch)/s.EpochsPerSecond))
}

// duration writes seconds with two units at most, as in 1h05m, 2m03s or 7s.
func duration(seconds float64) string {
	s := int64(math.Round(min(seconds, 1e12)))
	switch {
	case s >= 24*3600:
		return fmt.Sprintf("%dd%02dh", s/(24*3600), s/3600%24)
	case s >= 3600:
		return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	case s >= 60:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	}
	return fmt.Sprintf("%ds", s)
}
