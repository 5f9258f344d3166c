package cli

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"neuralrg/training/run"
)

func TestDuration(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0s", 7.4: "7s", 59.6: "1m00s", 123: "2m03s", 3599.6: "1h00m", 3900: "1h05m", 90000: "1d01h",
		math.Inf(1): "11574074d01h",
	} {
		if got := duration(seconds); got != want {
			t.Errorf("duration(%v) is %q, want %q", seconds, got, want)
		}
	}
}

func TestSlips(t *testing.T) {
	cases := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"train", "train", 0},
		{"trian", "train", 2},
		{"", "abc", 3},
		{"abc", "", 3},
		{"kitten", "sitting", 3},
		{"flaw", "lawn", 2},
		{"seed", "szeed", 1},
	}
	for _, c := range cases {
		if got := slips(c.a, c.b); got != c.want {
			t.Errorf("slips(%q, %q) is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"size", "seed", "sampler", "sampler-share"}
	for typed, want := range map[string]string{"szie": "size", "sam": "sampler", "x": "", "frobnicate": "", "seeds": "seed"} {
		if got := nearest(typed, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", typed, got, want)
		}
	}
}

// Whatever value a flag is given that it does not take, there is a hint; and no
// help says twice what a flag is without one.
func TestEveryFlagHasAHint(t *testing.T) {
	root := (&app{}).root()
	for commands := []*cobra.Command{root}; len(commands) > 0; commands = commands[1:] {
		c := commands[0]
		commands = append(commands, c.Commands()...)
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if valueHint(f) == "" {
				t.Errorf("%s --%s, of type %s, has none", c.CommandPath(), f.Name, f.Value.Type())
			}
			if f.DefValue != "" && strings.Contains(f.Usage, "("+f.DefValue+")") {
				t.Errorf("%s --%s says (%s) twice", c.CommandPath(), f.Name, f.DefValue)
			}
		})
	}
}

func TestReport(t *testing.T) {
	cases := []struct {
		err  error
		code int
		text string
	}{
		{nil, 0, ""},
		{&lostOutput{syscall.EPIPE}, 0, ""},
		{fmt.Errorf("the command could not be sent: %w", syscall.EPIPE), 1, "error: the command could not be sent: broken pipe\n"},
		{usage("bad", "good"), 2, "error: bad\nhint: good\n"},
		{failed("bad\x1b[2J\nnews", ""), 1, "error: bad[2J news\n"},
		{failed("see \u202etxt.exe\u200b", "\xffgive\u2028another"), 1, "error: see txt.exe\nhint: give another\n"},
		{fmt.Errorf("outer: %w", failed("inner", "help")), 1, "error: outer: inner\nhint: help\n"},
		{errors.New("odd"), 1, "error: odd\n"},
	}
	for _, c := range cases {
		var w bytes.Buffer
		if code := report(&w, c.err); code != c.code || w.String() != c.text {
			t.Errorf("%v: exit code %d and %q, want %d and %q", c.err, code, w.String(), c.code, c.text)
		}
	}
}

// snapshot is one of a run of 100 epochs at lnZ_dual = 40 that has done some.
func snapshot(phase run.Phase, epochs int) *run.Snapshot {
	s := &run.Snapshot{Phase: phase, Dir: "d", Epoch: epochs, Exact: run.Exact{LnZ: 15, LnZDual: 40}, EpochsPerSecond: 2}
	s.Config.Epochs, s.Config.L, s.Config.Temperature = 100, 4, 2
	for e := range epochs {
		s.History = s.History.Append(run.Metrics{Epoch: e + 1, FreeEnergy: -39, FreeEnergyError: 0.1, Gap: 1})
	}
	return s
}

