package chart

import (
	"image/color"
	"strings"
)

// SpinInk is how spins are drawn.
type SpinInk struct {
	Up, Down color.Color
	ASCII    bool // no block glyphs: "##" and ".."
}

// Spins draws an L x L lattice of +1 and -1, row-major, one line a row. A tile
// of pooled sites shows the majority, and its first site where there is none.
//
// Two colours are set once a row, and the four glyphs that fill none, the lower,
// the upper or both halves of a cell do the rest: a moving lattice then costs a
// third of what it costs with a colour a cell.
func Spins(spins []int8, r Raster, ink SpinInk) []string {
	up := majority(spins, r)
	switch r.Grain {
	case Dots:
		return dottedSpins(up, r, ink)
	case Quadrants:
		return quarteredSpins(up, r, ink)
	}
	lines := make([]string, r.Rows())
	for j := range lines {
		upper, lower := r.halves(j)
		var row strings.Builder
		for i := range r.Columns() {
			x := i / r.Scale
			row.WriteString(ink.glyph(up[upper*r.Tiles+x], up[lower*r.Tiles+x]))
		}
		lines[j] = ink.color(row.String())
	}
	return lines
}

// quadrants are the glyphs of a cell by its four parts: 1 is the upper left, 2 the
// upper right, 4 the lower left, 8 the lower right one.
var quadrants = []rune(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")

// quarteredSpins shows four spins in a cell.
func quarteredSpins(up []bool, r Raster, ink SpinInk) []string {
	lines := make([]string, r.Rows())
	for j := range lines {
		var row strings.Builder
		for i := range r.Columns() {
			parts := 0
			for part, at := range [4]int{0, 1, r.Tiles, r.Tiles + 1} {
				if up[2*j*r.Tiles+2*i+at] {
					parts |= 1 << part
				}
			}
			row.WriteRune(quadrants[parts])
		}
		lines[j] = ink.color(row.String())
	}
	return lines
}

func majority(spins []int8, r Raster) []bool {
	up := make([]bool, r.Tiles*r.Tiles)
	L := r.Tiles * r.Pool
	for tile, sum := range pooled(r, spins) {
		first := spins[(tile/r.Tiles)*r.Pool*L+(tile%r.Tiles)*r.Pool]
		up[tile] = sum > 0 || sum == 0 && first > 0
	}
	return up
}

func (ink SpinInk) glyph(upper, lower bool) string {
	switch {
	case ink.ASCII && upper:
		return "#"
	case ink.ASCII:
		return "."
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}

func (ink SpinInk) color(row string) string {
	if ink.ASCII {
		return paint(ink.Up, row)
	}
	set := foreground(ink.Up) + background(ink.Down)
	if set == "" {
		return row
	}
	return set + row + reset
}
