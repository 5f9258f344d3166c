package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/guptarohit/asciigraph"
)

// Series is one line of a plot, and the bands that it runs in, if there are any.
// Values lie at equal distances from the first to the last abscissa; what is not
// finite is a gap.
type Series struct {
	Values      []float64
	Color       asciigraph.AnsiColor
	First, Last float64 // abscissas, if they are not those of the plot, and within them
	Dashed      bool    // told from the others without a colour
	Mark        string  // a letter on the line here and there, likewise; may be empty
	Bands       []Band  // the first is drawn on top
}

// Plot is a chart of lines over a common abscissa, drawn by asciigraph.
type Plot struct {
	Series      []Series // the last is drawn on top
	Low, High   float64  // of the ordinate; what lies above or below is cut
	First, Last float64  // of the abscissa
	Fine        bool     // the abscissa has more than whole numbers
	Label       func(float64) string
	Labels      color.Color
	ASCII       bool
	Braille     bool // dots finer than cells, instead of lines by asciigraph
}

// labelEvery is the distance of labels on the ordinate, in rows.
const labelEvery = 3

// Lines draws the plot with its axes in exactly width columns and height rows.
// Where that is too little it draws nothing: empty lines.
func (p Plot) Lines(width, height int) []string {
	lines := make([]string, max(height, 0))
	if rows := height - 2; rows >= 2 && p.drawable() {
		if columns := width - p.labelWidth(rows-1) - 2; columns >= 4 {
			copy(lines, p.body(columns, rows))
			copy(lines[rows:], p.abscissa(width, columns))
		}
	}
	for i, line := range lines {
		lines[i] = pad(line, width)
	}
	return lines
}

// drawable says that there are lines and that both axes have a beginning and an
// end.
func (p Plot) drawable() bool {
	return len(p.Series) > 0 && p.High > p.Low && p.Last >= p.First &&
		finite(p.High-p.Low) && finite(p.Last-p.First)
}

// body is the graph and its ordinate.
func (p Plot) body(columns, rows int) []string {
	labels := map[int]string{}
	for row := 0; row < rows; row += labelEvery {
		labels[row] = p.Label(p.Low + (p.High-p.Low)*float64(row)/float64(rows-1))
	}
	draw := p.lines
	if p.Braille && !p.ASCII {
		draw = p.dots
	}
	lines := draw(columns, rows)
	for _, s := range p.Series {
		for _, b := range s.Bands {
			p.shade(lines, b, columns)
		}
	}
	for i, s := range p.Series {
		p.mark(lines, s, columns, i)
	}
	return p.labelled(lines, labels)
}

// lines are the axis and the graph by asciigraph. The ordinate is scaled to 0 .. 1
// first, for asciigraph rounds both ends separately and else gains or loses a
// row; a column is what lies between two points.
func (p Plot) lines(columns, rows int) []string {
	var data [][]float64
	var colors []asciigraph.AnsiColor
	var glyphs []asciigraph.CharSet
	for _, s := range p.Series {
		data = append(data, p.scaled(p.placed(s, columns+1)))
		colors = append(colors, s.Color)
		glyph := asciigraph.DefaultCharSet
		if s.Dashed {
			glyph.Horizontal = "╌"
		}
		glyphs = append(glyphs, glyph)
	}
	graph := asciigraph.PlotMany(data,
		asciigraph.Height(rows-1), asciigraph.LowerBound(0), asciigraph.UpperBound(1),
		asciigraph.Offset(1), asciigraph.SeriesColors(colors...), asciigraph.SeriesChars(glyphs...),
		asciigraph.YAxisValueFormatter(func(float64) string { return "" }))
	return strings.Split(graph, "\n")
}

// placed brings a series to n points along the whole abscissa. It is not a number
// where the series is not.
func (p Plot) placed(s Series, n int) []float64 {
	if !(s.Last > s.First) || !(p.Last > p.First) {
		return Resample(s.Values, n)
	}
	at := func(x float64) int {
		share := (x - p.First) / (p.Last - p.First)
		return int(math.Round(max(0, min(1, share)) * float64(n-1)))
	}
	from, to := at(s.First), at(s.Last)
	points := slices.Repeat([]float64{math.NaN()}, n)
	copy(points[from:], Resample(s.Values, to-from+1))
	return points
}

// markEvery is the distance of the marks of a line, in columns.
const markEvery = 16

// mark puts the letter of a series on its line, each series at columns of its own.
func (p Plot) mark(graph []string, s Series, columns, number int) {
	if s.Mark == "" {
		return
	}
	letter := s.Mark
	if s.Color != asciigraph.Default {
		letter = s.Color.String() + letter + asciigraph.Default.String()
	}
	points := p.scaled(p.placed(s, columns))
	for c := 2 + 5*number%markEvery; c < columns; c += markEvery {
		if v := points[c]; !math.IsNaN(v) {
			row := len(graph) - 1 - int(math.Round(v*float64(len(graph)-1)))
			line := pad(graph[row], columns+1)
			graph[row] = ansi.Truncate(line, c+1, "") + letter + ansi.TruncateLeft(line, c+2, "")
		}
	}
}

