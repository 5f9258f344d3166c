package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// album is which lattices are drawn.
type album int

const (
	oneLattice   album = iota
	galleryAlbum       // several draws by one flow
	stripAlbum         // one draw by the flows of many epochs
)

const albums = 3

// turnPicture puts another picture of the lattice first.
func (m *screen) turnPicture(string) tea.Cmd {
	m.view.picture = (m.view.picture + 1) % pictures
	return nil
}

// turnAlbum shows other lattices.
func (m *screen) turnAlbum(string) tea.Cmd {
	m.view.album = (m.view.album + 1) % albums
	return m.look()
}

// galleryLife is how long a gallery is good for, while training goes on.
const galleryLife = 2 * time.Second

// askGallery asks for the lattices beside the one on the screen, unless they are
// there, or were asked for a moment ago.
func (m *screen) askGallery() tea.Cmd {
	if m.view.album != galleryAlbum || m.latest == nil || m.latest.Lattice == nil || !m.reaches(flow) || !m.shows(latticePane) {
		return nil
	}
	lattice := m.latest.Lattice
	if g := m.latest.Gallery; g != nil && g.Of(lattice) && g.Epoch >= lattice.Epoch {
		return nil
	}
	question := askedAbout(lattice, m.now())
	if question.repeats(m.gathered, galleryLife) {
		return nil
	}
	m.gathered = question
	return m.send(run.Command{Kind: run.Gather})
}

// askedAbout is a question about a lattice.
func askedAbout(l *run.Lattice, at time.Time) asked {
	question := asked{draw: l.Draw, at: at}
	if l.Fixed != nil {
		question.fixed = *l.Fixed
	}
	return question
}

// Panels are at least as wide as a magnetization, and stand close.
const (
	frameWidth = 8
	frameGap   = 1
)

// sheetOf lays out as many panels of a lattice of side L as there is room for, of at
// most so many: fine ones if there are a few of these, for one has seen one already.
func sheetOf(L, most int, area size, whole bool) (m mosaic, n int, ok bool) {
	for _, least := range []int{min(fewPanels, most), 1} {
		for tiles := min(L, fewTiles); tiles >= 2 && (least == 1 || tiles >= min(L, fewTiles/2)); tiles /= 2 {
			for n := most; n >= least; n-- {
				if columns, r, ok := tessellate(L, n, tiles, frameWidth, frameGap, area, whole); ok {
					return mosaic{columns: columns, raster: r, least: frameWidth, gap: frameGap}, n, true
				}
			}
		}
	}
	return mosaic{}, 0, false
}

// frameWords are a name, if there is room, and a magnetization.
func (m mosaic) frameWords(name string, magnetization float64, st *styles) string {
	words := fmt.Sprintf("m %+.2f", magnetization)
	if len(name)+1+len(words) > m.width() {
		return words
	}
	return spread(st.muted.paint(name), words, m.width())
}

// drawGallery shows several draws in the chosen picture, and under them its legend
// if there is room.
func drawGallery(s *run.Snapshot, v view, area size, st *styles) []string {
	g := galleryOf(s)
	if g == nil {
		return waiting("other draws", area, st)
	}
	sheet, n, ok := sheetOf(s.Config.L, len(g.Lattices), area, v.picture != spinPicture && st.signed.Shaded())
	if !ok {
		return waiting("more room", area, st)
	}
	var panels [][]string
	for i := range g.Lattices[:n] {
		l := &g.Lattices[i]
		name := sheet.frameWords(fmt.Sprint("draw ", l.Draw+1), l.Magnetization, st)
		panels = append(panels, sheet.panel(drawn(l, v.picture, sheet.raster, sheet.raster.Rows(), st), name))
	}
	lines := sheet.lay(panels)
	if len(lines) < area.height {
		lines = append(lines, v.picture.legend(&g.Lattices[0], captionWidth, st))
	}
	return middle(lines, area)
}

// galleryOf is the gallery of a snapshot, if there is one that can be drawn.
func galleryOf(s *run.Snapshot) *run.Gallery {
	if s.Gallery == nil || s.Gallery.Check(s.Config.L) != nil {
		return nil
	}
	return s.Gallery
}

// noGallery says why there will be no gallery, if one is looked for.
func (m *screen) noGallery() string {
	switch {
	case m.view.album != galleryAlbum || m.latest == nil || galleryOf(m.latest) != nil:
		return ""
	case m.link.Watching:
		return "when somebody who steers looks"
	case m.over() && !m.reaches(flow):
		return "attach again to see other draws"
	}
	return ""
}

// galleryNote is the correlation length of a whole gallery.
func galleryNote(g *run.Gallery, st *styles) string {
	length := "-"
	if g.CorrelationLength > 0 {
		length = number(g.CorrelationLength, 1, 4)
	}
	return fmt.Sprintf("%s %s of %d draws", st.xi(), length, len(g.Lattices))
}

// stripOf is the strip of a snapshot, if there is one that can be drawn.
func stripOf(s *run.Snapshot) *run.Strip {
	if s.Strip == nil || len(s.Strip.Frames) == 0 || s.Strip.Check(s.Config.L) != nil {
		return nil
	}
	return s.Strip
}

// drawStrip shows how the lattice looked as training went, row by row.
func drawStrip(s *run.Snapshot, area size, st *styles) []string {
	strip := stripOf(s)
	if strip == nil {
		return waiting("the first configuration", area, st)
	}
	sheet, n, ok := sheetOf(strip.Side, len(strip.Frames), area, false)
	if !ok {
		return waiting("more room", area, st)
	}
	lines := sheet.lay(framesOf(strip, n, sheet, st))
	return middle(lines, area)
}

// stripNote is what a strip spans.
func stripNote(strip *run.Strip) string {
	return fmt.Sprintf("epochs %s to %s", count(strip.Frames[0].Epoch), count(strip.Frames[len(strip.Frames)-1].Epoch))
}

// The rows of a strip under the lattice: an empty one, the frames, and their epochs.
const (
	frameRows = 8
	stripRows = 1 + frameRows + 1

	roomyLattice = 18 // rows that the lattice has before there is room for a strip
)

// stripBelow is one row of the strip, where it leaves the lattice enough. It is empty
// while there is but one frame.
func stripBelow(s *run.Snapshot, area size, st *styles) []string {
	strip := stripOf(s)
	if strip == nil || len(strip.Frames) < 2 || area.height < stripRows+roomyLattice {
		return nil
	}
	r, ok := chart.Fit(strip.Side, panelWidth, frameRows, false)
	n := min((area.width+frameGap)/(panelWidth+frameGap), len(strip.Frames))
	if !ok || n < 2 {
		return nil
	}
	row := mosaic{columns: n, raster: r, least: panelWidth, gap: frameGap}
	return append([]string{""}, row.lay(framesOf(strip, n, row, st))...)
}

// framesOf are n frames of a strip, at even distances from the first to the last, as
// panels.
func framesOf(strip *run.Strip, n int, sheet mosaic, st *styles) (panels [][]string) {
	for i := range n {
		f := strip.Frames[len(strip.Frames)-1]
		if n > 1 {
			f = strip.Frames[i*(len(strip.Frames)-1)/(n-1)]
		}
		picture := chart.Spins(f.Spins, st.finest(strip.Side, sheet.raster, sheet.raster.Rows()), st.spins())
		words := sheet.frameWords(count(f.Epoch), f.Magnetization, st)
		panels = append(panels, sheet.panel(picture, words))
	}
	return panels
}
