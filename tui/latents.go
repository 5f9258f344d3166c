package tui

import (
	"fmt"
	"math/bits"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// geometry is where the latents of a flow live: a latent belongs to the level
// at which its site leaves the renormalization. Level k works on the sites
// whose coordinates are multiples of 2^k, and hands on those that are multiples
// of 2^(k+1); the last level keeps its own.
type geometry struct{ L, levels int }

func geometryOf(c run.Config) geometry {
	if c.L < 2 || bits.OnesCount(uint(c.L)) != 1 {
		return geometry{}
	}
	all := bits.TrailingZeros(uint(c.L))
	if c.Depth > 0 {
		all = min(all, c.Depth)
	}
	return geometry{c.L, all}
}

// level is the level of the latent at a site, 0 the finest.
func (g geometry) level(row, column int) int {
	return min(bits.TrailingZeros(uint(row|column|g.L)), g.levels-1)
}

// size counts the latents of a level.
func (g geometry) size(level int) int {
	sites := func(k int) int { return (g.L >> k) * (g.L >> k) }
	if level == g.levels-1 {
		return sites(level)
	}
	return sites(level) - sites(level+1)
}

// step is the next latent of the same level in a direction, round the torus.
func (g geometry) step(latent, down, across int) int {
	row, column := latent/g.L, latent%g.L
	level := g.level(row, column)
	for {
		row = (row + down<<level + g.L) % g.L
		column = (column + across<<level + g.L) % g.L
		if g.level(row, column) == level {
			return row*g.L + column
		}
	}
}

// onLevel is the latent of a level that is nearest below and right of another:
// its coordinates rounded to the level's grid, and off the grid of the next.
func (g geometry) onLevel(latent, level int) int {
	row, column := latent/g.L>>level<<level, latent%g.L>>level<<level
	if g.level(row, column) != level {
		column = (column + 1<<level) % g.L
	}
	return row*g.L + column
}

// start is the latent that is looked at first: of the coarsest level, in the
// middle.
func (g geometry) start() int {
	return g.onLevel(g.L/2*g.L+g.L/2, g.levels-1)
}

// drawLatents shows a latent, where it sits, and what the field does when it
// changes.
func drawLatents(s *run.Snapshot, v view, area size, st *styles) []string {
	if s == nil {
		return waiting("the flow", area, st)
	}
	g := geometryOf(s.Config)
	if g.L == 0 || v.latent < 0 || v.latent >= g.L*g.L {
		return waiting("the flow", area, st)
	}
	head := latentHead(g, v.latent, area.width, st)
	picture := latentPicture(s, g, v, size{area.width, area.height - len(head) - 1}, st)
	return append(head, middle(picture, size{area.width, area.height - len(head)})...)
}

func latentHead(g geometry, latent, width int, st *styles) []string {
	row, column := latent/g.L, latent%g.L
	here := g.level(row, column)
	line := st.muted.paint("level ")
	for level := range g.levels {
		name := fmt.Sprintf(" %d ", level)
		if level == here {
			name = st.accent.paint(fmt.Sprintf("[%d]", level))
		} else {
			name = st.muted.paint(name)
		}
		line += name
	}
	where := st.muted.paint("site ") + fmt.Sprintf("(%*d,%*d)", digits(g.L), row, digits(g.L), column)
	kind := fmt.Sprintf("%s latents", count(g.size(here)))
	if here == 0 {
		kind += ", finest"
	} else if here == g.levels-1 {
		kind += ", coarsest"
	}
	return []string{spread(line, where, width), st.muted.paint(kind)}
}

func digits(n int) int { return len(fmt.Sprint(n - 1)) }

// latentPicture is the response, or the map of positions as long as there is
// none; both side by side where there is room.
func latentPicture(s *run.Snapshot, g geometry, v view, area size, st *styles) []string {
	whole := st.signed.Shaded()
	rows := area.height - captionRows
	one, ok := chart.Fit(g.L, area.width, rows, whole)
	if !ok {
		return []string{st.muted.paint("no room for the map")}
	}
	mark := &chart.Mark{Row: v.latent / g.L, Column: v.latent % g.L}
	shown := responseOf(s, g, v.latent)
	if shown == nil {
		return drawWhere(g, mark, one, st)
	}
	both, fits := chart.Fit(g.L, (area.width-latticeGap)/2, rows, whole)
	if !fits || both.Columns() < 32 {
		return drawResponse(s, shown, mark, one, st)
	}
	gap := make([]string, both.Rows()+captionRows)
	for i := range gap {
		gap[i] = fmt.Sprintf("%*s", latticeGap, "")
	}
	return beside(drawWhere(g, mark, both, st), gap, drawResponse(s, shown, mark, both, st))
}

// responseOf is the response to a latent, if the snapshot has one.
func responseOf(s *run.Snapshot, g geometry, latent int) *run.Response {
	r := s.Response
	if r == nil || r.Latent != latent || r.L != g.L || len(r.Map) != g.L*g.L {
		return nil
	}
	return r
}

func drawResponse(s *run.Snapshot, shown *run.Response, mark *chart.Mark, r chart.Raster, st *styles) []string {
	limit := chart.Limit(shown.Map)
	age := "of this epoch"
	if behind := s.Epoch - shown.Epoch; behind > 0 {
		age = count(behind) + " epochs old"
	}
	legend := chart.Legend(limit, min(r.Columns(), 32), st.signed)
	return captioned(chart.Signed(shown.Map, r, limit, st.signed, mark), "∂⟨x⟩/∂z", st.muted.paint(age), legend, r, st)
}

// drawWhere is the map of positions: the more levels a site lasts, the
// brighter.
func drawWhere(g geometry, mark *chart.Mark, r chart.Raster, st *styles) []string {
	sites := make([]float32, g.L*g.L)
	for site := range sites {
		sites[site] = float32(g.level(site/g.L, site%g.L))
	}
	return captioned(chart.Signed(sites, r, float64(max(g.levels-1, 1)), st.signed, mark),
		"position", st.muted.paint("level 0 dark"), "", r, st)
}
