package tui

import (
	"fmt"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// drawLattice shows the configuration that orders itself: its fields and the
// spins drawn from them, side by side where there is room. Spins that would have
// to be shown as blocks are shown as dots, if those can be drawn.
func drawLattice(s *run.Snapshot, v view, area size, st *styles) []string {
	if s == nil || !valid(s.Lattice) {
		return waiting("the first configuration", area, st)
	}
	r, two, ok := latticeRaster(s.Lattice.L, area, st.signed.Shaded())
	if !ok {
		return waiting("more room", area, st)
	}
	var picture []string
	switch fine, fits := chart.FitDots(s.Lattice.L, area.width, area.height-captionRows); {
	case st.braille && fits && fine.Pool < r.Pool && !v.fields:
		picture = drawSpins(s.Lattice, fine, st)
	case two:
		picture = beside(drawSpins(s.Lattice, r, st), blank(latticeGap, 1), drawFields(s.Lattice, r, true, st))
	case v.fields:
		picture = drawFields(s.Lattice, r, false, st)
	default:
		picture = drawSpins(s.Lattice, r, st)
	}
	return middle(picture, area)
}

func valid(l *run.Lattice) bool {
	return l != nil && l.L > 1 && len(l.X) == l.L*l.L && len(l.Spins) == l.L*l.L
}

func latticeNote(s *run.Snapshot) string {
	if s == nil || s.Lattice == nil {
		return ""
	}
	return fmt.Sprintf("epoch %s · draw %d", count(s.Lattice.Epoch), s.Lattice.Draw+1)
}

func drawSpins(l *run.Lattice, r chart.Raster, st *styles) []string {
	sum := 0
	for _, s := range l.Spins {
		sum += int(s)
	}
	up, down := st.ink(st.theme.SpinUp), st.ink(st.theme.SpinDown)
	first, second := "█", "█"
	switch {
	case st.ascii:
		first, second = "#", "."
	case down == "":
		second = " "
	}
	legend := up.paint(first) + st.muted.paint(" up  ") + down.paint(second) + st.muted.paint(" down")
	if l.Fixed != nil {
		legend = fixedLegend(l.Fixed, l.L, st)
	}
	mean := fmt.Sprintf("mean %+.2f", float64(sum)/float64(len(l.Spins)))
	return captioned(chart.Spins(l.Spins, r, st.spins()), "spins"+pooling(r), st.muted.paint(mean), legend, r, st)
}

func drawFields(l *run.Lattice, r chart.Raster, both bool, st *styles) []string {
	limit := chart.Limit(l.X)
	legend := chart.Legend(limit, legendWidth(r), st.signed)
	if l.Fixed != nil && !both {
		legend = fixedLegend(l.Fixed, l.L, st)
	}
	return captioned(chart.Signed(l.X, r, limit, st.signed, nil), "fields"+pooling(r), "", legend, r, st)
}

// pooling says that a tile is a block of sites.
func pooling(r chart.Raster) string {
	if r.Pool == 1 {
		return ""
	}
	return fmt.Sprintf(", %d×%d blocks", r.Pool, r.Pool)
}

// captioned puts a name and a remark, and a legend, under a picture. They may
// be wider than a small picture.
func captioned(picture []string, name, remark, legend string, r chart.Raster, st *styles) []string {
	width := max(r.Columns(), captionWidth)
	for i, line := range picture {
		picture[i] = center(line, width)
	}
	return append(picture, spread(name, remark, width), center(legend, width))
}

func legendWidth(r chart.Raster) int { return max(captionWidth, min(r.Columns(), 32)) }

// middle centres a picture, which is a block of lines of one width.
func middle(picture []string, area size) []string {
	lines := make([]string, 0, area.height)
	for range (area.height - len(picture)) / 2 {
		lines = append(lines, "")
	}
	for _, line := range picture {
		lines = append(lines, center(line, area.width))
	}
	return lines
}

// waiting is what a pane says that is still empty.
func waiting(what string, area size, st *styles) []string {
	return remark("waiting for "+what, area, st)
}

// remark is all that a pane says.
func remark(text string, area size, st *styles) []string {
	return middle([]string{st.muted.paint(text)}, area)
}
