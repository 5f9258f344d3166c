package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/themes"
	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// The rows of the sampler pane.
const (
	keyRows    = 7 // of the comparison, that the course must leave
	courseRows = 6 // of the course of <m^2>, with its axis
)

// drawSampler compares hybrid Monte Carlo in latent space with the same in
// physical space: a table, and under it the course of <m^2>, or intervals where
// there is no room for that.
func drawSampler(s *run.Snapshot, v view, area size, st *styles) []string {
	switch {
	case s == nil, len(s.Samplers) == 0 && s.Sampler != run.SamplerOff:
		return waiting("the samplers", area, st)
	case len(s.Samplers) == 0:
		return remark("the samplers are off", area, st)
	}
	exact := math.NaN()
	if s.Exact.MagnetizationSquared != nil {
		exact = *s.Exact.MagnetizationSquared
	}
	rows := properties(exact, st)
	spare := area.height - (1 + keyRows + 1 + courseRows)
	if spare < 0 {
		rows = rows[:max(min(len(rows), area.height-1), 1)]
		lines := comparison(s.Samplers, rows, v.sampler, area.width, st)
		if area.height >= len(lines)+len(s.Samplers)+2 {
			lines = append(append(lines, ""), intervals(s.Samplers, exact, area.width, st)...)
		}
		return lines
	}
	rows = rows[:min(len(rows), keyRows+spare/2)]
	lines := comparison(s.Samplers, rows, v.sampler, area.width, st)
	lines = append(lines, caption(s.Samplers, st))
	return append(lines, course(s.Samplers, exact, v.sampler, st).Lines(area.width, area.height-len(lines))...)
}

// property is a row of the comparison.
type property struct {
	name  string
	value func(run.SamplerReport) string
}

// properties are the rows, those that matter most first.
func properties(exact float64, st *styles) []property {
	uncertain := func(v, err float64, decimals int) string {
		if !(err > 0) {
			return "-"
		}
		return number(v, decimals, 5) + st.muted.paint(" "+st.plusMinus()+" "+number(err, decimals, 5))
	}
	return []property{
		{"⟨m²⟩", func(r run.SamplerReport) string { return uncertain(r.M2, r.M2Error, 3) }},
		{"from exact", func(r run.SamplerReport) string { return deviation(r, exact, st) }},
		{"acceptance", func(r run.SamplerReport) string { return number(100*r.Acceptance, 1, 5) + " %" }},
		{"leapfrogs", func(r run.SamplerReport) string {
			if r.Tuning > 0 {
				return st.accent.paint(fmt.Sprintf("tuning %2.0f %%", 100*r.Tuning))
			}
			return fmt.Sprintf("%d × %.3f", r.Leapfrogs, r.Step)
		}},
		{"tau", func(r run.SamplerReport) string { return uncertain(r.Tau, r.TauError, 1) }},
		{"ESS / s", func(r run.SamplerReport) string { return known(r.ESSPerSecond, 0) }},
		{"R-hat", func(r run.SamplerReport) string {
			if r.RHat > conspicuous {
				return st.warn.paint(known(r.RHat, 3))
			}
			return known(r.RHat, 3)
		}},
		{"trajectories", func(r run.SamplerReport) string { return count(r.Trajectories) }},
		{"chains", func(r run.SamplerReport) string { return count(r.Chains) }},
		{"time each", func(r run.SamplerReport) string { return short(r.Seconds) }},
		{"flow epoch", func(r run.SamplerReport) string {
			if r.Space == run.SamplerPhysical {
				return "-"
			}
			return count(r.Epoch)
		}},
	}
}

// conspicuous is the R-hat from which it is in the colour of warnings, whatever the
// length of the chains.
const conspicuous = 1.1

// deviation of <m^2> from the exact value in errors, or that it means nothing.
func deviation(r run.SamplerReport, exact float64, st *styles) string {
	switch {
	case r.Short: // its error bar is too small
		return st.muted.paint("too short yet")
	case r.Doubt != "":
		return st.warn.paint("unreliable")
	case math.IsNaN(exact) || !(r.M2Error > 0):
		return "-"
	}
	return fmt.Sprintf("%+.1f σ", (r.M2-exact)/r.M2Error)
}

// known writes a positive number; 0 is one that is not known.
func known(v float64, decimals int) string {
	if !(v > 0) {
		return "-"
	}
	return number(v, decimals, 5)
}

