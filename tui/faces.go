package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// face is one of the pictures of a latent. The pane shows as many side by side as
// have room.
type face int

const (
	responseFace   face = iota // what the mean field does
	statisticsFace             // its distribution, and who knows of it
	gridFace                   // where it is among the others
	latticeFace                // the lattice, where its own pane is not on the screen
)

// leastFace is the width that a face needs.
const leastFace = 36

// faces are those that a width has room for, from the chosen one on unless all
// have.
func (v view) faces(width int) []face {
	all := []face{responseFace, statisticsFace, gridFace}
	if v.solo {
		all = append(all, latticeFace)
	}
	n := max(1, min(len(all), (width+latticeGap)/(leastFace+latticeGap)))
	if n == len(all) {
		return all
	}
	first := int(v.face) % len(all)
	return append(slices.Clone(all[first:]), all[:first]...)[:n]
}

// turnFace begins with the next face.
func (m *screen) turnFace(string) tea.Cmd {
	m.view.face = (m.view.face + 1) % (latticeFace + 1)
	if m.view.face == latticeFace && !m.solo() {
		m.view.face = responseFace
	}
	return m.ask()
}

// solo says that the focused pane has the screen for itself.
func (m *screen) solo() bool {
	columns := m.arranged()
	return len(columns) == 1 && len(columns[0]) == 1
}

// drawFaces draws some faces side by side. Pictures get what they fill, the
// others what is left.
func drawFaces(s *run.Snapshot, g geometry, v view, shown []face, area size, st *styles) []string {
	var blocks [][]string
	for i, width := range widths(g, shown, area, st) {
		if i > 0 {
			blocks = append(blocks, blank(latticeGap, 1))
		}
		room := size{width, area.height}
		var lines []string
		switch shown[i] {
		case responseFace, gridFace:
			lines = middle(latentPicture(s, g, v, shown[i], room, st), room)
		case statisticsFace:
			lines = drawStatistics(s, g, v, room, st)
		case latticeFace:
			lines = drawLattice(s, v, room, st)
		}
		blocks = append(blocks, block(lines, room))
	}
	return beside(blocks...)
}

// widths divides the width of an area.
func widths(g geometry, shown []face, area size, st *styles) []int {
	left := area.width - (len(shown)-1)*latticeGap
	even := left / len(shown)
	all := make([]int, len(shown))
	flexible := -1
	for i, f := range shown {
		all[i] = even
		if f == statisticsFace {
			flexible = i
		} else if r, ok := chart.Fit(g.L, even, area.height-1, st.signed.Shaded()); ok && f != latticeFace {
			all[i] = max(r.Columns(), captionWidth)
		}
		left -= all[i]
	}
	if flexible >= 0 {
		all[flexible] += left
	}
	return all
}

// block makes lines fill an area exactly.
func block(lines []string, area size) []string {
	lines = cut(lines, area.height)
	for i, line := range lines {
		lines[i] = fit(line, area.width)
	}
	return lines
}
