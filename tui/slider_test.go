package tui

import (
	"math"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// The slider goes by multiples of a quarter, from the drawn value on, to its
// bounds, and counts from what was asked for.
func TestSlider(t *testing.T) {
	c := newConsole(16, size{120, 40})
	latent := c.view.latent
	c.fake.state.Latents = slices.Clone(c.fake.state.Latents)
	c.fake.state.Latents[latent] = 0.83
	c.fake.publish()
	c.show()
	c.press(">", "<", "0")
	c.fake.commands = nil
	c.press("3", ">", ".", "<", ",", "<", "0", "<")
	var got []float64
	for _, command := range c.fake.asked() {
		switch command.Kind {
		case run.Fix:
			if command.Latent != latent {
				t.Errorf("latent %d is fixed", command.Latent)
			}
			got = append(got, command.Value)
		case run.Release:
			got = append(got, math.Inf(1))
		}
	}
	if want := []float64{1, 1.25, 1, 0.75, 0.5, math.Inf(1), 0.75}; !slices.Equal(got, want) {
		t.Errorf("it goes to %v, want %v", got, want)
	}
	for range 40 {
		c.press(">")
	}
	if f := c.latest.Lattice.Fixed; *f != (run.Fixed{Latent: latent, Value: run.MostLatent}) {
		t.Errorf("at the end the lattice has %+v", f)
	}
}

// A key that is held moves the slider at once, whatever is under way, and the run
// is asked for the newest value only.
func TestSliderWaitsForNobody(t *testing.T) {
	c := newConsole(16, size{120, 40})
	c.press("3")
	var under tea.Cmd
	for range 5 {
		if _, cmd := c.Update(key(">")); under == nil {
			under = cmd
		}
	}
	value, _ := c.view.latentValue(c.latest)
	c.fake.commands = nil
	c.carryOut(under)
	c.show()
	got := c.fake.asked()
	if len(got) != 2 || got[1].Value != value || got[1].Value-got[0].Value != 4*slideStep {
		t.Errorf("the slider is at %v and asks for %v", value, got)
	}
	c.do = func(run.Command) error { return errFake }
	if c.press("<"); c.view.sliding {
		t.Error("a value that was refused stays")
	}
}

// The lattice says that it is not as drawn, and the key that it names undoes it
// there too.
func TestFixedLatticeSaysSo(t *testing.T) {
	for _, area := range []size{{80, 24}, {120, 40}} {
		c := newConsole(16, area)
		c.press("3", ">", "1")
		says := func() bool { return strings.Contains(ansi.Strip(c.View().Content), "0 resets") }
		if !says() {
			t.Errorf("%v: it does not say so:\n%s", area, ansi.Strip(c.View().Content))
		}
		if c.press("0"); says() || c.latest.Lattice.Fixed != nil {
			t.Errorf("%v: 0 does not reset", area)
		}
	}
}

// The response is that of the fields shown: sliding up a latent adds what the
// response says, whichever sign a symmetrised flow has given the lattice.
func TestResponseHasTheSignOfTheLattice(t *testing.T) {
	s := sample(8, 100)
	g := geometryOf(s.Config)
	s.Response = response(8, 9, 100)
	for sign, want := range map[int8]float32{1: 1, -1: -1} {
		s.Lattice.Sign = sign
		for site, v := range responseOf(s, g, 9).Map {
			if v != want*s.Response.Map[site] {
				t.Fatalf("sign %d: response %v at site %d, want %v", sign, v, site, want*s.Response.Map[site])
			}
		}
	}
}

// The colours of a response show how far it reaches, but not noise alone.
func TestResponseLimit(t *testing.T) {
	wide, narrow := make([]float32, 256), make([]float32, 4096)
	for i := range 64 {
		wide[i] = -0.39
	}
	wide[3] = 1.4
	for i := range narrow {
		narrow[i] = 0.01
	}
	narrow[7] = -0.984
	for want, response := range map[float64][]float32{0.4: wide, 0.3: narrow} {
		if got := responseLimit(response); math.Abs(got-want) > 1e-6 {
			t.Errorf("limit %v, want %v", got, want)
		}
	}
}
