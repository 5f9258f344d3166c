package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// arrangement is how the information of fields and of latents is put into a pane:
// as two matrices side by side, or as one square whose upper half is of fields and
// whose lower one is of latents.
type arrangement struct {
	two    bool
	labels bool // levels left of a matrix and under it
	aside  bool // numbers beside
	state  bool // or the state under all
	grid   chart.Grid
	rest   int // columns for what stands aside
}

const (
	asideLeast  = 24
	asideMost   = 36
	labelWidth  = 2 // of the levels, left of a matrix
	matricesGap = 3
	asideGap    = 2
)

// arrangements are in the order of preference.
var arrangements = []arrangement{
	{two: true, labels: true, aside: true},
	{labels: true, aside: true},
	{two: true, aside: true},
	{aside: true},
	{two: true, labels: true, state: true},
	{labels: true, state: true},
	{two: true, state: true},
	{state: true},
	{},
}

// bestArrangement is the one with the finest picture, and of these the first. A
// scale beyond 2 counts for nothing.
func bestArrangement(groups []int, area size, whole bool) (best arrangement, ok bool) {
	score := 0.0
	for _, a := range arrangements {
		if !a.fit(groups, area, whole) {
			continue
		}
		if s := min(float64(a.grid.Scale)/float64(a.grid.Pool), 2); s > score {
			best, score = a, s
		}
	}
	return best, score > 0
}

// fit finds the grid of an arrangement: under the matrices there are their levels,
// then the legend, then the state.
func (a *arrangement) fit(groups []int, area size, whole bool) (ok bool) {
	rows, columns := area.height-1, area.width
	if a.labels {
		rows--
	}
	if a.aside {
		columns -= asideLeast + asideGap
	}
	if a.state {
		rows--
	}
	if a.two {
		columns = (columns - matricesGap) / 2
	}
	if a.labels {
		columns -= labelWidth
	}
	a.grid, ok = chart.FitMatrix(groups, columns, rows, whole)
	a.rest = min(area.width-a.width()-asideGap, asideMost)
	return ok && a.width() >= legendLeast
}

// legendLeast is the width of the line under the matrices, at least.
const legendLeast = 30

// width is that of the matrices with their labels.
func (a arrangement) width() int {
	width := a.grid.Columns()
	if a.labels {
		width += labelWidth
	}
	if a.two {
		width = 2*width + matricesGap
	}
	return width
}

// drawMatrices draws both matrices and their legend, as a block of lines of one
// width.
func drawMatrices(i *run.Information, a arrangement, ownScales bool, st *styles) []string {
	fields, latents := chart.Limit(i.Fields.Values), chart.Limit(i.Latents.Values)
	if !ownScales {
		fields = chart.Limit(slices.Concat(i.Fields.Values, i.Latents.Values))
		latents = fields
	}
	var lines []string
	if a.two {
		left := chart.Matrix{Above: i.Fields.Values, Below: i.Fields.Values, Groups: i.Sizes}
		right := chart.Matrix{Above: i.Latents.Values, Below: i.Latents.Values, Groups: i.Sizes}
		lines = beside(
			a.labelled(left.Lines(a.grid, fields, st.magnitude), i, st), blank(matricesGap, 1),
			a.labelled(right.Lines(a.grid, latents, st.magnitude), i, st))
	} else {
		below := i.Latents.Values
		if fields != latents {
			below = scaled(below, fields/latents)
		}
		one := chart.Matrix{Above: i.Fields.Values, Below: below, Groups: i.Sizes}
		lines = a.labelled(one.Lines(a.grid, fields, st.magnitude), i, st)
	}
	return append(lines, a.legend(fields, latents, st))
}

// scaled brings values to another scale.
func scaled(values []float32, factor float64) []float32 {
	out := make([]float32, len(values))
	for i, v := range values {
		out[i] = float32(float64(v) * factor)
	}
	return out
}

// labelled puts the levels left of a matrix and under it.
func (a arrangement) labelled(lines []string, i *run.Information, st *styles) []string {
	if !a.labels {
		return lines
	}
	under := []rune(strings.Repeat(" ", a.grid.Columns()))
	for group, level := range i.Levels {
		first, columns := a.grid.Group(group)
		text := fmt.Sprint(level)
		if full := fmt.Sprintf("level %d", level); len(full) <= columns {
			text = full
		}
		if len(text) <= columns {
			copy(under[first+(columns-len(text))/2:], []rune(text))
		}
	}
	for j, line := range lines {
		lines[j] = strings.Repeat(" ", labelWidth) + line
	}
	for group, level := range i.Levels {
		first, rows := a.grid.Group(group)
		if j := (first + rows/2) / 2; level < 10 {
			lines[j] = st.muted.paint(fmt.Sprint(level)) + " " + lines[j][labelWidth:]
		}
	}
	return append(lines, strings.Repeat(" ", labelWidth)+st.muted.paint(string(under)))
}

// legend names the matrices, each on its side, and explains the colours.
func (a arrangement) legend(fields, latents float64, st *styles) string {
	first, last := "fields", "latents"
	if !a.two {
		first, last = "◣ latents", "fields ◥"
	}
	width := a.width()
	room := width - ansi.StringWidth(first) - ansi.StringWidth(last) - 2
	if fields == latents {
		unit := "nats"
		if room < 24 {
			unit = ""
		}
		bar := chart.MagnitudeLegend(fields, unit, min(room, 40), st.magnitude)
		return first + " " + center(bar, room) + " " + last
	}
	left, right := fields, latents
	if !a.two {
		left, right = latents, fields
	}
	words := st.muted.paint(fmt.Sprintf("%.3g, %.3g nats", left, right))
	return first + " " + center(words, room) + " " + last
}
