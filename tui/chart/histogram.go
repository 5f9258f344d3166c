package chart

import (
	"image/color"
	"math"
	"slices"
	"strings"
)

// Histogram is a density in equal bins, as bars, and a curve over the same range.
type Histogram struct {
	Bins  []float64
	Curve func(fraction float64) float64 // at a fraction of the range, 0 to 1
	Bar   color.Color
	Line  color.Color
	ASCII bool // no block glyphs
}

// Lines draws the histogram. A column shows the mean of the bins that it covers,
// in eighths of a row; what is not finite or negative is drawn as 0. The curve is
// left out where it is next to 0.
func (h Histogram) Lines(columns, rows int) []string {
	if columns < 1 || rows < 1 {
		return nil
	}
	bars, curve := make([]float64, columns), make([]float64, columns)
	for c := range columns {
		bars[c] = h.mean(float64(c)/float64(columns), float64(c+1)/float64(columns))
		curve[c] = positive(h.Curve((float64(c) + 0.5) / float64(columns)))
	}
	top := max(slices.Max(bars), slices.Max(curve), math.SmallestNonzeroFloat64)
	lines := make([]string, rows)
	for r := range lines {
		below := float64(rows - 1 - r) // rows under this one
		var line strings.Builder
		for c := range columns {
			eighths := int(math.Round(8 * (bars[c]/top*float64(rows) - below)))
			on := curve[c] / top * float64(rows)
			line.WriteString(h.cell(max(0, min(8, eighths)), on > max(below, aboveNothing) && on <= below+1))
		}
		lines[r] = line.String()
	}
	return lines
}

// aboveNothing is the height of the curve, in rows, from which it is drawn.
const aboveNothing = 1.0 / 16

// cell is filled from below by eighths, and the curve goes through it or not.
func (h Histogram) cell(eighths int, curve bool) string {
	if !curve {
		if h.ASCII {
			return paint(h.Bar, strings.Split("    #####", "")[eighths])
		}
		return paint(h.Bar, strings.Split(" ▁▂▃▄▅▆▇█", "")[eighths])
	}
	dot := "•"
	if h.ASCII {
		dot = "o"
	}
	if eighths < 8 || h.Bar == nil || h.Line == nil {
		return paint(h.Line, dot)
	}
	return foreground(h.Line) + background(h.Bar) + dot + reset
}

// mean of the bins in a part of the range.
func (h Histogram) mean(from, to float64) float64 {
	n := float64(len(h.Bins))
	sum := 0.0
	for i, v := range h.Bins {
		covered := min(to*n, float64(i+1)) - max(from*n, float64(i))
		sum += max(covered, 0) * positive(v)
	}
	return sum / ((to - from) * max(n, 1))
}

// positive is 0 for what is not a finite number above that.
func positive(v float64) float64 {
	if v > 0 && finite(v) {
		return v
	}
	return 0
}
