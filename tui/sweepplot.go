package tui

import (
	"math"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/themes"
	"neuralrg/training/sweep"
	"neuralrg/tui/chart"
)

// What a plot of a sweep needs to be of use, with its title, and the width from
// which two stand beside each other in any case.
const (
	plotWidth  = 28
	plotHeight = 8
	wideWidth  = 70
)

// drawPlots draws the quantities of a sweep, two beside each other where there is
// room, or the one that has all of it, and names the curves.
func (p *sweepPage) drawPlots(area size) []string {
	st := p.styles
	all := p.now.Plots
	if !p.known || len(all) == 0 {
		return remark("there is no axis of numbers to draw against", area, st)
	}
	legend := p.curveNames(area.width, max(area.height/8, 1))
	room := size{area.width, area.height - len(legend)}
	if p.plot > 0 && p.plot <= len(all) {
		return append(drawPlot(all[p.plot-1], room, st), legend...)
	}
	columns := 2
	if room.width < 2*plotWidth || (room.width < wideWidth && room.height >= len(all)*plotHeight) {
		columns = 1
	}
	rows := (len(all) + columns - 1) / columns
	rows = max(min(rows, room.height/plotHeight), 1)
	var lines []string
	for r := range rows {
		height := room.height/rows + max(0, min(1, room.height%rows-r))
		var side [][]string
		for c := range columns {
			width := room.width / columns
			if c == columns-1 {
				width = room.width - width*(columns-1)
			}
			block := blank(width, height)
			if i := r*columns + c; i < len(all) {
				block = drawPlot(all[i], size{width, height}, st)
			}
			side = append(side, block)
		}
		lines = append(lines, beside(side...)...)
	}
	return append(lines, legend...)
}

// curveColor is the colour of a curve and its letter.
func (st *styles) curveColor(i int) themes.Color {
	colors := []themes.Color{st.theme.Curve, st.theme.Physical, st.theme.Good, st.theme.Latent, st.theme.Bad, st.theme.Warn}
	return colors[i%len(colors)]
}

// curveNames says which letter is which curve, on as few lines as hold them, but
// at most so many.
func (p *sweepPage) curveNames(width, most int) (lines []string) {
	st, line := p.styles, ""
	parts := []string{}
	for i, c := range p.now.Plots[0].Curves {
		parts = append(parts, st.ink(st.curveColor(i)).paint(letter(i%26))+" "+st.muted.paint(ansi.Truncate(Clean(c.Name), max(width-2, 1), "…")))
	}
	dash := "╌"
	if st.ascii {
		dash = "="
	}
	parts = append(parts, st.exact.paint(dash+" exact"))
	for _, part := range parts {
		switch {
		case line == "":
			line = part
		case widthOf(line)+3+widthOf(part) <= width:
			line += "   " + part
		default:
			lines, line = append(lines, line), part
		}
	}
	lines = append(lines, line)
	lines = lines[:min(len(lines), most)]
	for i := range lines {
		lines[i] = fit(lines[i], width)
	}
	return lines
}

// drawPlot draws a quantity under its title, in exactly the area.
func drawPlot(q StudyPlot, area size, st *styles) []string {
	plot, known := q.plot(area.width, st)
	name := q.Title
	if plot.Label == nil || !known {
		name += ": no point has it yet"
	}
	lines := []string{spread(" "+st.strong.paint(ansi.Truncate(Clean(name), max(area.width-2, 0), "…")), st.muted.paint("against "+Clean(q.X)+" "), area.width)}
	return cut(append(lines, plot.Lines(area.width, area.height-1)...), area.height)
}

// plot places the curves on common axes. On a logarithmic ordinate stand the
// decimal logarithms.
func (q StudyPlot) plot(width int, st *styles) (plot chart.Plot, known bool) {
	log := q.Log && positive(q.Curves)
	value := func(v float64) float64 { return v }
	if log {
		value = math.Log10
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range append(append([]sweep.Curve{}, q.Curves...), q.Exact...) {
		for _, v := range c.Y {
			low, high, known = min(low, value(v.Value)), max(high, value(v.Value)), true
		}
	}
	if !known {
		return chart.Plot{}, false
	}
	margin := max((high-low)*0.05, 1e-9*math.Abs(high), 1e-12)
	plot = chart.Plot{
		Low: low - margin, High: high + margin, First: q.First, Last: max(q.Last, q.First+1e-9), Fine: true, ASCII: st.ascii, Braille: st.braille,
		Labels: st.color(st.theme.Muted),
		Label: func(v float64) string {
			if log {
				v = math.Pow(10, v)
			}
			return number(v, digitsFor(v, high-low), 7)
		},
	}
	for _, c := range q.Exact {
		s := evenly(c, width, value)
		s.Color, s.Dashed = st.graph(st.theme.Exact), true
		plot.Series = append(plot.Series, s)
	}
	for i, c := range q.Curves {
		s := evenly(c, width, value)
		s.Color, s.Mark = st.graph(st.curveColor(i)), letter(i%26)
		plot.Series = append(plot.Series, s)
	}
	return plot, true
}

func positive(all []sweep.Curve) bool {
	for _, c := range all {
		for _, v := range c.Y {
			if !(v.Value > 0) {
				return false
			}
		}
	}
	return true
}

// digitsFor is how many decimals labels need to differ over a span.
func digitsFor(v, span float64) int {
	switch {
	case math.Abs(v) >= 100:
		return 0
	case span >= 3:
		return 1
	case span >= 0.3:
		return 2
	}
	return 3
}

// evenly is a curve with points at equal distances, as charts have them.
func evenly(c sweep.Curve, n int, value func(float64) float64) chart.Series {
	if len(c.X) == 0 {
		return chart.Series{Values: []float64{math.NaN()}}
	}
	s := chart.Series{First: c.X[0], Last: c.X[len(c.X)-1]}
	if len(c.X) == 1 { // a dot, and a hair more: a chart has no points
		s.Values = []float64{value(c.Y[0].Value), value(c.Y[0].Value)}
		s.Last += 1e-9
		return s
	}
	n = max(n, 2)
	at := 0
	for k := range n {
		x := s.First + (s.Last-s.First)*float64(k)/float64(n-1)
		for at < len(c.X)-2 && c.X[at+1] < x {
			at++
		}
		share := max(0, min(1, (x-c.X[at])/(c.X[at+1]-c.X[at])))
		s.Values = append(s.Values, value(c.Y[at].Value)*(1-share)+value(c.Y[at+1].Value)*share)
	}
	return s
}
