package chart

import (
	"image/color"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Band is a range about a line, such as the extremes of what the line is the mean
// of, at equal distances from the first to the last abscissa.
type Band struct {
	Low, High []float64
	Color     color.Color
	Dense     bool // drawn thicker, and between values too if these are few
}

// shade fills a band where nothing is drawn yet. Each column has the extremes of
// all values that fall into it, so that not even the spike of a single one
// vanishes. The lines of the graph come from the top, each an axis and so many
// columns.
func (p Plot) shade(graph []string, b Band, columns int) {
	n := min(len(b.Low), len(b.High))
	if n == 0 || n < columns && !b.Dense {
		return // every value is a point of the line
	}
	if n < columns {
		b.Low, b.High, n = Resample(b.Low, columns), Resample(b.High, columns), columns
	}
	top, bottom := make([]int, columns), make([]int, columns)
	for c := range columns {
		from, to := c*n/columns, (c+1)*n/columns
		top[c], bottom[c] = p.rows(extremes(b.Low[from:to], b.High[from:to]), len(graph), b.Dense)
	}
	glyph := paint(b.Color, b.glyph(p.ASCII))
	for row, line := range graph {
		graph[row] = fillBlanks(line, glyph, columns, func(c int) bool { return row >= top[c] && row <= bottom[c] })
	}
}

func (b Band) glyph(ascii bool) string {
	switch {
	case b.Dense && ascii:
		return "%"
	case b.Dense:
		return "░"
	case ascii:
		return ":"
	}
	return "·"
}

// interval is a range of values; low > high is that of none.
type interval struct{ low, high float64 }

// extremes is the range from the least finite low to the greatest finite high.
func extremes(low, high []float64) interval {
	r := interval{math.Inf(1), math.Inf(-1)}
	for i := range low {
		if finite(low[i]) && finite(high[i]) {
			r.low, r.high = min(r.low, low[i]), max(r.high, high[i])
		}
	}
	return r
}

// rows are the rows from the top that a range covers, of n for the whole
// ordinate: top > bottom if it covers none. A row is covered if the range comes near
// its middle, or, where it is to be fully covered, has it.
func (p Plot) rows(r interval, n int, fully bool) (top, bottom int) {
	if r.low > r.high || r.low > p.High || r.high < p.Low {
		return 1, 0
	}
	height := func(v float64) float64 {
		return (max(p.Low, min(p.High, v)) - p.Low) / (p.High - p.Low) * float64(n-1)
	}
	if fully {
		return n - 1 - int(math.Floor(height(r.high))), n - 1 - int(math.Ceil(height(r.low)))
	}
	return n - 1 - int(math.Round(height(r.high))), n - 1 - int(math.Round(height(r.low)))
}

// fillBlanks puts a glyph into each blank cell behind the axis that is wanted.
func fillBlanks(line, glyph string, columns int, wanted func(column int) bool) string {
	line = pad(line, columns+1)
	var filled strings.Builder
	for c, state := -1, byte(0); line != ""; {
		sequence, width, n, next := ansi.DecodeSequence(line, state, nil)
		if sequence == " " && c >= 0 && c < columns && wanted(c) {
			sequence = glyph
		}
		filled.WriteString(sequence)
		line, state, c = line[n:], next, c+width
	}
	return filled.String()
}
