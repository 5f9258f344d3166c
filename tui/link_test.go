package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// hold is a console that hangs on its run by a link.
func hold(l Link) *console {
	c := newConsole(8, size{80, 24})
	c.link = l
	return c
}

func (c *console) text() string { return ansi.Strip(c.View().Content) }

// By its files a run can be looked at, and its flow asked, also when it is over.
func TestReadOnly(t *testing.T) {
	for _, phase := range []run.Phase{run.Training, run.Finished} {
		c := hold(Link{Away: true, ReadOnly: true, How: "by files of far-away"})
		c.fake.state.Phase = phase
		c.fake.publish()
		c.show()
		c.fake.commands = nil
		c.press("space", "+", "s", "r")
		if got := c.fake.asked(); len(got) != 1 || got[0].Kind != run.Redraw {
			t.Errorf("%s: commands %v", phase, got)
		}
		if !strings.Contains(c.text(), "by files of far-away") {
			t.Errorf("%s: the screen does not say how it is connected:\n%s", phase, c.text())
		}
		if c.press("q"); !c.quit || c.dialog != noDialog {
			t.Errorf("%s: q does not leave at once", phase)
		}
	}
}

// Who only watches asks for nothing, whatever is on the screen and whatever keys are
// pressed, and sees the latent that others choose.
func TestWatching(t *testing.T) {
	c := &console{screen: still(nil, size{200, 50}, colorprofile.TrueColor, false), fake: newFake(8)}
	c.do, c.link = c.fake.Do, Link{Away: true, Watching: true, How: "watching"}
	c.fake.state.Response, c.fake.state.Levels = nil, nil
	c.fake.publish()
	c.show()
	for _, a := range actions() {
		for p := range panes {
			c.press(fmt.Sprint(p + 1))
			for _, k := range a.typed() {
				if k != "q" && k != "ctrl+c" {
					c.press(k)
				}
			}
			c.tell(selectedMsg{c.moves})
			c.dialog = noDialog
		}
	}
	if got := c.fake.asked(); len(got) != 0 {
		t.Errorf("commands %v", got)
	}
	for _, latent := range []int{12, 33} {
		c.fake.state.Response = response(8, latent, 1234)
		c.fake.publish()
		c.show()
		if c.view.latent != latent {
			t.Errorf("latent %d is looked at, not %d", c.view.latent, latent)
		}
	}
	c.press("5")
	if !strings.Contains(c.text(), "somebody who steers") {
		t.Errorf("levels that nobody asked for:\n%s", c.text())
	}
	if c.press("q"); !c.quit || c.dialog != noDialog {
		t.Error("q does not leave at once")
	}
}

// A flow that is read from a file is asked for its response once for each
// checkpoint, also if the run was ended some epochs after it.
func TestReadOnlyAsksOnce(t *testing.T) {
	c := hold(Link{Away: true, ReadOnly: true})
	s := *c.fake.feed.Latest()
	s.Phase, s.Epoch, s.Saved = run.Interrupted, 1300, 1200
	s.Response = response(8, c.view.latent, 1200)
	c.fake.commands = nil
	c.dialog = noDialog
	c.tell(snapshotMsg{&s})
	c.press("3")
	c.tell(selectedMsg{c.moves})
	if got := c.fake.asked(); len(got) != 0 {
		t.Errorf("asked again: %v", got)
	}
}

// The end of a feed that is not the end of the run keeps the picture, and takes
// no commands any more.
func TestSevered(t *testing.T) {
	c := hold(Link{Away: true, How: "attached"})
	c.tell(severedMsg{})
	if text := c.text(); !strings.Contains(text, "connection lost") || !strings.Contains(text, "1 lattice") {
		t.Errorf("the screen says\n%s", text)
	}
	c.fake.commands = nil
	c.tell(key("x"))
	c.tell(key("space"))
	c.tell(key("s"))
	if got := c.fake.asked(); len(got) != 0 {
		t.Errorf("commands %v", got)
	}
	if c.tell(key("q")); !c.quit || c.exit != Left {
		t.Error("q does not leave")
	}

	over := hold(Link{Away: true})
	over.fake.state.Phase = run.Finished
	over.fake.publish()
	over.show()
	over.tell(severedMsg{})
	if text := over.text(); strings.Contains(text, "connection lost") || !strings.Contains(text, "finished") {
		t.Errorf("the end of a run that is over:\n%s", text)
	}
}

// A run that is killed while one looks is said to be.
func TestInterrupted(t *testing.T) {
	c := hold(Link{Away: true})
	c.fake.state.Phase, c.fake.state.Error, c.fake.state.Hint = run.Interrupted, "the run was ended from outside", "continue it"
	c.fake.publish()
	c.show()
	if text := c.text(); !strings.Contains(text, "the run was interrupted") || !strings.Contains(text, "continue it") {
		t.Errorf("the screen says\n%s", text)
	}
	if c.tell(key("q")); !c.quit {
		t.Error("q does not leave")
	}
}

func TestGreeting(t *testing.T) {
	c := hold(Link{Greeting: "1 run is live: neuralrg attach"})
	c.carryOut(c.Init())
	if !strings.Contains(c.text(), "1 run is live") {
		t.Errorf("the screen says\n%s", c.text())
	}
}

// The feed that closes under a screen is told to it.
func TestProgramIsSevered(t *testing.T) {
	l := connect(t, size{80, 24}, Options{})
	l.sees("1 lattice")
	l.fake.feed.Close()
	l.sees("connection lost")
	l.types("q")
	if err := l.end(); err != nil || l.exit != Left {
		t.Errorf("exit %v, %v", l.exit, err)
	}
	if got := l.fake.asked(); slices.ContainsFunc(got, func(c run.Command) bool { return c.Kind == run.Stop }) {
		t.Errorf("the run was stopped: %v", got)
	}
}
