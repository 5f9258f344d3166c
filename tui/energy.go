package tui

import (
	"fmt"
	"math"
	"slices"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// drawEnergy shows how far learning has come: the free energy against its exact
// lower bound, or the gap between them on a logarithmic scale; numbers of the
// last epoch; progress.
func drawEnergy(s *run.Snapshot, v view, area size, st *styles) []string {
	if s == nil || s.History.Epochs == 0 {
		return waiting("the first epoch", area, st)
	}
	foot := cells(energyCells(s, st), area.width, st)
	foot = append(foot, drawProgress(s, area.width, st))
	foot = append(foot, drawWarning(s, area.width, st)...)
	rows := area.height - len(foot) - 1
	if rows < minChart {
		return middle(foot, area)
	}
	plot := linearPlot(s, area.width, st)
	if v.gap {
		plot = gapPlot(s, area.width, st)
	}
	lines := plot.Lines(area.width, rows)
	return append(append(lines, ""), foot...)
}

const minChart = 5

func energyNote(v view) string {
	if v.gap {
		return "gap in nats, logarithmic"
	}
	return "of the dual, nats"
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
		{
			{"speed", number(s.EpochsPerSecond, 2, 8) + st.muted.paint(" epochs/s")},
			{"ESS / batch", number(100*m.ESS, 1, 8) + st.muted.paint(" %")},
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
func linearPlot(s *run.Snapshot, width int, st *styles) chart.Plot {
	energy := curve(s, st, func(e run.Span) run.Range { return e.FreeEnergy })
	exact := -s.Exact.LnZDual
	low, high := window(chart.Resample(energy.Values, max(width, 1)), exact)
	return chart.Plot{
		Series: []chart.Series{
			{Values: []float64{exact, exact}, Color: st.graph(st.theme.Exact), Dashed: true},
			energy,
		},
		Low: low, High: high,
		First: firstEpoch(s), Last: float64(s.Epoch),
		Label:  decimals(high - low),
		Labels: st.color(st.theme.Muted), ASCII: st.ascii, Braille: st.braille,
	}
}

// curve is the mean of a quantity along the whole run, in the band of its
// extremes.
func curve(s *run.Snapshot, st *styles, of func(run.Span) run.Range) chart.Series {
	c := chart.Series{Color: st.graph(st.theme.Curve), Band: st.color(st.theme.Faint)}
	for span := range s.History.Spans() {
		r := of(span)
		if r.Count == 0 {
			r.Mean, r.Min, r.Max = math.NaN(), math.NaN(), math.NaN()
		}
		c.Values, c.Low, c.High = append(c.Values, r.Mean), append(c.Low, r.Min), append(c.High, r.Max)
	}
	return c
}

// firstEpoch is where curves begin.
func firstEpoch(s *run.Snapshot) float64 {
	for span := range s.History.Spans() {
		return float64(span.First)
	}
	return 0
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
func gapPlot(s *run.Snapshot, width int, st *styles) chart.Plot {
	gap := curve(s, st, func(e run.Span) run.Range { return e.Gap })
	gap.Values = chart.Resample(gap.Values, max(width, 1))
	low, high := math.Inf(1), math.Inf(-1)
	for i, v := range gap.Values {
		gap.Values[i] = math.NaN()
		if v > 0 {
			gap.Values[i] = math.Log10(v)
			low, high = min(low, gap.Values[i]), max(high, gap.Values[i])
		}
	}
	for i := range gap.Low {
		gap.Low[i], gap.High[i] = logarithm(gap.Low[i]), logarithm(gap.High[i])
	}
	if low > high {
		low, high = 0, 1
	}
	if high-low < 0.5 {
		low, high = (low+high)/2-0.25, (low+high)/2+0.25
	}
	return chart.Plot{
		Series: []chart.Series{gap},
		Low:    low, High: high,
		First: firstEpoch(s), Last: float64(s.Epoch),
		Label:  func(v float64) string { return fmt.Sprintf("%.3g", math.Pow(10, v)) },
		Labels: st.color(st.theme.Muted), ASCII: st.ascii, Braille: st.braille,
	}
}

// logarithm is that of a positive number, and for all others that of the least:
// below every chart, but finite.
func logarithm(v float64) float64 { return math.Log10(max(v, math.SmallestNonzeroFloat64)) }
