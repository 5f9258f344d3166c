package report

import (
	"image/color"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The style of print: a sans-serif face in three sizes, thin lines, a white
// ground, nothing that carries no data.
const (
	pageWidth = 160 * vg.Millimeter // the text of a page of A4
	dotsPerIn = 150                 // of PNG

	labelSize = 8.5 // points, of axes
	tickSize  = 7.5 // of ticks, legends and the names of pictures
	axisWidth = 0.5 * vg.Millimeter / 3
	lineWidth = 0.4 * vg.Millimeter
	tickLong  = 1.2 * vg.Millimeter
)

var (
	ink   = color.NRGBA{A: 255}
	faint = color.NRGBA{R: 150, G: 150, B: 150, A: 255} // of references and frames
	blank = color.NRGBA{R: 225, G: 225, B: 225, A: 255} // where there is no value
)

// hues are told apart by people with any of the common colour blindnesses
// (Okabe and Ito, Color Universal Design, 2008), in the order in which they are
// used. Their yellow is left out: it is too light for lines on white.
var hues = []color.NRGBA{
	{R: 0, G: 114, B: 178, A: 255},
	{R: 213, G: 94, B: 0, A: 255},
	{R: 0, G: 158, B: 115, A: 255},
	{R: 204, G: 121, B: 167, A: 255},
	{R: 230, G: 159, B: 0, A: 255},
	{R: 86, G: 180, B: 233, A: 255},
}

// hue is the colour of the curve with this number.
func hue(i int) color.NRGBA { return hues[i%len(hues)] }

// pale is a colour for the band around a curve.
func pale(c color.NRGBA) color.NRGBA {
	c.A = 70
	return c
}

// dashes tell curves apart that share a colour.
var dashes = [][]vg.Length{nil, {vg.Points(4), vg.Points(2)}, {vg.Points(1), vg.Points(1.5)}}

// face is the fount of all texts.
func face(size float64) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
}

// write gives a style of text its fount.
func write(s *text.Style, size float64) {
	s.Font, s.Color = face(size), ink
}

// dashed is the line of what a curve is compared with.
func dashed() draw.LineStyle {
	return draw.LineStyle{Color: ink, Width: lineWidth / 2, Dashes: dashes[1]}
}

// stroke is a line of this colour.
func stroke(c color.Color, dash int) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: lineWidth, Dashes: dashes[dash%len(dashes)]}
}
