package tui

import (
	"fmt"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/themes"
	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// drawSampler compares hybrid Monte Carlo in latent space with the same in
// physical space.
func drawSampler(s *run.Snapshot, _ view, area size, st *styles) []string {
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
	lines := comparison(s.Samplers, exact, area.width, st)
	if area.height >= len(lines)+len(s.Samplers)+3 {
		lines = append(lines, "")
		lines = append(lines, intervals(s.Samplers, exact, area.width, st)...)
	}
	return lines
}

// property is a row of the comparison.
type property struct {
	name  string
	value func(run.SamplerReport) string
}

func properties(exact float64, st *styles) []property {
	all := []property{
		{"⟨m²⟩", func(r run.SamplerReport) string {
			return number(r.M2, 3, 5) + st.muted.paint(" "+st.plusMinus()+" "+number(r.M2Error, 3, 5))
		}},
	}
	if !math.IsNaN(exact) {
		all = append(all, property{"from exact", func(r run.SamplerReport) string {
			switch {
			case r.Short: // its error bar is too small
				return st.muted.paint("too short yet")
			case !(r.M2Error > 0):
				return "-"
			}
			return fmt.Sprintf("%+.1f σ", (r.M2-exact)/r.M2Error)
		}})
	}
	return append(all,
		property{"acceptance", func(r run.SamplerReport) string { return number(100*r.Acceptance, 1, 5) + " %" }},
		property{"trajectories", func(r run.SamplerReport) string { return count(r.Trajectories) }},
		property{"chains", func(r run.SamplerReport) string { return count(r.Chains) }},
		property{"leapfrogs", func(r run.SamplerReport) string {
			return fmt.Sprintf("%d × %.3f", r.Leapfrogs, r.Step)
		}},
		property{"time each", func(r run.SamplerReport) string { return short(r.SecondsPerTraj) }},
		property{"flow epoch", func(r run.SamplerReport) string {
			if r.Space == "physical" {
				return "-"
			}
			return count(r.Epoch)
		}},
	)
}

// short writes a time that may be milliseconds or seconds.
func short(seconds float64) string {
	if seconds < 1 {
		return number(1000*seconds, 1, 5) + " ms"
	}
	return number(seconds, 2, 5) + " s"
}

func (st *styles) space(name string) (ink, themes.Color) {
	if name == "physical" {
		return st.physical, st.theme.Physical
	}
	return st.latent, st.theme.Latent
}

// comparison is a table: a row a property, a column a sampler.
func comparison(reports []run.SamplerReport, exact float64, width int, st *styles) []string {
	const label = 12
	column := max(min((width-label)/len(reports), 24), 1)
	heading := strings.Repeat(" ", label)
	for _, r := range reports {
		ink, _ := st.space(r.Space)
		heading += right(ink.paint(Clean(r.Space)), column)
	}
	lines := []string{heading}
	for _, p := range properties(exact, st) {
		line := fit(st.muted.paint(p.name), label)
		for _, r := range reports {
			line += right(p.value(r), column)
		}
		lines = append(lines, line)
	}
	return lines
}

// intervals draw <m^2> of each sampler on one axis with the exact value.
func intervals(reports []run.SamplerReport, exact float64, width int, st *styles) []string {
	const label = 10
	var lines []string
	for _, r := range reports {
		name, c := st.space(r.Space)
		lines = append(lines, fit(name.paint(Clean(r.Space)), label)+
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
