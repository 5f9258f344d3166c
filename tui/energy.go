package tui

import (
	"fmt"
	"math"
	"slices"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// drawEnergy shows how far learning has come: the free energy against its exact
// lower bound, or the gap between them on a logarithmic scale, along with other
// runs; numbers of the last epoch; how else the epochs went; progress.
func drawEnergy(s *run.Snapshot, v view, area size, st *styles) []string {
	if s == nil || s.History.Epochs == 0 {
		return waiting("the first epoch", area, st)
	}
	foot := cells(energyCells(s, st), area.width, st)
	end := append([]string{drawProgress(s, area.width, st)}, drawWarning(s, area.width, st)...)
	legend := companionsLegend(s, v, area.width, max(area.height/8, 1), st)
	spare := area.height - len(legend) - len(foot) - len(end) - 1
	if spare < minChart {
		return middle(append(foot, end...), area)
	}
	if sparks := drawSparks(s, v, area.width, st); spare-len(sparks) >= goodChart {
		foot = append(foot, sparks...)
		spare -= len(sparks)
	}
	plot := linearPlot(s, v, area.width, st)
	if v.gap {
		plot = gapPlot(s, v, area.width, st)
	}
	lines := append(plot.Lines(area.width, spare), legend...)
	return append(append(append(lines, ""), foot...), end...)
}

// The rows that a chart needs to be of use, and that it has before there is room
// for anything that one can do without.
const minChart, goodChart = 5, 7

func energyNote(s *run.Snapshot, v view) string {
	note := "of the dual, nats"
	if v.gap {
		note = "gap in nats, logarithmic"
	}
	if s != nil && v.stretch.length > 0 {
		first, last := v.ends(s)
		note = fmt.Sprintf("epochs %s to %s, nats", count(first), count(last))
	}
	return note
}

func energyCells(s *run.Snapshot, st *styles) [][]cell {
	m := s.History.Last()
	value := func(v float64) string { return number(v, 2, 8) }
	uncertainty := st.muted.paint(" " + st.plusMinus() + " " + number(m.FreeEnergyError, 2, 4))
	return [][]cell{
		{
			{"free energy", st.curve.paint(value(m.FreeEnergy)) + uncertainty},
			{"exact -lnZ", st.exact.paint(value(-s.Exact.LnZDual))},
		},
		{
			{"gap", value(m.Gap) + uncertainty},
			{"gap / lnZ", number(100*m.Gap/math.Abs(s.Exact.LnZDual), 2, 8) + st.muted.paint(" %")},
		},
	}
}

// drawProgress is one line: a bar, the share done, the time left.
func drawProgress(s *run.Snapshot, width int, st *styles) string {
	total := s.Config.Epochs
	share := 0.0
	if total > 0 {
		share = float64(s.Epoch) / float64(total)
	}
	text := fmt.Sprintf(" %5.1f %%", 100*share)
	switch {
	case s.Phase.Over():
		text += "  " + string(s.Phase)
	case s.Phase == run.Paused:
		text += "  paused"
	case s.Remaining >= 0:
		text += fmt.Sprintf("  %12s left", duration(s.Remaining))
	}
	return chart.Progress(share, width-len(text), st.bar()) + text
}

// drawWarning says where the flow is wrong, if exact samples have shown that, and
// of which epoch, if that is not the present one.
func drawWarning(s *run.Snapshot, width int, st *styles) []string {
	j := s.Judgement
	if j == nil || j.Warning == "" {
		return nil
	}
	words := Clean(j.Warning)
	if j.Epoch < s.Epoch {
		words = fmt.Sprintf("epoch %s: %s", count(j.Epoch), words)
	}
	lines := wrap(words, width)
	for i, line := range lines {
		lines[i] = st.warn.paint(line)
	}
	return lines
}

// linearPlot is the free energy and the exact value. What the first epochs
// have, hundreds of nats above the rest, is cut off.
func linearPlot(s *run.Snapshot, v view, width int, st *styles) chart.Plot {
	first, last := v.ends(s)
	energy := curveOf(s.History, first, last, freeEnergyOf)
	exact := -s.Exact.LnZDual
	others := alongside(s, v, freeEnergyOf, st)
	seen := chart.Resample(energy.mean, max(width, 1))
	for _, other := range others {
		seen = append(seen, chart.Resample(other.Values, max(width, 1))...)
	}
	low, high := window(seen, exact)
	line := chart.Series{Values: []float64{exact, exact}, Color: st.graph(st.theme.Exact), Dashed: true}
	return chart.Plot{
		Series: append(append([]chart.Series{line}, others...), own(energy, width, st)),
		Low:    low, High: high,
		First: float64(first), Last: float64(last),
		Label:  decimals(high - low),
		Labels: st.color(st.theme.Muted), ASCII: st.ascii, Braille: st.braille,
	}
}

// own is the run's own curve: in the band of its error, and beyond that in the band
// of the extremes of its epochs.
func own(c curve, width int, st *styles) chart.Series {
	line := c.series()
	line.Color = st.graph(st.theme.Curve)
	low, high := c.within(width)
	for i := range line.Bands {
		line.Bands[i].Color = st.color(st.theme.Faint)
	}
	line.Bands = append([]chart.Band{{Low: low, High: high, Color: st.color(st.theme.Curve), Dense: true}}, line.Bands...)
	return line
}

// window is the range of values worth seeing: all but the steep beginning,
// which is what lies above nine tenths of the curve, and the exact value.
func window(values []float64, exact float64) (low, high float64) {
	sorted := slices.DeleteFunc(slices.Clone(values), func(v float64) bool {
		return math.IsNaN(v) || math.IsInf(v, 0)
	})
	if len(sorted) == 0 {
		return exact - 1, exact + 1
	}
	slices.Sort(sorted)
	low = min(exact, sorted[0])
	high = max(exact, sorted[(len(sorted)-1)*9/10])
	margin := 0.05 * max(high-low, 1e-3*math.Abs(exact), 1e-6)
	return low - margin, high + margin
}

// decimals writes the labels of an ordinate of some range.
func decimals(interval float64) func(float64) string {
	n := int(max(0, min(6, 1-math.Floor(math.Log10(interval)))))
	return func(v float64) string { return fmt.Sprintf("%.*f", n, v) }
}

// gapPlot is the logarithm of the gap. A mean that noise has made negative has
// none and is left out; a band that reaches there reaches the lower edge.
func gapPlot(s *run.Snapshot, v view, width int, st *styles) chart.Plot {
	first, last := v.ends(s)
	lines := append(alongside(s, v, gapOf, st), own(curveOf(s.History, first, last, gapOf), width, st))
	low, high := math.Inf(1), math.Inf(-1)
	for i := range lines {
		line := &lines[i]
		line.Values = chart.Resample(line.Values, max(width, 1))
		for j, v := range line.Values {
			line.Values[j] = math.NaN()
			if v > 0 {
				line.Values[j] = math.Log10(v)
				low, high = min(low, line.Values[j]), max(high, line.Values[j])
			}
		}
		for _, b := range line.Bands {
			for j := range b.Low {
				b.Low[j], b.High[j] = logarithm(b.Low[j]), logarithm(b.High[j])
			}
		}
	}
	if low > high {
		low, high = 0, 1
	}
	if high-low < 0.5 {
		low, high = (low+high)/2-0.25, (low+high)/2+0.25
	}
	return chart.Plot{
		Series: lines,
		Low:    low, High: high,
		First: float64(first), Last: float64(last),
		Label:  func(v float64) string { return fmt.Sprintf("%.3g", math.Pow(10, v)) },
		Labels: st.color(st.theme.Muted), ASCII: st.ascii, Braille: st.braille,
	}
}

// logarithm is that of a positive number, and for all others that of the least:
// below every chart, but finite.
func logarithm(v float64) float64 { return math.Log10(max(v, math.SmallestNonzeroFloat64)) }
