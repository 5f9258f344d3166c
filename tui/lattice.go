package tui

import (
	"fmt"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// picture is what is drawn of a lattice.
type picture int

const (
	spinPicture  picture = iota // drawn from the fields
	fieldPicture                // as the flow makes them
	upPicture                   // the probability of each spin to be up
)

const pictures = 3

// drawLattice shows the configuration that orders itself: the chosen picture of it
// and beside that as many others as find room; or others that were drawn like it; or
// how it looked as training went.
func drawLattice(s *run.Snapshot, v view, area size, st *styles) []string {
	switch {
	case s == nil || !valid(s.Lattice):
		return waiting("the first configuration", area, st)
	case v.album == galleryAlbum:
		return drawGallery(s, v, area, st)
	case v.album == stripAlbum:
		return drawStrip(s, area, st)
	case area.height < lowPane:
		return drawLow(s.Lattice, v, area, st)
	}
	r, n, ok := latticeRaster(s.Lattice.L, area, st.signed.Shaded())
	if !ok {
		return waiting("more room", area, st)
	}
	above, below := area, stripBelow(s, area, st)
	if less, m, ok := latticeRaster(s.Lattice.L, size{area.width, area.height - len(below)}, st.signed.Shaded()); ok && less.Pool == r.Pool {
		r, n, above.height = less, m, area.height-len(below)
	} else {
		below = nil
	}
	var blocks [][]string
	for i := range n {
		if i > 0 {
			blocks = append(blocks, blank(latticeGap, 1))
		}
		which := (v.picture + picture(i)) % pictures
		blocks = append(blocks, captioned(s.Lattice, which, i == 0, r, above.height-captionRows, n == 1, st))
	}
	return middle(append(beside(blocks...), below...), area)
}

func valid(l *run.Lattice) bool {
	return l != nil && l.L > 1 && len(l.X) == l.L*l.L && len(l.Spins) == l.L*l.L
}

func latticeNote(s *run.Snapshot, v view, st *styles) string {
	switch {
	case s == nil || s.Lattice == nil:
		return ""
	case v.album == galleryAlbum && galleryOf(s) != nil:
		return galleryNote(galleryOf(s), st)
	case v.album == stripAlbum && stripOf(s) != nil:
		return stripNote(stripOf(s))
	}
	return fmt.Sprintf("epoch %s · draw %d", count(s.Lattice.Epoch), s.Lattice.Draw+1)
}

// drawn is a picture without words. Spins of which several would have to be one
// block are dots, or quarters of cells where those have more rows, if these can be
// drawn.
func drawn(l *run.Lattice, which picture, r chart.Raster, rows int, st *styles) []string {
	switch which {
	case fieldPicture:
		return chart.Signed(l.X, r, chart.Limit(l.X), st.signed, nil)
	case upPicture:
		up := l.Up()
		for i := range up {
			up[i] = 2*up[i] - 1
		}
		return chart.Signed(up, r, 1, st.signed, nil)
	}
	return chart.Spins(l.Spins, st.finest(l.L, r, rows), st.spins())
}

// finest is the raster for spins in the place of one for fields, in at most so many
// rows.
func (st *styles) finest(L int, r chart.Raster, rows int) chart.Raster {
	if r.Pool == 1 {
		return r
	}
	if half, ok := chart.Fit(L, r.Columns(), r.Rows(), false); ok && half.Pool < r.Pool { // of fields that take whole rows
		r = half
	}
	if st.ascii || r.Pool == 1 {
		return r
	}
	if fine, ok := chart.FitFine(L, r.Columns(), max(rows, r.Rows()), st.grain); ok && fine.Pool < r.Pool {
		return fine
	}
	return r
}

// captioned is a picture over its name and its legend. The first also says what the
// configuration says of order. The words may be wider than a small picture.
func captioned(l *run.Lattice, which picture, first bool, r chart.Raster, rows int, alone bool, st *styles) []string {
	if !alone {
		rows = r.Rows()
	}
	lines := drawn(l, which, r, rows, st)
	width := max(r.Columns(), captionWidth)
	for i, line := range lines {
		lines[i] = center(line, width)
	}
	legend := which.legend(l, max(captionWidth, min(r.Columns(), 32)), st)
	remark := ""
	if first {
		remark = st.muted.paint(order(l, st))
		if l.Fixed != nil {
			legend = fixedLegend(l.Fixed, l.L, st)
		}
	}
	return append(lines, spread(which.name()+which.pooling(l.L, r, rows, st), remark, width), center(legend, width))
}

func (p picture) name() string { return [...]string{"spins", "fields", "P(up)"}[p] }

// pooling says that a tile is a block of sites.
func (p picture) pooling(L int, r chart.Raster, rows int, st *styles) string {
	if p == spinPicture {
		r = st.finest(L, r, rows)
	}
	if r.Pool == 1 {
		return ""
	}
	return fmt.Sprintf(" %d×%d", r.Pool, r.Pool)
}

// order is the magnetization of a configuration, and how large its domains are in
// units of the lattice.
func order(l *run.Lattice, st *styles) string {
	length := right("-", 5)
	switch xi := l.CorrelationLength; {
	case xi >= 99.95: // no room for more
		length = number(xi, 0, 5)
	case xi > 0:
		length = number(xi, 1, 5)
	}
	return fmt.Sprintf("m %+.2f %s%s", l.Magnetization, st.xi(), length)
}

// legend explains the colours of a picture.
func (p picture) legend(l *run.Lattice, width int, st *styles) string {
	switch p {
	case fieldPicture:
		return chart.Legend(chart.Limit(l.X), width, st.signed)
	case upPicture:
		return chart.LegendBetween("0", "1", width, st.signed)
	}
	up, down := st.ink(st.theme.SpinUp), st.ink(st.theme.SpinDown)
	first, second := "█", "█"
	switch {
	case st.ascii:
		first, second = "#", "."
	case down == "":
		second = " "
	}
	return up.paint(first) + st.muted.paint(" up  ") + down.paint(second) + st.muted.paint(" down")
}

// lowPane is the height below which the words stand beside the picture.
const lowPane = 8

// drawLow is a picture with its words beside it.
func drawLow(l *run.Lattice, v view, area size, st *styles) []string {
	r, ok := chart.Fit(l.L, area.width-latticeGap-captionWidth, area.height, st.signed.Shaded())
	if !ok {
		return waiting("more room", area, st)
	}
	words := []string{
		v.picture.name() + v.picture.pooling(l.L, r, r.Rows(), st),
		st.muted.paint(order(l, st)),
		v.picture.legend(l, captionWidth, st),
	}
	if l.Fixed != nil {
		words[2] = fixedLegend(l.Fixed, l.L, st)
	}
	for i, line := range words {
		words[i] = fit(line, captionWidth)
	}
	return middle(beside(drawn(l, v.picture, r, r.Rows(), st), blank(latticeGap, 1), words), area)
}

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