// labelled puts the labels of the ordinate before the rows of a graph, which
// come from the top.
func (p Plot) labelled(graph []string, labels map[int]string) []string {
	width := p.labelWidth(len(graph) - 1)
	for i, line := range graph {
		line = strings.Replace(line, "┼", "┤", 1)
		if p.ASCII {
			line = plain.Replace(line)
		}
		label := fmt.Sprintf("%*s ", width, labels[len(graph)-1-i])
		graph[i] = paint(p.Labels, label) + line
	}
	return graph
}

// plain replaces the box-drawing glyphs of asciigraph.
var plain = strings.NewReplacer("┤", "|", "─", "-", "│", "|", "╭", ".", "╮", ".",
	"╌", "=", "╰", "'", "╯", "'", "╴", "-", "╶", "-", "└", "+", "┬", "+")

// labelWidth is the width of the widest label on an ordinate of n+1 rows.
func (p Plot) labelWidth(n int) int {
	width := 0
	for row := 0; row <= n; row += labelEvery {
		label := p.Label(p.Low + (p.High-p.Low)*float64(row)/float64(max(n, 1)))
		width = max(width, ansi.StringWidth(label))
	}
	return width
}

// scaled maps Low .. High to 0 .. 1. What lies outside before the curve comes in
// is left out, but for one point at the edge, where it comes in; later
// excursions run along the edge.
func (p Plot) scaled(values []float64) []float64 {
	first := 0
	for first < len(values) && !(values[first] >= p.Low && values[first] <= p.High) {
		first++
	}
	scaled := make([]float64, len(values))
	for i, v := range values {
		scaled[i] = math.NaN()
		if i >= first-1 && !math.IsNaN(v) {
			scaled[i] = max(0, min(1, (v-p.Low)/(p.High-p.Low)))
		}
	}
	return scaled
}

// abscissa is the axis under a graph of so many columns, and its labels.
func (p Plot) abscissa(width, columns int) []string {
	left := width - columns - 1
	axis := []rune(strings.Repeat(" ", left) + "└" + strings.Repeat("─", columns))
	text := []rune(strings.Repeat(" ", width))
	free := 0
	least := 1.0
	if p.Fine {
		least = 0
	}
	for _, tick := range ticks(p.First, p.Last, max(columns/8, 1), least) {
		at := left + 1
		if p.Last > p.First {
			at += int(math.Round(max(0, min(1, (tick-p.First)/(p.Last-p.First))) * float64(columns-1)))
		}
		axis[at] = '┬'
		label := []rune(fmt.Sprintf("%.10g", tick))
		start := min(at-len(label)/2, width-len(label))
		if start >= free {
			copy(text[start:], label)
			free = start + len(label) + 1
		}
	}
	line := string(axis)
	if p.ASCII {
		line = plain.Replace(line)
	}
	return []string{paint(p.Labels, line), paint(p.Labels, string(text))}
}

// ticks are at most n+1 round numbers from first to last, so far apart at least.
func ticks(first, last float64, n int, least float64) []float64 {
	if !(last > first) || n < 1 || math.IsInf(last-first, 0) {
		return []float64{first}
	}
	rough := (last - first) / float64(n)
	decade := math.Pow(10, math.Floor(math.Log10(rough)))
	step := 10 * decade
	for _, s := range []float64{1, 2, 5} {
		if s*decade >= rough {
			step = s * decade
			break
		}
	}
	step = max(step, least)
	const slack = 1e-9 // of a step: ends may be rounded
	var all []float64
	for k := math.Ceil(first/step - slack); k*step <= last+slack*step; k++ {
		if k == 0 { // and not -0
			k = 0
		}
		all = append(all, k*step)
	}
	return all
}

// Resample brings a series to n points: means of bins where it is longer,
// straight lines where it is shorter. Values that are not finite are left out
// of means; a bin of nothing else is NaN.
func Resample(values []float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	switch m := len(values); {
	case m == 0 || n == 0:
	case m >= n:
		for i := range out {
			out[i] = mean(values[i*m/n : (i+1)*m/n])
		}
	default:
		for i := range out {
			out[i] = between(values, float64(i)*float64(m-1)/float64(max(n-1, 1)))
		}
	}
	return out
}

func mean(values []float64) float64 {
	sum, count := 0.0, 0
	for _, v := range values {
		if finite(v) {
			sum += v
			count++
		}
	}
	if count == 0 {
		return math.NaN()
	}
	return sum / float64(count)
}

// between interpolates values at a position that need not be whole.
func between(values []float64, position float64) float64 {
	i := min(int(position), len(values)-1)
	j := min(i+1, len(values)-1)
	f := position - float64(i)
	if f == 0 {
		j = i
	}
	if v := values[i] + f*(values[j]-values[i]); finite(v) {
		return v
	}
	return math.NaN()
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// pad brings a line to a width: spaces at the end, or a cut.
func pad(line string, width int) string {
	w := ansi.StringWidth(line)
	if w > width {
		return ansi.Truncate(line, max(width, 0), "")
	}
	return line + strings.Repeat(" ", width-w)
}
