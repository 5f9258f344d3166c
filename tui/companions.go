package tui

import (
	"fmt"
	"math"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/themes"
	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// companion is another run, whose curves are drawn along with those of the run on
// the screen.
type companion struct {
	name    string
	exact   float64 // free energy of its dual, -lnZ
	history run.History
}

// companionsMsg makes some runs the companions of the one on the screen; none
// sends all away. Whoever chooses them reads them, outside of Update: a
// run.Record has the snapshot that companionOf takes.
type companionsMsg struct{ all []companion }

// mostCompanions can be told from each other in one chart.
const mostCompanions = 6

// companionOf is the run of a snapshot as a companion of others.
func companionOf(name string, s *run.Snapshot) companion {
	return companion{name: Clean(name), exact: -s.Exact.LnZDual, history: s.History}
}

// accompany takes the companions, as many as can be told from each other.
func (m *screen) accompany(all []companion) {
	m.view.along = nil
	if len(all) > 0 {
		all = all[:min(len(all), mostCompanions)]
		m.view.along = &all
	}
}

// company are the companions, if there are any.
func (v view) company() []companion {
	if v.along == nil {
		return nil
	}
	return *v.along
}

// letter tells a companion from the others without a colour.
func letter(i int) string { return string(rune('a' + i)) }

// companionColor is the colour of a companion's curve and letter.
func (st *styles) companionColor(i int) themes.Color {
	colors := []themes.Color{st.theme.Physical, st.theme.Good, st.theme.Warn, st.theme.Bad}
	return colors[i%len(colors)]
}

// alongside are the companions' curves that can be drawn in the axes of a run's:
// all gaps, but free energies only of the same lattice at the same temperature.
func alongside(s *run.Snapshot, v view, of quantity, st *styles) (lines []chart.Series) {
	first, last := v.ends(s)
	for i, c := range v.company() {
		if !v.gap && !c.comparable(s) {
			continue
		}
		line := curveOf(c.history, first, last, of).series()
		line.Bands, line.Mark, line.Color = nil, letter(i), st.graph(st.companionColor(i))
		if len(line.Values) > 0 {
			lines = append(lines, line)
		}
	}
	return lines
}

// comparable says that the free energies of two runs have the same exact value.
func (c companion) comparable(s *run.Snapshot) bool {
	return math.Abs(c.exact+s.Exact.LnZDual) < 1e-9*math.Abs(c.exact)
}

// companionsLegend names the companions, with the gap of their last epoch, on as
// few lines as hold them, but at most so many.
func companionsLegend(s *run.Snapshot, v view, width, most int, st *styles) (lines []string) {
	line := ""
	for i, c := range v.company() {
		text := fmt.Sprintf("%s gap %.2f", c.name, c.history.Last().Gap)
		if !v.gap && !c.comparable(s) {
			text += " (another lattice)"
		}
		part := st.ink(st.companionColor(i)).paint(letter(i)) + " " + st.muted.paint(ansi.Truncate(text, max(width-2, 1), "…"))
		switch {
		case line == "":
			line = part
		case ansi.StringWidth(line)+3+ansi.StringWidth(part) <= width:
			line += "   " + part
		default:
			lines, line = append(lines, line), part
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	if len(lines) > most {
		lines = lines[:max(most, 0)]
	}
	return lines
}