func TestProgressKeepsItsPace(t *testing.T) {
	var w bytes.Buffer
	p := newProgress(&w, func(string) {}, true)
	start := time.Unix(0, 0)
	at := func(s *run.Snapshot, seconds float64) {
		if err := p.show(s, start.Add(time.Duration(seconds*1e9))); err != nil {
			t.Fatal(err)
		}
	}
	at(snapshot(run.Starting, 0), 0)
	at(snapshot(run.Training, 0), 0)
	at(snapshot(run.Training, 3), 0.1) // epochs 1 and 3
	at(snapshot(run.Training, 5), 1)
	at(snapshot(run.Training, 9), 2.2) // epoch 9
	at(snapshot(run.Paused, 9), 9)
	at(snapshot(run.Training, 10), 9.1) // epoch 10
	at(snapshot(run.Stopping, 11), 9.2)
	at(snapshot(run.Stopped, 11), 9.3) // epoch 11
	at(snapshot(run.Stopped, 11), 9.4)
	var epochs []string
	for line := range strings.Lines(w.String()) {
		if rest, ok := strings.CutPrefix(line, "epoch "); ok {
			epochs = append(epochs, rest[:strings.Index(rest, "/")])
		}
	}
	if got := strings.Join(epochs, " "); got != "1 3 9 10 11" {
		t.Errorf("the lines are of epochs %s:\n%s", got, w.String())
	}
	if want := "epoch 9/100  free energy -39.000 +- 0.100  gap 1.000  relative error 2.500 %  2.00 epochs/s  46s left\n"; !strings.Contains(w.String(), want) {
		t.Errorf("no line is %q:\n%s", want, w.String())
	}
}

// The warnings of an attempt are told once, though the clock was set back when
// it had begun.
func TestProgressTellsEachWarningOnce(t *testing.T) {
	var told []string
	p := newProgress(new(bytes.Buffer), func(text string) { told = append(told, text) }, false)
	s := snapshot(run.Training, 3)
	begun := time.Now().UTC()
	at := func(d time.Duration) string { return begun.Add(d).Format(time.RFC3339) }
	s.Events = []run.Event{
		{Time: at(-time.Minute), Kind: "start"},
		{Time: at(time.Hour), Kind: "warning", Text: "of an earlier attempt"},
		{Time: at(0), Epoch: 1, Kind: "resume"},
		{Time: at(0), Epoch: 2, Kind: "warning", Text: "first"},
		{Time: at(0), Epoch: 2, Kind: "rate", Text: "no warning"},
		{Epoch: 2, Kind: "warning", Text: "found by a viewer"},
	}
	for range 3 {
		if err := p.show(s, begun); err != nil {
			t.Fatal(err)
		}
	}
	for _, events := range [][]run.Event{
		append(s.Events[2:], run.Event{Time: at(-time.Hour), Epoch: 3, Kind: "warning", Text: "second"}),
		{{Time: at(-time.Hour), Epoch: 4, Kind: "warning", Text: "third"}}, // the others are gone
	} {
		s.Events = events
		if err := p.show(s, begun); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(told, "; "); got != "epoch 2: first; epoch 3: second; epoch 4: third" {
		t.Errorf("told %q", got)
	}
}

// The name of a directory does not steer a terminal.
func TestSummaryOfAStrangeName(t *testing.T) {
	s := snapshot(run.Stopped, 1)
	s.Dir = "d\x1b]0;mine\a"
	var w bytes.Buffer
	if err := summarise(s).write(&w); err != nil || strings.Count(w.String(), "d]0;mine") != 2 || strings.ContainsAny(w.String(), "\x1b\a") {
		t.Errorf("%q, %v", w.String(), err)
	}
}

func TestSummaryBeforeTheFirstEpoch(t *testing.T) {
	var text, object bytes.Buffer
	sum := summarise(snapshot(run.Stopped, 0))
	if err := errors.Join(sum.write(&text), writeJSON(&object, sum)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "stopped after 0 of 100 epochs") || strings.Contains(object.String(), "gap") {
		t.Errorf("%s%s", text.String(), object.String())
	}
}
