package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// painter paints cells: text with a font, blocks and dots as exact rectangles, as
// good terminals do.
type painter struct {
	face          font.Face
	width, height int // of a cell
	ascent        int
}

func newPainter(file string, points float64) (*painter, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parsed, err := opentype.Parse(text)
	if err != nil {
		return nil, err
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: points, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, err
	}
	advance, _ := face.GlyphAdvance('M')
	m := face.Metrics()
	p := &painter{face: face, width: advance.Round(), height: (m.Ascent + m.Descent).Ceil(), ascent: m.Ascent.Ceil()}
	p.height += p.height % 2 // halves are halves
	return p, nil
}

// write paints the terminal of a session into a file.
func (p *painter) write(file string, s *session) error {
	img := image.NewRGBA(image.Rect(0, 0, p.width*s.columns, p.height*s.rows))
	draw.Draw(img, img.Bounds(), image.NewUniform(s.background), image.Point{}, draw.Src)
	for y := range s.rows {
		for x := range s.columns {
			c := s.CellAt(x, y)
			if c == nil || c.Width == 0 {
				continue
			}
			fg, bg := c.Style.Fg, c.Style.Bg
			if fg == nil {
				fg = s.foreground
			}
			if bg == nil {
				bg = s.background
			}
			p.cell(img, image.Rect(x*p.width, y*p.height, (x+c.Width)*p.width, (y+1)*p.height), c.Content, fg, bg)
		}
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(f, reduced(img)); err != nil {
		return err
	}
	return f.Close()
}

func (p *painter) cell(img *image.RGBA, r image.Rectangle, content string, fg, bg color.Color) {
	draw.Draw(img, r, image.NewUniform(bg), image.Point{}, draw.Src)
	if len([]rune(content)) == 1 {
		if parts := blocks([]rune(content)[0]); parts != nil {
			for _, b := range parts {
				part := image.Rect(
					r.Min.X+int(math.Round(b.x0*float64(r.Dx()))), r.Min.Y+int(math.Round(b.y0*float64(r.Dy()))),
					r.Min.X+int(math.Round(b.x1*float64(r.Dx()))), r.Min.Y+int(math.Round(b.y1*float64(r.Dy()))))
				part.Max.X = max(part.Max.X, part.Min.X+1) // a stroke is not lost
				draw.Draw(img, part, image.NewUniform(mix(bg, fg, b.ink)), image.Point{}, draw.Src)
			}
			return
		}
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(fg), Face: p.face, Dot: fixed.P(r.Min.X, r.Min.Y+p.ascent)}
	d.DrawString(content)
}

// block is a part of a cell, and how much of the colour of text it has.
type block struct{ x0, y0, x1, y1, ink float64 }

// blocks are the parts of a cell that a character fills; nil for those of a font.
func blocks(r rune) []block {
	switch {
	case r == '▀':
		return []block{{0, 0, 1, 0.5, 1}}
	case r >= '▁' && r <= '█': // eighths from below
		return []block{{0, 1 - float64(r-'▁'+1)/8, 1, 1, 1}}
	case r > '█' && r <= '▏': // eighths from the left
		return []block{{0, 0, float64('▏'-r+1) / 8, 1, 1}}
	case r == '▐':
		return []block{{0.5, 0, 1, 1, 1}}
	case r >= '░' && r <= '▓':
		return []block{{0, 0, 1, 1, float64(r-'░'+1) / 4}}
	case r >= '▖' && r <= '▟':
		return quadrants(r)
	case r > 0x2800 && r <= 0x28ff:
		return dots(r - 0x2800)
	}
	return lines(r)
}

// lines are the strokes of a frame or a curve, which meet at the edges of cells
// whatever the height of the font's.
func lines(r rune) []block {
	sides, ok := map[rune]string{
		'─': "lr", '│': "ud", '╭': "dr", '╮': "dl", '╰': "ur", '╯': "ul", '┌': "dr", '┐': "dl", '└': "ur", '┘': "ul",
		'├': "udr", '┤': "udl", '┬': "lrd", '┴': "lru", '┼': "lrud", '╴': "l", '╵': "u", '╶': "r", '╷': "d",
	}[r]
	if !ok {
		return nil
	}
	const x, y = 0.06, 0.03 // half a stroke
	var all []block
	for _, side := range sides {
		all = append(all, map[rune]block{
			'l': {0, 0.5 - y, 0.5 + x, 0.5 + y, 1}, 'r': {0.5 - x, 0.5 - y, 1, 0.5 + y, 1},
			'u': {0.5 - x, 0, 0.5 + x, 0.5 + y, 1}, 'd': {0.5 - x, 0.5 - y, 0.5 + x, 1, 1},
		}[side])
	}
	return all
}

func quadrants(r rune) []block {
	filled := [...]string{"c", "d", "a", "acd", "ad", "abc", "abd", "b", "bc", "bcd"}[r-'▖']
	var all []block
	for _, q := range filled {
		x, y := float64((q-'a')%2)/2, float64((q-'a')/2)/2
		all = append(all, block{x, y, x + 0.5, y + 0.5, 1})
	}
	return all
}

// dots are those of braille, by the bits of the character.
func dots(bits rune) []block {
	var all []block
	for i, at := range [...][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}} {
		if bits>>i&1 != 0 {
			x, y := float64(at[0])/2, float64(at[1])/4
			all = append(all, block{x + 0.12, y + 0.05, x + 0.38, y + 0.2, 1})
		}
	}
	return all
}

func mix(a, b color.Color, share float64) color.Color {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	part := func(x, y uint32) uint8 {
		return uint8(math.Round((float64(x) + share*(float64(y)-float64(x))) / 257))
	}
	return color.RGBA{part(ar, br), part(ag, bg), part(ab, bb), 0xff}
}

// reduced is a picture with at most 256 colours, which takes a third of the bytes:
// as many bits of each are kept as it takes.
func reduced(img *image.RGBA) image.Image {
	for bits := 0; bits < 8; bits++ {
		if p, ok := reducedTo(img, bits); ok {
			return p
		}
	}
	return img
}

func reducedTo(img *image.RGBA, drop int) (*image.Paletted, bool) {
	mask := uint8(0xff << drop)
	index := map[color.RGBA]uint8{}
	var palette color.Palette
	p := image.NewPaletted(img.Bounds(), nil)
	for i := range p.Pix {
		full := color.RGBA{img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], 0xff}
		c := color.RGBA{full.R & mask, full.G & mask, full.B & mask, 0xff}
		at, ok := index[c]
		if !ok {
			if len(palette) == 256 {
				return nil, false
			}
			at = uint8(len(palette))
			index[c] = at
			palette = append(palette, full) // the first of its kind stands for all
		}
		p.Pix[i] = at
	}
	p.Palette = palette
	return p, true
}
