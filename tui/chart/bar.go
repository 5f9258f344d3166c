package chart

import (
	"image/color"
	"math"
	"strings"
)

// BarInk is how a progress bar is drawn.
type BarInk struct {
	Done, Left color.Color
	ASCII      bool
}

// Progress is a bar of the given width, filled to a fraction from 0 to 1.
func Progress(fraction float64, width int, ink BarInk) string {
	if math.IsNaN(fraction) {
		fraction = 0
	}
	width = max(width, 0)
	halves := int(max(0, min(1, fraction)) * float64(2*width))
	full, half := halves/2, halves%2
	if ink.ASCII {
		return paint(ink.Done, strings.Repeat("#", full)) + paint(ink.Left, strings.Repeat("-", width-full))
	}
	done, left := strings.Repeat("━", full), strings.Repeat("─", width-full-half)
	if half == 1 {
		done += "╸"
	}
	return paint(ink.Done, done) + paint(ink.Left, left)
}

// IntervalInk is how an interval is drawn.
type IntervalInk struct {
	Value, Exact, Axis color.Color
	ASCII              bool
}

// Interval draws value +- err as a point with a bar on an axis from 0 to 1, and
// an exact value, unless it is NaN, as a line across.
func Interval(value, err, exact float64, width int, ink IntervalInk) string {
	glyph := strings.Split("┈━●┃", "")
	if ink.ASCII {
		glyph = strings.Split(".=o|", "")
	}
	if width < 1 {
		return ""
	}
	column := func(v float64) int {
		return int(math.Round(max(0, min(1, v)) * float64(width-1)))
	}
	cells := slicesOf(paint(ink.Axis, glyph[0]), width)
	finite := !math.IsNaN(value) && !math.IsInf(value, 0)
	if finite && !math.IsNaN(err) {
		for i := column(value - err); i <= column(value+err); i++ {
			cells[i] = paint(ink.Value, glyph[1])
		}
	}
	if !math.IsNaN(exact) {
		cells[column(exact)] = paint(ink.Exact, glyph[3])
	}
	if finite {
		cells[column(value)] = paint(ink.Value, glyph[2])
	}
	return strings.Join(cells, "")
}

func slicesOf(s string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = s
	}
	return all
}
