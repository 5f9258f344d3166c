package tui

import (
	"slices"

	"neuralrg/tui/chart"
)

// pane is one of the six panes, by the key that focuses it.
type pane int

const (
	latticePane pane = 1 + iota
	energyPane
	latentsPane
	samplerPane
	levelsPane
	informationPane
)

var panes = []pane{latticePane, energyPane, latentsPane, samplerPane, levelsPane, informationPane}

// learned are the panes on what the flow has learned. They share a box where
// there is no room for three columns.
var learned = []pane{latentsPane, levelsPane, informationPane}

func (p pane) name() string {
	return [...]string{"", "lattice", "free energy", "latents", "sampler", "RG", "information"}[p]
}

// The smallest screen, and the largest: the window's size sizes the buffers.
const (
	minWidth, minHeight = 40, 10
	maxWidth, maxHeight = 400, 150
)

// clamp keeps a window within the largest screen.
func clamp(area size) size { return size{min(area.width, maxWidth), min(area.height, maxHeight)} }

// tier is how much a screen can show at once.
type tier int

const (
	single  tier = iota // one pane, the others as tabs
	columns             // the lattice, and beside it one of the others
	grid                // two columns of two, the panes on what was learned as tabs
	wide                // all six
)

// What the panes need beside and under the lattice to be of use.
const (
	sideWidth    = 42
	bottomHeight = 13
	energyHeight = 17 // with all that the free energy has to say
)

func tierOf(body size) tier {
	switch {
	case body.width >= 180 && body.height >= 40:
		return wide
	case body.width >= 80 && body.height >= 33, body.width >= 110 && body.height >= 27:
		return grid
	case body.width >= 72 && body.height >= 16:
		return columns
	}
	return single
}

// placed is a box on the screen: the pane it shows and those it could show.
type placed struct {
	pane pane
	tabs []pane
	area size
}

// arrange divides the body of the screen. It returns columns of boxes, from
// left to right and from top to bottom, that fill it exactly.
func arrange(body size, L int, v view) [][]placed {
	switch t := tierOf(body); {
	case v.zoomed || t == single:
		return [][]placed{{{v.focus, panes, body}}}
	case t == columns:
		return inColumns(body, L, v.focus)
	case t == wide:
		return inThree(body, L)
	}
	return inGrid(body, L, v.learned())
}

// inColumns puts the lattice beside one of the others.
func inColumns(body size, L int, focus pane) [][]placed {
	left := latticeBox(L, size{body.width - sideWidth, body.height}).width
	side := focus
	if side == latticePane {
		side = energyPane
	}
	return [][]placed{
		{{latticePane, panes[:1], size{left, body.height}}},
		{{side, panes[1:], size{body.width - left, body.height}}},
	}
}

// inGrid shows four panes at once, one of them of what was learned.
func inGrid(body size, L int, shown pane) [][]placed {
	want := latticeBox(L, size{body.width - sideWidth, body.height - bottomHeight})
	top, left := want.height, max(want.width, body.width*45/100)
	return [][]placed{
		stacked(left, body.height, top, alone(latticePane), alone(energyPane)),
		stacked(body.width-left, body.height, top, placed{pane: shown, tabs: learned}, alone(samplerPane)),
	}
}

// inThree shows all: what was learned in the last column and the latents above
// the sampler.
func inThree(body size, L int) [][]placed {
	want := latticeBox(L, size{body.width * 2 / 5, body.height / 2})
	top, left := want.height, max(want.width, sideWidth)
	tall := top
	if body.height-top-stripRows >= energyHeight {
		tall += stripRows
	}
	middle := (body.width - left) / 2
	return [][]placed{
		stacked(left, body.height, tall, alone(latticePane), alone(energyPane)),
		stacked(middle, body.height, top, alone(latentsPane), alone(samplerPane)),
		stacked(body.width-left-middle, body.height, body.height/2, alone(levelsPane), alone(informationPane)),
	}
}

func alone(p pane) placed { return placed{pane: p, tabs: []pane{p}} }

// stacked is a column of two boxes.
func stacked(width, height, top int, first, second placed) []placed {
	first.area, second.area = size{width, top}, size{width, height - top}
	return []placed{first, second}
}

// learned is the pane on what was learned that has the focus, or had it last.
func (v view) learned() pane {
	switch {
	case slices.Contains(learned, v.focus):
		return v.focus
	case v.seen != 0:
		return v.seen
	}
	return latentsPane
}

// latticeBox is the size of the box that holds the lattice at the best scale
// within some room.
func latticeBox(L int, room size) size {
	r, n, ok := latticeRaster(L, inside(room), false)
	if !ok {
		return room
	}
	width := max(r.Columns(), captionWidth)
	return size{n*(width+latticeGap) - latticeGap + 4, r.Rows() + captionRows + 2}
}

// Between two pictures, and under them.
const (
	latticeGap   = 3
	captionRows  = 2
	captionWidth = 24
)

// latticeRaster is the scale at which a lattice is drawn, and how many pictures of
// it find room side by side: others do if that costs little of the scale.
func latticeRaster(L int, inner size, whole bool) (r chart.Raster, n int, ok bool) {
	one, ok := chart.Fit(L, inner.width, inner.height-captionRows, whole)
	if !ok {
		return one, 0, false
	}
	for n := pictures; n > 1; n-- {
		width := (inner.width+latticeGap)/n - latticeGap
		some, fits := chart.Fit(L, width, inner.height-captionRows, whole)
		if fits && width >= captionWidth && some.Columns() >= smallPicture && (some.Columns() >= 48 || 4*some.Columns() >= 3*one.Columns()) {
			return some, n, true
		}
	}
	return one, 1, true
}

// smallPicture is the width below which a picture stands alone.
const smallPicture = 16
