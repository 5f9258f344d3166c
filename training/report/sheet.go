package report

import (
	"bytes"
	"image/color"
	"image/png"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// sheet is what is printed as one figure: blocks below each other.
type sheet []block

// block is rows of panels of equal size, and the key of their colours below, if
// they share one. A panel may be nil.
type block struct {
	panels [][]*panel
	height vg.Length // of all rows together
	width  vg.Length // of all columns together; 0 for the page's
	key    *scale
}

const (
	gap       = 3 * vg.Millimeter  // between panels
	keyHeight = 11 * vg.Millimeter // of the key of colours, with its axis
	keyWidth  = 70 * vg.Millimeter
	margin    = 2 * vg.Millimeter
	fullWidth = pageWidth - 2*margin
)

// diagrams is a block of panels with axes, so high each.
func diagrams(height vg.Length, rows ...[]*panel) block {
	return block{panels: rows, height: height * vg.Length(len(rows))}
}

// thirds is a block of panels that each have a third of the page's width.
func thirds(height vg.Length, panels []*panel) block {
	columns := min(perRow, len(panels))
	var all [][]*panel
	for first := 0; first < len(panels); first += columns {
		row := make([]*panel, columns)
		copy(row, panels[first:])
		all = append(all, row)
	}
	b := diagrams(height, all...)
	b.width = fullWidth / perRow * vg.Length(columns)
	return b
}

const perRow = 3 // of thirds

// gallery is a block of square pictures, so many in a row. No picture is wider
// than widest.
func gallery(key scale, columns int, widest vg.Length, pictures ...*panel) block {
	gaps := gap * vg.Length(columns-1)
	side := min(widest, (fullWidth-gaps)/vg.Length(columns))
	b := block{key: &key, height: -gap, width: side*vg.Length(columns) + gaps}
	for len(pictures) > 0 {
		row := make([]*panel, columns)
		pictures = pictures[copy(row, pictures):]
		b.panels = append(b.panels, row)
		names := vg.Length(0)
		for _, p := range row {
			if p != nil && p.Title.Text != "" {
				names = max(names, p.Title.TextStyle.Rectangle(p.Title.Text).Size().Y+p.Title.Padding)
			}
		}
		b.height += gap + names + side
	}
	return b
}

// size is that of the whole sheet.
func (s sheet) size() (width, height vg.Length) {
	height = 2*margin + gap*vg.Length(len(s)-1)
	for _, b := range s {
		height += b.space()
	}
	return pageWidth, height
}

// space is the height that a block takes.
func (b block) space() vg.Length {
	if b.key != nil {
		return b.height + keyHeight
	}
	return b.height
}

// err is the first error of any panel.
func (s sheet) err() error {
	for _, b := range s {
		for _, row := range b.panels {
			for _, p := range row {
				if p != nil && p.err != nil {
					return p.err
				}
			}
		}
	}
	return nil
}

// draw draws the sheet.
func (s sheet) draw(c draw.Canvas) {
	c = draw.Crop(c, margin, -margin, margin, -margin)
	for _, b := range s {
		all := b.space()
		b.draw(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-all, 0))
		c.Max.Y -= all + gap
	}
}

func (b block) draw(c draw.Canvas) {
	if b.key != nil {
		below := draw.Crop(c, 0, 0, 0, -b.height)
		middle := (below.Max.X - below.Min.X - keyWidth) / 2
		b.key.bar().Draw(draw.Crop(below, middle, -middle, 0, -gap/2))
		c = draw.Crop(c, 0, 0, keyHeight, 0)
	}
	if b.width > 0 {
		left := (c.Max.X - c.Min.X - b.width) / 2
		c = draw.Crop(c, left, -left, 0, 0)
	}
	tiles := draw.Tiles{Rows: len(b.panels), Cols: len(b.panels[0]), PadX: gap, PadY: gap}
	rows := make([][]*plot.Plot, len(b.panels))
	for i, row := range b.panels {
		rows[i] = make([]*plot.Plot, len(row))
		for j, p := range row {
			if p != nil {
				p.ready()
				rows[i][j] = p.Plot
			}
		}
	}
	for i, row := range plot.Align(rows, tiles, c) {
		for j, canvas := range row {
			if p := rows[i][j]; p != nil {
				p.Draw(canvas)
			}
		}
	}
}

// svg is the sheet as scalable vector graphics.
func (s sheet) svg() ([]byte, error) {
	w, h := s.size()
	c := vgsvg.New(w, h)
	s.draw(draw.New(c))
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	return bytes.ReplaceAll(b.Bytes(), []byte("data:image/jpg;"), []byte("data:image/png;")), err // what they are
}

// png is the sheet in dots.
func (s sheet) png() ([]byte, error) {
	w, h := s.size()
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dotsPerIn), vgimg.UseBackgroundColor(color.White))
	s.draw(draw.New(c))
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, frugal(c.Image()))
	return b.Bytes(), err
}
