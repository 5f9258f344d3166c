package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
)

// A whole session by keys: start, look round, pause, steer, branch, quit; and open
// the run again to look at it without colours, and its branch to go on with that.
func TestSession(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := append([]string{"--epochs", "1000000", "--dir", "run", "--theme", "aurora"}, tiny...)
	e := onTerminal(t, 120, 40, command(t, dir, args...))
	e.wait("1 lattice", "training", "free energy")
	waitForLines(t, filepath.Join(dir, "run", "metrics.jsonl"), 20)
	for _, step := range []struct {
		keys string
		says []string
	}{
		{"2v", []string{"gap in nats, logarithmic"}},
		{"3", []string{"3 latents", "[1]"}},
		{"l", []string{"level"}},
		{"z", []string{"1 lattice  2 free energy  3 latents"}},
		{"4z", []string{"acceptance"}},
		{"5", []string{"level 0", "level 1"}},
		{"6", []string{"information"}},
		{"1", []string{"spins"}},
		{" ", []string{"paused", "space resume"}},
		{"+", []string{"learning rate"}},
		{"y", []string{"copied the run's directory"}},
		{"B", []string{"copied to ", "it is among the runs"}},
		{"t", []string{"theme "}},
		{"?", []string{"any key closes this"}},
		{"x ", []string{"training", "space pause"}},
		{"q", []string{"stop and save", "leave it running"}},
	} {
		for _, key := range step.keys {
			e.press(string(key))
		}
		e.wait(step.says...)
	}
	e.press("s")
	if code := e.exit(); code != 0 || !says(e.screen(), []string{"stopped after", "go on with"}) {
		t.Fatalf("exit code %d:\n%s", code, e.screen())
	}

	c := command(t, dir, "attach", "run")
	c.Env = append(c.Env, "NO_COLOR=yes", "COLORTERM=truecolor")
	e = onTerminal(t, 120, 40, c)
	e.wait("by its files", "stopped", "1 lattice", "2 free energy")
	if cell := coloured(e, 120, 40); cell != nil {
		t.Errorf("NO_COLOR=yes, and %q has a colour: %+v", cell.Content, cell.Style)
	}
	e.press("q")
	if code := e.exit(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, e.screen())
	}

	var branch string
	for name := range listed(t, dir, ".") {
		if name != "run" {
			branch = name
		}
	}
	if branch == "" {
		t.Fatal("the branch is not among the runs")
	}
	e = onTerminal(t, 120, 40, command(t, dir, "train", "--resume", "--dir", branch))
	e.wait("1 lattice", "training")
	e.press("\x03")
	e.wait("stop and save")
	e.press("\x03")
	if code := e.exit(); code != 0 || !says(e.screen(), []string{"stopped after"}) {
		t.Errorf("exit code %d:\n%s", code, e.screen())
	}
}

// coloured is a cell that has a colour, if there is any.
func coloured(e *terminal, columns, rows int) *uv.Cell {
	for y := range rows {
		for x := range columns {
			if c := e.CellAt(x, y); c != nil && (c.Style.Fg != nil || c.Style.Bg != nil) && strings.TrimSpace(c.Content) != "" {
				return c
			}
		}
	}
	return nil
}

// Whatever NO_COLOR is set to, no help has a colour.
func TestNoColorForTheHelp(t *testing.T) {
	t.Parallel()
	c := command(t, t.TempDir(), "exact", "--help")
	c.Env = append(c.Env, "NO_COLOR=anything")
	e := onTerminal(t, 100, 40, c)
	if code := e.exit(); code != 0 || !says(e.screen(), []string{"USAGE", "--temperature"}) {
		t.Fatalf("exit code %d:\n%s", code, e.screen())
	}
	if cell := coloured(e, 100, 40); cell != nil {
		t.Errorf("%q has a colour", cell.Content)
	}
}
