package tui

import (
	"fmt"
	"math"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// slideStep is what a key moves a latent by, in standard deviations of its prior.
const slideStep = 0.25

// slide fixes the chosen latent at the next multiple of the step. It counts from
// what was last asked for.
func (m *screen) slide(name string) tea.Cmd {
	value, ok := m.view.latentValue(m.latest)
	if !ok {
		return nil
	}
	steps := math.Floor(value/slideStep) + 1
	if name == "less" {
		steps = math.Ceil(value/slideStep) - 1
	}
	m.view.slid = run.Fixed{
		Latent: m.view.latent,
		Value:  max(-run.MostLatent, min(run.MostLatent, steps*slideStep)),
	}
	m.view.sliding, m.released = true, false
	return m.send(run.Command{Kind: run.Fix, Latent: m.view.slid.Latent, Value: m.view.slid.Value})
}

// release gives the lattice its latents as they were drawn.
func (m *screen) release(string) tea.Cmd {
	m.view.sliding, m.released = false, true
	return m.send(run.Command{Kind: run.Release})
}

// settleSlider forgets what was asked for once the lattice shows it.
func (m *screen) settleSlider() {
	f := fixedOf(m.latest)
	if f != nil && *f == m.view.slid {
		m.view.sliding = false
	}
	if f == nil {
		m.released = false
	}
}

// fixedOf is the fixed latent of the lattice, nil if there is none.
func fixedOf(s *run.Snapshot) *run.Fixed {
	if s == nil || s.Lattice == nil {
		return nil
	}
	return s.Lattice.Fixed
}

// latentValue is the value of the chosen latent: as it was asked for, as it is
// fixed, or as it was drawn.
func (v view) latentValue(s *run.Snapshot) (value float64, ok bool) {
	if v.sliding && v.slid.Latent == v.latent {
		return v.slid.Value, true
	}
	if f := fixedOf(s); f != nil && f.Latent == v.latent {
		return f.Value, true
	}
	if s == nil || v.latent < 0 || v.latent >= len(s.Latents) {
		return 0, false
	}
	return float64(s.Latents[v.latent]), true
}

// drawSlider is one line: where the latent stands between its bounds, and where
// it was drawn. It is empty if that is not known.
func drawSlider(s *run.Snapshot, v view, width int, st *styles) string {
	value, ok := v.latentValue(s)
	if !ok {
		return ""
	}
	number := fmt.Sprintf("%+.2f σ", value)
	low, high := fmt.Sprintf("  %d ", -run.MostLatent), fmt.Sprintf(" +%d", run.MostLatent)
	drawn := math.NaN()
	if v.latent < len(s.Latents) {
		drawn = sliderPosition(float64(s.Latents[v.latent]))
	}
	room := width - ansi.StringWidth("z "+number+low+high)
	bar := chart.Interval(sliderPosition(value), math.NaN(), drawn, min(room, mostSlider), st.interval(st.theme.Accent))
	return st.muted.paint("z ") + number + st.muted.paint(low) + bar + st.muted.paint(high)
}

// mostSlider is the width of a slider that has a column for each half step.
const mostSlider = 2*2*run.MostLatent/slideStep + 1

// sliderPosition brings a value between the bounds to 0 .. 1.
func sliderPosition(value float64) float64 {
	return (value + run.MostLatent) / (2 * run.MostLatent)
}

// fixedLegend says that a lattice is not as it was drawn.
func fixedLegend(f *run.Fixed, L int, st *styles) string {
	return st.warn.paint(fmt.Sprintf("z %d,%d %+.2fσ", f.Latent/L, f.Latent%L, f.Value)) + st.muted.paint(" · 0 resets")
}
