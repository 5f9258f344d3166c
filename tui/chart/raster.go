package chart

// Raster says how a square lattice is put on a grid of character cells, which
// are twice as high as wide: Pool x Pool sites make a tile, and a tile is drawn
// Scale columns wide and Scale half rows high.
type Raster struct {
	Tiles int // along a side: L/Pool
	Pool  int
	Scale int
	Grain Grain
}

// Grain is what a cell can show.
type Grain int

// The grains. With the finer ones a cell has a tile in each of its parts, and Scale
// says nothing.
const (
	Halves    Grain = iota // two half rows, each of a colour
	Quadrants              // two by two: a picture is twice as high as wide
	Dots                   // the eight of braille
)

// parts are the columns and rows that a fine grain divides a cell into.
func (g Grain) parts() (columns, rows int) {
	if g == Dots {
		return dotColumns, dotRows
	}
	return 2, 2
}

// Fit finds the largest picture of an L x L lattice within a number of columns
// and rows. Where not even one column and half a row a site fit, sites are
// pooled by powers of two, as blocks of a renormalization. If whole is set,
// tiles take whole rows: an even Scale. ok is false if nothing fits.
func Fit(L, columns, rows int, whole bool) (r Raster, ok bool) {
	least := 1
	if whole {
		least = 2
	}
	for pool := 1; pool < L; pool *= 2 {
		tiles := L / pool
		scale := min(columns/tiles, 2*rows/tiles)
		if whole {
			scale -= scale % 2
		}
		if scale >= least {
			return Raster{Tiles: tiles, Pool: pool, Scale: scale}, true
		}
	}
	return Raster{}, false
}

// FitFine finds the picture in a fine grain that pools the fewest sites. In dots it
// is half as wide and as high as what Fit makes of as many tiles. Only spins can be
// drawn like that.
func FitFine(L, columns, rows int, g Grain) (r Raster, ok bool) {
	_, least := g.parts()
	for pool := 1; L/pool >= least; pool *= 2 {
		r = Raster{Tiles: L / pool, Pool: pool, Grain: g}
		if r.Columns() <= columns && r.Rows() <= rows {
			return r, true
		}
	}
	return Raster{}, false
}

// Columns is the width of the picture.
func (r Raster) Columns() int {
	if r.Grain != Halves {
		columns, _ := r.Grain.parts()
		return r.Tiles / columns
	}
	return r.Tiles * r.Scale
}

// Rows is the height of the picture.
func (r Raster) Rows() int {
	if r.Grain != Halves {
		_, rows := r.Grain.parts()
		return r.Tiles / rows
	}
	return r.Tiles * r.Scale / 2
}

// Tile is the tile that holds a site, given by row and column.
func (r Raster) Tile(row, column int) (x, y int) { return column / r.Pool, row / r.Pool }

// pooled sums x over every tile: sum[y*Tiles + x].
func pooled[T int8 | float32](r Raster, x []T) []float64 {
	L := r.Tiles * r.Pool
	if len(x) != L*L {
		panic("chart: the lattice does not have the raster's number of sites")
	}
	sum := make([]float64, r.Tiles*r.Tiles)
	for site, v := range x {
		tx, ty := r.Tile(site/L, site%L)
		sum[ty*r.Tiles+tx] += float64(v)
	}
	return sum
}

// halves gives the tile rows of the upper and the lower half of row j.
func (r Raster) halves(j int) (upper, lower int) {
	return 2 * j / r.Scale, (2*j + 1) / r.Scale
}
