package tui

import (
	"fmt"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// drawLatents shows a latent, where it sits, and what the mean field does when
// it changes.
func drawLatents(s *run.Snapshot, v view, area size, st *styles) []string {
	if s == nil {
		return waiting("the flow", area, st)
	}
	g := geometryOf(s.Config)
	if g.L == 0 || v.latent < 0 || v.latent >= g.Sites() {
		return waiting("the flow", area, st)
	}
	slider := drawSlider(s, v, area.width, st)
	rows := max(area.height-1, 0)
	return append(cut(drawLatent(s, g, v, size{area.width, rows}, st), rows), slider)
}

// drawLatent is all but the slider.
func drawLatent(s *run.Snapshot, g geometry, v view, area size, st *styles) []string {
	shown := v.faces(area.width)
	under := size{area.width, area.height - 1}
	if picture := shown[0] == responseFace || shown[0] == gridFace; picture && len(shown) == 1 {
		aside := latentAside(g, v.latent, st)
		if strongest := strongestAside(responseOf(s, g, v.latent), st); len(aside)+len(strongest) <= area.height {
			aside = append(aside, strongest...)
		}
		margin := ansi.StringWidth(aside[0]) + latticeGap
		beneath := latentPicture(s, g, v, shown[0], under, st)
		if narrow := latentPicture(s, g, v, shown[0], size{area.width - margin, area.height}, st); len(narrow) >= len(beneath) {
			return middle(beside(aside, blank(latticeGap, 1), narrow), area)
		}
	}
	return append([]string{latentHead(g, v.latent, area.width, st)}, drawFaces(s, g, v, shown, under, st)...)
}

// latentHead says on one line which latent is chosen.
func latentHead(g geometry, latent, width int, st *styles) string {
	line := st.muted.paint("level ")
	for level := range g.Levels() {
		line += levelName(level, g.Level(latent), st)
	}
	return spread(line, st.muted.paint("site ")+siteName(g, latent), width)
}

// latentAside says the same in a column of lines, all as wide as the first.
func latentAside(g geometry, latent int, st *styles) []string {
	here := g.Level(latent)
	lines := []string{st.muted.paint("level")}
	for level := range g.Levels() {
		lines = append(lines, levelName(level, here, st))
	}
	lines = append(lines, st.muted.paint(levelKind(g, here)), "",
		st.muted.paint("site"), " "+siteName(g, latent))
	return column(lines)
}

// strongestAside is the largest response in absolute value, with its error.
func strongestAside(r *run.Response, st *styles) []string {
	if r == nil {
		return nil
	}
	at := 0
	for site, v := range r.Map {
		if math.Abs(float64(v)) > math.Abs(float64(r.Map[at])) {
			at = site
		}
	}
	value, err := float64(r.Map[at]), float64(r.Error[at])
	return column([]string{
		"", st.muted.paint("largest"),
		number(value, 3, 7), " " + st.plusMinus() + number(err, 3, 0),
	})
}

// column makes the lines of a column all as wide as its widest word.
func column(lines []string) []string {
	for i, line := range lines {
		lines[i] = fit(line, len("coarsest"))
	}
	return lines
}

func levelName(level, here int, st *styles) string {
	if level == here {
		return st.accent.paint(fmt.Sprintf("[%d]", level))
	}
	return st.muted.paint(fmt.Sprintf(" %d ", level))
}

func levelKind(g geometry, level int) string {
	switch level {
	case g.Levels() - 1:
		return "coarsest"
	case 0:
		return "finest"
	}
	return ""
}

func siteName(g geometry, latent int) string {
	digits := len(fmt.Sprint(g.L - 1))
	return fmt.Sprintf("%*d,%*d", digits, latent/g.L, digits, latent%g.L)
}

// latentPicture is the response, or the map of positions, also as long as there
// is no response. It is nil where there is no room.
func latentPicture(s *run.Snapshot, g geometry, v view, f face, area size, st *styles) []string {
	r, ok := chart.Fit(g.L, area.width, area.height-1, st.signed.Shaded())
	if !ok {
		return nil
	}
	mark := &chart.Mark{Row: v.latent / g.L, Column: v.latent % g.L}
	if shown := responseOf(s, g, v.latent); shown != nil && f == responseFace {
		return drawResponse(s, shown, mark, r, st)
	}
	return drawWhere(g, mark, r, st)
}

// responseOf is the response to a latent, if the snapshot has one, of the fields as
// the lattice shows them: a symmetrised flow gives them either sign.
func responseOf(s *run.Snapshot, g geometry, latent int) *run.Response {
	r := s.Response
	if r == nil || r.Latent != latent || r.L != g.L || len(r.Map) != g.Sites() || len(r.Error) != g.Sites() {
		return nil
	}
	if s.Lattice != nil && s.Lattice.Sign < 0 {
		return negated(r)
	}
	return r
}

// negated is the response of the fields with the other sign.
func negated(r *run.Response) *run.Response {
	other := *r
	other.Map = make([]float32, len(r.Map))
	for site, v := range r.Map {
		other.Map[site] = -v
	}
	return &other
}

func drawResponse(s *run.Snapshot, shown *run.Response, mark *chart.Mark, r chart.Raster, st *styles) []string {
	limit := responseLimit(shown.Map)
	name := "∂⟨x⟩/∂z" + age(s.Epoch-shown.Epoch, st)
	legend := chart.Legend(limit, max(r.Columns(), captionWidth)-ansi.StringWidth(name)-1, st.signed)
	return tagged(chart.Signed(shown.Map, r, limit, st.signed, mark), name, legend, r)
}

// responseLimit is the limit of the colours. On a large lattice most of a response is
// next to nothing, and a scale that shows how far it reaches would show only that: no
// more than four times the limit is beyond it.
func responseLimit(response []float32) float64 {
	largest := float32(0)
	for _, v := range response {
		largest = max(largest, v, -v)
	}
	return max(chart.Limit(response), chart.Limit([]float32{largest / 4}))
}

// tagged puts a name and a legend on one line under a picture.
func tagged(picture []string, name, legend string, r chart.Raster) []string {
	width := max(r.Columns(), captionWidth)
	for i, line := range picture {
		picture[i] = center(line, width)
	}
	return append(picture, spread(name, legend, width))
}

// age says how many epochs old something is; nothing if it is new.
func age(epochs int, st *styles) string {
	if epochs <= 0 {
		return ""
	}
	return st.warn.paint(" " + count(epochs) + " ago")
}

// drawWhere is the map of positions: the more levels a site lasts, the stronger
// its colour.
func drawWhere(g geometry, mark *chart.Mark, r chart.Raster, st *styles) []string {
	level := make([]float32, g.Sites())
	for site := range level {
		level[site] = float32(g.Level(site))
	}
	limit := float64(max(g.Levels()-1, 1))
	return tagged(chart.Signed(level, r, limit, st.levels, mark), "levels", levelLegend(g, limit, st), r)
}

func levelLegend(g geometry, limit float64, st *styles) string {
	var legend []string
	for level := range g.Levels() {
		legend = append(legend, st.levels.Swatch(float64(level)/limit)+st.muted.paint(fmt.Sprint(" ", level)))
	}
	return strings.Join(legend, "  ")
}
