package tui

import (
	"path/filepath"
	"strings"
	"testing"
)

// What y copies is a number with all its digits, or a path, and the notice says
// which.
func TestCopy(t *testing.T) {
	c := newConsole(8, size{120, 40})
	dir, err := filepath.Abs(c.latest.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		keys string
		text string
		what string
	}{
		{"1", dir, "directory"},
		{"2", "free", "free energy of epoch 1,234"},
		{"2 v", "gap", "gap of epoch 1,234"},
		{"3", "latent", "latent 4,"},
		{"3 >", "latent", "latent 4,"},
		{"4", "0.5512", "latent sampler"},
		{"4 right", "0.1561", "physical sampler"},
		{"5", dir, "directory"},
	} {
		c.clipboard = ""
		c.press(strings.Fields(step.keys)...)
		want := step.text
		switch last := c.calm.History.Last(); want {
		case "free":
			want = formatted(last.FreeEnergy)
		case "gap":
			want = formatted(last.Gap)
		case "latent":
			z, _ := c.view.latentValue(c.latest)
			want = formatted(float64(float32(z)))
		}
		c.press("y")
		if c.clipboard != want || !strings.Contains(c.notice.text, step.what) || !strings.HasSuffix(c.notice.text, want) {
			t.Errorf("%s: copied %q, want %q; %q", step.keys, c.clipboard, want, c.notice.text)
		}
	}
	c.link.Away = true
	if c.press("1", "y"); c.clipboard != c.latest.Dir {
		t.Errorf("the directory of another's run is copied as %q", c.clipboard)
	}
}