// short writes a time that may be milliseconds or seconds.
func short(seconds float64) string {
	if seconds < 1 {
		return number(1000*seconds, 1, 5) + " ms"
	}
	return number(seconds, 2, 5) + " s"
}

func (st *styles) space(name run.Sampler) (ink, themes.Color) {
	if name == run.SamplerPhysical {
		return st.physical, st.theme.Physical
	}
	return st.latent, st.theme.Latent
}

// leastColumn is the width that a sampler's value has always room in, "0.123 ± 0.012"
// for example.
const leastColumn = 14

// comparison is a table: a row a property, a column a sampler. A mark is at the
// sampler that the keys change, which is the only one where there is no room for
// more.
func comparison(reports []run.SamplerReport, rows []property, chosen run.Sampler, width int, st *styles) []string {
	const label = 12
	if width < label+leastColumn*len(reports) {
		reports = only(chosen, reports)
	}
	column := max(min((width-label)/len(reports), 24), 1)
	heading := strings.Repeat(" ", label)
	for _, r := range reports {
		ink, _ := st.space(r.Space)
		name := ink.paint(Clean(string(r.Space)))
		if r.Space == chosen {
			name = st.accent.paint("▸ ") + name
		}
		heading += right(name, column)
	}
	lines := []string{heading}
	for _, p := range rows {
		line := fit(st.muted.paint(p.name), label)
		for _, r := range reports {
			line += right(p.value(r), column)
		}
		lines = append(lines, line)
	}
	return lines
}

// only is the report of a sampler, or the first if there is none of it.
func only(space run.Sampler, reports []run.SamplerReport) []run.SamplerReport {
	i := max(slices.IndexFunc(reports, func(r run.SamplerReport) bool { return r.Space == space }), 0)
	return reports[i : i+1]
}

// caption is the line over the course: why a sampler is not to be relied on, or
// else what the course is.
func caption(reports []run.SamplerReport, st *styles) string {
	for _, r := range reports {
		if r.Doubt != "" && !r.Short {
			return st.warn.paint(Clean(string(r.Space) + ": " + r.Doubt))
		}
	}
	return st.muted.paint("⟨m²⟩ over the trajectories, in %")
}

// course is <m^2> along the chains of each sampler, from their start to now, and
// the exact value. They have done very different numbers of trajectories, so the
// abscissa is the part of them. The chosen sampler is drawn on top.
func course(reports []run.SamplerReport, exact float64, chosen run.Sampler, st *styles) chart.Plot {
	p := chart.Plot{Last: 100, Labels: st.color(st.theme.Muted), ASCII: st.ascii, Braille: st.braille}
	low, high := math.Inf(1), math.Inf(-1)
	add := func(color themes.Color, values ...float64) {
		for _, v := range values {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				low, high = min(low, v), max(high, v)
			}
		}
		p.Series = append(p.Series, chart.Series{Values: values, Color: st.graph(color)})
	}
	add(st.theme.Exact, exact, exact)
	p.Series[0].Dashed = true
	order := slices.Clone(reports)
	if order[0].Space == chosen {
		slices.Reverse(order)
	}
	for _, r := range order {
		_, color := st.space(r.Space)
		values := make([]float64, len(r.Trace))
		for i, v := range r.Trace {
			values[i] = float64(v)
		}
		add(color, values...)
	}
	if low > high {
		low, high = 0, 1
	}
	margin := max(0.05*(high-low), 0.01)
	p.Low, p.High = max(low-margin, 0), high+margin
	p.Label = func(v float64) string { return fmt.Sprintf("%5.2f", v) }
	return p
}

// intervals draw <m^2> of each sampler on one axis with the exact value.
func intervals(reports []run.SamplerReport, exact float64, width int, st *styles) []string {
	const label = 10
	var lines []string
	for _, r := range reports {
		name, c := st.space(r.Space)
		lines = append(lines, fit(name.paint(Clean(string(r.Space))), label)+
			chart.Interval(r.M2, r.M2Error, exact, width-label, st.interval(c)))
	}
	text := "exact ⟨m²⟩ not known"
	if !math.IsNaN(exact) {
		text = fmt.Sprintf("exact ⟨m²⟩ %.5f", exact)
	}
	scale := strings.Repeat(" ", label) + st.muted.paint(spread("0", "1", width-label))
	if n := width - label - 4 - ansi.StringWidth(text); n > 0 {
		scale = strings.Repeat(" ", label) + st.muted.paint("0") +
			center(st.exact.paint(text), width-label-2) + st.muted.paint("1")
	}
	return append(lines, scale)
}
