package chart

import (
	"math"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// The dots of a braille cell.
const dotColumns, dotRows = 2, 4

// dot is the bit of a dot in a braille cell (Unicode, U+2800), given by its row
// from the top and its column.
var dot = [dotRows][dotColumns]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// cell is some of the eight dots.
type cell struct {
	dots  rune
	color asciigraph.AnsiColor
}

// canvas is a picture in dots, row by row from the top.
type canvas struct {
	columns int
	cells   []cell
}

func newCanvas(columns, rows int) canvas {
	return canvas{columns, make([]cell, columns*rows)}
}

// set puts a dot, in dots from the left and from the top. A cell has one colour:
// the last.
func (c canvas) set(x, y int, color asciigraph.AnsiColor) {
	at := &c.cells[y/dotRows*c.columns+x/dotColumns]
	at.dots |= dot[y%dotRows][x%dotColumns]
	at.color = color
}

// glyph is a blank where there is no dot: not all fonts leave U+2800 empty.
func (c cell) glyph() string {
	if c.dots == 0 {
		return " "
	}
	return string(0x2800 + c.dots)
}

// dottedSpins shows the spins that are up as dots, on the colour of the others.
func dottedSpins(up []bool, r Raster, ink SpinInk) []string {
	c := newCanvas(r.Columns(), r.Rows())
	for i, isUp := range up {
		if isUp {
			c.set(i%r.Tiles, i/r.Tiles, asciigraph.Default)
		}
	}
	lines := make([]string, r.Rows())
	for j := range lines {
		var row strings.Builder
		for _, cell := range c.cells[j*c.columns : (j+1)*c.columns] {
			row.WriteString(cell.glyph())
		}
		lines[j] = ink.color(row.String())
	}
	return lines
}

// dots are the axis and the graph in dots, two to a column and four to a row. A
// value lies where the ordinate has it, whose labels stand at the middle of rows.
func (p Plot) dots(columns, rows int) []string {
	c := newCanvas(columns, rows)
	for _, s := range p.Series {
		values := p.scaled(p.placed(s, dotColumns*columns))
		last := -1
		for x, v := range values {
			if math.IsNaN(v) {
				last = -1
				continue
			}
			y := dotRows*rows - 1 - int(math.Round(v*float64(dotRows*(rows-1))+float64(dotRows-1)/2))
			if last < 0 {
				last = y
			}
			if !s.Dashed || x%(2*dotColumns) < dotColumns {
				c.rise(x, last, y, s.Color)
			}
			last = y
		}
	}
	return c.lines("┤")
}

// rise puts the dots that lead from one height to another, without the first if
// they are not the same.
func (c canvas) rise(x, from, to int, color asciigraph.AnsiColor) {
	for y := to; ; {
		c.set(x, y, color)
		switch {
		case y < from-1:
			y++
		case y > from+1:
			y--
		default:
			return
		}
	}
}

// lines writes each row after some text, a colour at a time.
func (c canvas) lines(before string) []string {
	lines := make([]string, len(c.cells)/c.columns)
	for j := range lines {
		var row strings.Builder
		row.WriteString(before)
		color := asciigraph.Default
		for _, cell := range c.cells[j*c.columns : (j+1)*c.columns] {
			if cell.color != color {
				row.WriteString(cell.color.String())
				color = cell.color
			}
			row.WriteString(cell.glyph())
		}
		if color != asciigraph.Default {
			row.WriteString(asciigraph.Default.String())
		}
		lines[j] = row.String()
	}
	return lines
}
