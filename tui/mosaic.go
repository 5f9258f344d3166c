package tui

import "neuralrg/tui/chart"

// mosaic is how the lattices of the levels, and the refinement after them, are
// laid out: in rows, all on squares of one size, with a line of words under each.
type mosaic struct {
	levels  []int // that find room, from the finest
	columns int
	raster  chart.Raster // of the finest lattice
	least   int          // width of a panel
	gap     int          // between two
	aside   bool         // the legend stands beside it, not under it
}

const (
	panelGap      = 2  // between two panels
	panelWidth    = 16 // of the words under a picture
	legendGap     = 2
	legendColumns = 9
	fewPanels     = 4  // rather than fewer, pictures show means over blocks
	fewTiles      = 16 // along a side: fewer show little of a lattice that has more
)

// mosaicOf lays out as many of the levels 0 to top as there is room for, with a
// legend under or beside them, whichever leaves more. It is not ok if nothing
// fits.
func mosaicOf(L, top int, area size, whole bool) (mosaic, bool) {
	below, ok := mosaicIn(L, top, size{area.width, area.height - 1}, whole)
	beside, fits := mosaicIn(L, top, size{area.width - legendGap - legendColumns, area.height}, whole)
	beside.aside = true
	if fits && (!ok || beside.showsMore(below)) {
		return beside, true
	}
	return below, ok
}

func (m mosaic) showsMore(other mosaic) bool {
	if m.raster.Tiles != other.raster.Tiles {
		return m.raster.Tiles > other.raster.Tiles
	}
	if len(m.levels) != len(other.levels) {
		return len(m.levels) > len(other.levels)
	}
	return m.raster.Columns() > other.raster.Columns()
}

// mosaicIn lays out as many levels as find room with fine pictures, unless they
// are few: then as many as do with coarser ones.
func mosaicIn(L, top int, room size, whole bool) (mosaic, bool) {
	all := top + 2 // panels: the levels and the refinement
	for _, least := range []int{min(fewPanels, all), 1} {
		for tiles := min(L, fewTiles); tiles >= 2; tiles /= 2 {
			for panels := all; panels >= least; panels-- {
				if columns, r, ok := tessellate(L, panels, tiles, panelWidth, panelGap, room, whole); ok {
					return mosaic{levels: worthShowing(L, top, panels-1), columns: columns, raster: r, least: panelWidth, gap: panelGap}, true
				}
			}
		}
	}
	return mosaic{}, false
}

// tessellate puts so many panels into the number of rows that makes them largest,
// and into no more columns than these need. It is not ok if they had fewer tiles
// than asked for, or were narrower than least.
func tessellate(L, panels, tiles, least, gap int, room size, whole bool) (columns int, best chart.Raster, ok bool) {
	for rows := panels; rows > 0; rows-- {
		n := (panels + rows - 1) / rows
		width := (room.width - (n-1)*gap) / n
		r, fits := chart.Fit(L, width, room.height/rows-1, whole)
		if fits && width >= least && r.Tiles >= tiles && r.Columns() >= best.Columns() {
			columns, best, ok = n, r, true
		}
	}
	return columns, best, ok
}

// worthShowing are n of the levels 0 to top. A lattice of one site tells least;
// then the finest, which the refinement ends with.
func worthShowing(L, top, n int) []int {
	var all []int
	for level := range top + 1 {
		all = append(all, level)
	}
	if n <= top && L>>top == 1 {
		all = all[:top]
	}
	return all[len(all)-n:]
}

// width is that of a panel.
func (m mosaic) width() int { return max(m.raster.Columns(), m.least) }

// across is the width of a full row.
func (m mosaic) across() int { return m.columns*(m.width()+m.gap) - m.gap }

// of is the raster of a lattice of a side of L sites, on the same square.
func (m mosaic) of(L int) chart.Raster {
	tiles := min(L, m.raster.Tiles)
	return chart.Raster{Tiles: tiles, Pool: L / tiles, Scale: m.raster.Columns() / tiles}
}

// lay puts panels, which are blocks of lines as wide as the mosaic says, into
// rows.
func (m mosaic) lay(panels [][]string) []string {
	var lines []string
	for first := 0; first < len(panels); first += m.columns {
		var row [][]string
		for i := first; i < first+m.columns; i++ {
			if i > first {
				row = append(row, blank(m.gap, 1))
			}
			if i < len(panels) {
				row = append(row, panels[i])
			} else {
				row = append(row, blank(m.width(), 1))
			}
		}
		lines = append(lines, beside(row...)...)
	}
	return lines
}
