package chart

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func flat(float64) float64 { return 0 }

// Bars have the heights of their bins, in eighths, whatever the columns.
func TestHistogram(t *testing.T) {
	h := Histogram{Bins: []float64{0, 2, 4, 1}, Curve: flat}
	for _, c := range []struct {
		columns, rows int
		want          string
	}{
		{4, 2, "  █ | ██▄"},
		{8, 1, "  ▄▄██▂▂"},
		{2, 1, "▃█"}, // 1 and 2.5
		{4, 1, " ▄█▂"},
	} {
		if got := strings.Join(h.Lines(c.columns, c.rows), "|"); got != c.want {
			t.Errorf("%d x %d: %q, want %q", c.columns, c.rows, got, c.want)
		}
	}
	h.ASCII = true
	if got := strings.Join(h.Lines(4, 2), "|"); got != "  # | ###" {
		t.Errorf("in ASCII: %q", got)
	}
}

// The curve goes over the bars, at its own height.
func TestHistogramCurve(t *testing.T) {
	h := Histogram{Bins: []float64{1, 1, 4, 4}, Curve: func(f float64) float64 { return 4 * f }}
	want := "  █•|  •█| •██|•▁██"
	want = strings.ReplaceAll(want, "▁", "█")
	if got := strings.Join(h.Lines(4, 4), "|"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	h.Bar, h.Line = color.White, color.Black
	for _, line := range h.Lines(4, 4) {
		if w := ansi.StringWidth(line); w != 4 || !strings.HasSuffix(line, reset) {
			t.Errorf("%q is %d wide", line, w)
		}
	}
	if ansi.Strip(strings.Join(h.Lines(4, 4), "|")) != want {
		t.Error("colours change the picture")
	}
}

// What is not a number is drawn as nothing, and nothing as nothing.
func TestOddHistograms(t *testing.T) {
	odd := []float64{math.NaN(), math.Inf(1), -3, 2}
	for _, h := range []Histogram{
		{Bins: odd, Curve: func(float64) float64 { return math.NaN() }},
		{Bins: nil, Curve: flat},
		{Bins: []float64{0, 0}, Curve: flat},
	} {
		for _, columns := range []int{-1, 0, 1, 3, 50} {
			for _, rows := range []int{-1, 0, 1, 5} {
				for _, line := range h.Lines(columns, rows) {
					if w := ansi.StringWidth(line); w != columns {
						t.Errorf("%v: %q is %d wide, not %d", h.Bins, line, w, columns)
					}
				}
			}
		}
	}
	if got := (Histogram{Bins: odd, Curve: flat}).Lines(4, 1)[0]; got != "   █" {
		t.Errorf("%q", got)
	}
}
