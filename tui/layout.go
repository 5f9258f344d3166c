package tui

import "neuralrg/tui/chart"

// pane is one of the four panes, by the key that focuses it.
type pane int

const (
	latticePane pane = 1 + iota
	energyPane
	latentsPane
	samplerPane
)

var panes = []pane{latticePane, energyPane, latentsPane, samplerPane}

func (p pane) name() string {
	return [...]string{"", "lattice", "free energy", "latents", "sampler"}[p]
}

// The smallest screen, and the largest: the window's size sizes the buffers.
const (
	minWidth, minHeight = 40, 12
	maxWidth, maxHeight = 400, 150
)

// clamp keeps a window within the largest screen.
func clamp(area size) size { return size{min(area.width, maxWidth), min(area.height, maxHeight)} }

// tier is how much a screen can show at once.
type tier int

const (
	single  tier = iota // one pane, the others as tabs
	columns             // the lattice, and beside it one of the others
	grid                // all four
)

// What the panes need beside and under the lattice to be of use.
const (
	sideWidth    = 42
	bottomHeight = 13
)

func tierOf(body size) tier {
	switch {
	case body.width >= 80 && body.height >= 33:
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
func arrange(body size, L int, focus pane, zoomed bool) [][]placed {
	t := tierOf(body)
	switch {
	case zoomed || t == single:
		return [][]placed{{{focus, panes, body}}}
	case t == columns:
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
	want := latticeBox(L, size{body.width - sideWidth, body.height - bottomHeight})
	top, left := want.height, max(want.width, body.width*45/100)
	return [][]placed{
		{
			{latticePane, panes[:1], size{left, top}},
			{energyPane, panes[1:2], size{left, body.height - top}},
		},
		{
			{latentsPane, panes[2:3], size{body.width - left, top}},
			{samplerPane, panes[3:], size{body.width - left, body.height - top}},
		},
	}
}

// latticeBox is the size of the box that holds the lattice at the best scale
// within some room.
func latticeBox(L int, room size) size {
	inner := inside(room)
	r, two, ok := latticeRaster(L, inner, false)
	if !ok {
		return room
	}
	width := r.Columns()
	if two {
		width = 2*r.Columns() + latticeGap
	}
	return size{max(width, captionWidth) + 4, r.Rows() + captionRows + 2}
}

// Between two pictures, and under them.
const (
	latticeGap   = 3
	captionRows  = 2
	captionWidth = 24
)

// latticeRaster is the scale at which a lattice is drawn, and whether fields
// and spins both find room: they do if that costs little of the scale.
func latticeRaster(L int, inner size, whole bool) (r chart.Raster, two, ok bool) {
	one, ok := chart.Fit(L, inner.width, inner.height-captionRows, whole)
	if !ok {
		return one, false, false
	}
	both, fits := chart.Fit(L, (inner.width-latticeGap)/2, inner.height-captionRows, whole)
	if fits && both.Columns() >= captionWidth && (both.Columns() >= 48 || 4*both.Columns() >= 3*one.Columns()) {
		return both, true, true
	}
	return one, false, true
}
