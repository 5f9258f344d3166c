package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
)

// Matrix is a symmetric relation between variables, or two of them in one square:
// above the diagonal the one, below it the other. The relation of a variable to
// itself is left blank.
type Matrix struct {
	Above, Below []float32 // n x n each, row-major; the same twice for one relation
	Groups       []int     // the variables in their order, by the sizes of their groups
}

// Grid says how a matrix is put on character cells, which are twice as high as
// wide: Pool x Pool entries of the same groups make a tile, drawn Scale columns
// wide and Scale half rows high, with a gap between groups.
type Grid struct {
	Pool, Scale int
	axis        []int    // the tile at each column and half row; gap between groups
	spans       [][2]int // of each group on the axis: the first place and how many
	tiles       []int    // the tile of each variable
}

// gap is a place on an axis without a tile.
const gap = -1

// FitMatrix finds the finest picture of a matrix of such groups within a number
// of columns and rows, and of these the largest. Entries are pooled by powers of
// two. If whole is set, tiles take whole rows: an even Scale. ok is false if
// nothing fits.
func FitMatrix(groups []int, columns, rows int, whole bool) (g Grid, ok bool) {
	least := 1
	if whole {
		least = 2
	}
	if len(groups) == 0 || slices.Min(groups) < 1 {
		return Grid{}, false
	}
	for pool := 1; pool/2 < slices.Max(groups); pool *= 2 {
		tiles := 0
		for _, n := range groups {
			tiles += (n + pool - 1) / pool
		}
		scale := (min(columns, 2*rows) - least*(len(groups)-1)) / tiles
		if whole {
			scale -= scale % 2
		}
		if scale >= least {
			return newGrid(groups, pool, scale, least), true
		}
	}
	return Grid{}, false
}

func newGrid(groups []int, pool, scale, between int) Grid {
	g := Grid{Pool: pool, Scale: scale}
	tile := 0
	for i, n := range groups {
		if i > 0 {
			g.axis = append(g.axis, slices.Repeat([]int{gap}, between)...)
		}
		for v := range n {
			g.tiles = append(g.tiles, tile+v/pool)
		}
		count := (n + pool - 1) / pool
		g.spans = append(g.spans, [2]int{len(g.axis), count * scale})
		for range count {
			g.axis = append(g.axis, slices.Repeat([]int{tile}, scale)...)
			tile++
		}
	}
	return g
}

// Columns is the width of the picture.
func (g Grid) Columns() int { return len(g.axis) }

// Rows is the height of the picture.
func (g Grid) Rows() int { return (len(g.axis) + 1) / 2 }

// Group is where a group stands along the columns: the first and how many.
func (g Grid) Group(i int) (first, columns int) { return g.spans[i][0], g.spans[i][1] }

// Lines draws the matrix with colours or shades from 0 to a limit. A tile shows
// the mean of its entries; what is negative or not a number is drawn as 0.
func (m Matrix) Lines(g Grid, limit float64, ink *SignedInk) []string {
	if n := len(g.tiles); len(m.Above) != n*n || len(m.Below) != n*n {
		panic("chart: the matrix does not have the grid's number of variables")
	}
	tile := m.pooled(g, limit)
	if ink.Shaded() {
		return ink.shadedMatrix(tile, g)
	}
	return ink.coloredMatrix(tile, g)
}

// pooled is the mean of each tile as a part of the limit, from 0 to 1, row by row;
// it is gap where there is nothing to show: on the diagonal, and where both
// relations meet in a tile.
func (m Matrix) pooled(g Grid, limit float64) [][]float64 {
	n, tiles := len(g.tiles), g.tiles[len(g.tiles)-1]+1
	two := &m.Above[0] != &m.Below[0]
	sum, entries := make([][]float64, tiles), make([][]int, tiles)
	for t := range sum {
		sum[t], entries[t] = make([]float64, tiles), make([]int, tiles)
	}
	for i, row := range g.tiles {
		for j, column := range g.tiles {
			if i == j || two && row == column {
				continue
			}
			values := m.Above
			if i > j {
				values = m.Below
			}
			sum[row][column] += fraction(float64(values[i*n+j]), limit)
			entries[row][column]++
		}
	}
	for row := range sum {
		for column, count := range entries[row] {
			if count == 0 {
				sum[row][column] = gap
				continue
			}
			sum[row][column] = max(0, sum[row][column]/float64(count))
		}
	}
	return sum
}

// at is the value at a place of the picture, gap where there is none.
func (g Grid) at(tile [][]float64, down, across int) float64 {
	if down >= len(g.axis) || g.axis[down] == gap || g.axis[across] == gap {
		return gap
	}
	return tile[g.axis[down]][g.axis[across]]
}

// coloredMatrix draws two half rows in each cell. What is blank has no colour of
// its own.
func (ink *SignedInk) coloredMatrix(tile [][]float64, g Grid) []string {
	lines := make([]string, g.Rows())
	for j := range lines {
		var row strings.Builder
		last := ""
		for i := range g.Columns() {
			set, glyph := ink.cell(g.at(tile, 2*j, i), g.at(tile, 2*j+1, i))
			if set != last {
				row.WriteString(reset + set)
				last = set
			}
			row.WriteString(glyph)
		}
		lines[j] = row.String() + reset
	}
	return lines
}

// cell is a cell with a value in either half: its colours, and its glyph.
func (ink *SignedInk) cell(upper, lower float64) (set, glyph string) {
	switch {
	case upper == gap && lower == gap:
		return "", " "
	case lower == gap:
		return ink.fg[level(upper)], "▀"
	case upper == gap:
		return ink.fg[level(lower)], "▄"
	}
	u, l := level(upper), level(lower)
	return ink.fg[u] + ink.bg[l], half(u == l)
}

// shadedMatrix draws a row of tiles in each row of cells, and where there is
// nothing to show on the diagonal a line, since a blank looks like 0.
func (ink *SignedInk) shadedMatrix(tile [][]float64, g Grid) []string {
	shade := shades(ink.ascii)
	lines := make([]string, g.Rows())
	for j := range lines {
		var row strings.Builder
		for i := range g.Columns() {
			switch v := g.at(tile, 2*j, i); {
			case v == gap && i/2 == j && g.axis[i] != gap:
				row.WriteString(`\`)
			case v == gap:
				row.WriteString(" ")
			default:
				row.WriteString(shade[int(math.Round(v*float64(len(shade)-1)))])
			}
		}
		lines[j] = row.String()
	}
	return lines
}

// NewMagnitudeInk is the ink of what is not negative, with stops from zero to the
// largest value.
func NewMagnitudeInk(stops []uint32, convert func(color.Color) color.Color, ascii bool) *SignedInk {
	mirrored := slices.Clone(stops)
	slices.Reverse(mirrored)
	return NewSignedInk(append(mirrored, stops[1:]...), convert, ascii)
}

// MagnitudeLegend is one line that explains a map of magnitudes: its colours
// from 0 to its limit, and their unit.
func MagnitudeLegend(limit float64, unit string, width int, ink *SignedInk) string {
	low, high := "0 ", strings.TrimRight(fmt.Sprintf(" %.3g %s", limit, unit), " ")
	n := width - len(low) - len(high)
	if n < 3 {
		return strings.Repeat(" ", max(width, 0))
	}
	return low + ink.ramp(0, n) + high
}
