package report

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// scale turns values into colours.
type scale struct {
	name      string // of the quantity
	low, high float64
	stops     []color.NRGBA // evenly spaced from low to high
}

// The colours of scales: two that meet in white for quantities with a sign, one
// that darkens for those without.
var (
	signed = []color.NRGBA{{R: 0, G: 70, B: 125, A: 255}, {R: 86, G: 160, B: 210, A: 255}, {R: 255, G: 255, B: 255, A: 255}, {R: 235, G: 150, B: 80, A: 255}, {R: 165, G: 55, B: 0, A: 255}}
	rising = []color.NRGBA{{R: 255, G: 255, B: 255, A: 255}, {R: 170, G: 205, B: 230, A: 255}, {R: 40, G: 115, B: 175, A: 255}, {R: 5, G: 30, B: 80, A: 255}}
)

// around is a scale that is white at 0 and reaches the largest value of either
// sign.
func around(name string, values ...[]float64) scale {
	most := 0.0
	for _, list := range values {
		for _, v := range list {
			if finite(v) {
				most = max(most, math.Abs(v))
			}
		}
	}
	if most == 0 {
		most = 1
	}
	return scale{name: name, low: -most, high: most, stops: signed}
}

// from0 is a scale that is white at 0 and darkest at the largest value.
func from0(name string, values ...[]float64) scale {
	s := around(name, values...)
	s.low, s.stops = 0, rising
	return s
}

const shades = 255 // of a scale; one more colour stands for no value

// index is the shade of a value.
func (s scale) index(v float64) uint8 {
	t := (v - s.low) / (s.high - s.low)
	if math.IsNaN(t) {
		return shades
	}
	return uint8(math.Round(max(0, min(1, t)) * (shades - 1)))
}

// palette has the colour of every shade.
func (s scale) palette() color.Palette {
	p := make(color.Palette, shades+1)
	for i := range shades {
		at := float64(i) / (shades - 1) * float64(len(s.stops)-1)
		k := min(int(at), len(s.stops)-2)
		p[i] = mix(s.stops[k], s.stops[k+1], at-float64(k))
	}
	p[shades] = blank
	return p
}

func mix(a, b color.NRGBA, t float64) color.NRGBA {
	part := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-t) + float64(b)*t)) }
	return color.NRGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: 255}
}

// side is how many dots an image has on a side at least, so that whoever shows
// it larger or smaller leaves the edges of its sites sharp.
const side = 240

// image paints values, row-major with the first row on top, so many in a row.
func (s scale) image(values []float64, columns int) image.Image {
	rows := len(values) / columns
	grain := max(1, side/max(columns, rows))
	img := image.NewPaletted(image.Rect(0, 0, columns*grain, rows*grain), s.palette())
	for i, v := range values {
		shade := s.index(v)
		for dy := range grain {
			line := img.Pix[(i/columns*grain+dy)*img.Stride+i%columns*grain:]
			for dx := range grain {
				line[dx] = shade
			}
		}
	}
	return img
}

// newPicture makes a panel of values, row-major, so many in a row.
func newPicture(title string, s scale, values []float64, columns int) *panel {
	p := newPanel(title, "", "")
	write(&p.Title.TextStyle, tickSize)
	p.Title.Padding = vg.Points(2)
	p.HideAxes()
	p.X.Padding, p.Y.Padding = 0, 0
	rows := float64(len(values) / columns)
	p.Add(plotter.NewImage(s.image(values, columns), 0, 0, float64(columns), rows), frame{})
	return p
}

// newMatrix makes a panel of the values v[i*columns + j] of two variables, the first
// of which, y, goes down the rows from low to high, and the second along them.
func newMatrix(title, x, y string, s scale, values []float64, columns int, low, high float64) *panel {
	p := newPanel(title, x, y)
	p.X.Padding, p.Y.Padding = 0, 0
	p.Y.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	p.Add(matrix{s.image(values, columns), low, high}, frame{})
	return p
}

// newSurface is the same with the first row at the bottom, as axes of numbers have
// it.
func newSurface(title, x, y string, s scale, values []float64, columns int, low, high float64) *panel {
	upside := make([]float64, 0, len(values))
	for from := len(values) - columns; from >= 0; from -= columns {
		upside = append(upside, values[from:][:columns]...)
	}
	p := newMatrix(title, x, y, s, upside, columns, low, high)
	p.Y.Scale = plot.LinearScale{}
	return p
}

// matrix is an image with its first row on top. Both axes have the same range.
type matrix struct {
	img       image.Image
	low, high float64
}

// Plot draws the image over all of the canvas.
func (m matrix) Plot(c draw.Canvas, _ *plot.Plot) { c.DrawImage(c.Rectangle, m.img) }

// DataRange is that of the axes.
func (m matrix) DataRange() (xmin, xmax, ymin, ymax float64) { return m.low, m.high, m.low, m.high }

// frame draws a thin line around a picture.
type frame struct{}

// Plot draws the line.
func (frame) Plot(c draw.Canvas, _ *plot.Plot) {
	r := c.Rectangle
	c.StrokeLines(draw.LineStyle{Color: faint, Width: axisWidth}, []vg.Point{
		r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}, r.Min, {X: r.Max.X, Y: r.Min.Y},
	})
}

// bar is the key of a scale: its colours from left to right above an axis.
func (s scale) bar() *panel {
	p := newPanel("", s.name, "")
	p.HideY()
	p.X.Padding, p.Y.Padding = 0, 0
	values := make([]float64, barRows*shades)
	for i := range values {
		values[i] = s.low + (s.high-s.low)*float64(i%shades)/(shades-1)
	}
	p.Add(plotter.NewImage(s.image(values, shades), s.low, 0, s.high, 1), frame{})
	return p
}

// barRows keeps the edges of a bar sharp when it is drawn larger.
const barRows = 16
