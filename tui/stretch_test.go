package tui

import (
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// Looking closer, going back and forth, and seeing all again.
func TestStretch(t *testing.T) {
	c := newConsole(16, size{120, 40}) // 1,234 epochs
	c.press("2")
	for _, step := range []struct {
		keys        string
		first, last int
	}{
		{"up", 618, 1234},
		{"up", 927, 1234},
		{"left", 850, 1157},
		{"right", 927, 1234},
		{"right", 927, 1234},
		{"down", 619, 1234},
		{"down", 3, 1234},
		{"down", 1, 1234},
		{"left", 1, 1234},
		{"up up up up up up up up up", 1219, 1234},
		{"0", 1, 1234},
		{"up left left left left left left left left left", 1, 617},
		{"down", 1, 1234},
	} {
		c.press(strings.Fields(step.keys)...)
		if first, last := c.view.ends(c.latest); first != step.first || last != step.last {
			t.Fatalf("after %q: epochs %d to %d, want %d to %d", step.keys, first, last, step.first, step.last)
		}
	}
}

// What reaches to the newest epoch goes on with the run, what was scrolled back
// stands.
func TestStretchFollows(t *testing.T) {
	h := sample(4, 1000)
	v := view{stretch: stretch{length: 100}}
	if first, last := v.ends(h); first != 901 || last != 1000 {
		t.Errorf("epochs %d to %d", first, last)
	}
	v.stretch.last = 500
	if first, last := v.ends(h); first != 401 || last != 500 {
		t.Errorf("epochs %d to %d", first, last)
	}
}

// The error about the mean of many epochs is that of independent batches.
func TestCurveWithin(t *testing.T) {
	var h run.History
	for epoch := 1; epoch <= 4*2048; epoch++ {
		h = h.Append(run.Metrics{Epoch: epoch, FreeEnergy: 7, FreeEnergyError: 0.5})
	}
	c := curveOf(h, 1, h.Epochs, freeEnergyOf)
	low, high := c.within(4)
	for i := range low {
		want := 0.5 / math.Sqrt(2048)
		if len(low) != 4 || math.Abs(7-low[i]-want) > 1e-12 || math.Abs(high[i]-7-want) > 1e-12 {
			t.Fatalf("%d parts, part %d from %v to %v, want 7 -+ %v", len(low), i, low[i], high[i], want)
		}
	}
}

// Companions are drawn, named, told by letters, and their free energies only where
// they mean the same.
func TestCompanions(t *testing.T) {
	m := still(sample(16, 1234), size{120, 40}, colorprofile.ASCII, false)
	m.view.focus = energyPane
	longer, other := sample(16, 3000), sample(8, 900)
	other.Exact.LnZDual /= 4
	_, _ = m.Update(companionsMsg{[]companion{companionOf("long\x1b[2J", longer), companionOf("small", other)}})
	text := func() string {
		return ansi.Strip(strings.Join(m.drawPane(placed{energyPane, []pane{energyPane}, size{90, 30}}), "\n"))
	}
	check(t, m)
	if first, last := m.view.ends(m.latest); first != 1 || last != 3000 {
		t.Errorf("the axis is from %d to %d", first, last)
	}
	linear := text()
	if !strings.Contains(linear, "a long[2J") || !strings.Contains(linear, "b small") || !strings.Contains(linear, "another lattice") {
		t.Errorf("the legend is missing in\n%s", linear)
	}
	graph := func(text string) string {
		before, _, _ := strings.Cut(text, "└")
		_, after, _ := strings.Cut(before, "\n")
		return after
	}
	if g := graph(linear); !strings.Contains(g, "a") || strings.Contains(g, "b") {
		t.Errorf("the curves\n%s", g)
	}
	m.view.gap = true
	if g := graph(text()); !strings.Contains(g, "a") || !strings.Contains(g, "b") {
		t.Errorf("the gaps\n%s", g)
	}
	_, _ = m.Update(companionsMsg{})
	if strings.Contains(text(), "long") {
		t.Error("a companion that was sent away is still there")
	}
	_, _ = m.Update(companionsMsg{make([]companion, 20)})
	check(t, m)
	if n := len(m.view.company()); n != mostCompanions {
		t.Errorf("%d companions", n)
	}
}
