package report

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is a diagram with two axes, or a picture without. On an axis that is
// logarithmic stand the decimal logarithms of what is drawn: gonum's own scale
// panics where a value is not positive.
type panel struct {
	*plot.Plot
	logX, logY bool
	err        error // the first of gonum's
}

// newPanel makes an empty diagram. Its axes take their ranges from the data.
func newPanel(title, x, y string) *panel {
	p := &panel{Plot: plot.New()}
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = vg.Points(3)
	write(&p.Title.TextStyle, labelSize)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		write(&a.Label.TextStyle, labelSize)
		write(&a.Tick.Label, tickSize)
		a.Width, a.Tick.Width, a.Tick.Length = axisWidth, axisWidth, tickLong
		a.Padding, a.Label.Padding = vg.Points(2), vg.Points(1)
	}
	write(&p.Legend.TextStyle, tickSize)
	p.Legend.ThumbnailWidth, p.Legend.Padding = 5*vg.Millimeter, vg.Points(1)
	p.Legend.Top = true
	p.X.Tick.Marker, p.Y.Tick.Marker = evenly{}, evenly{}
	return p
}

// logarithmic makes axes logarithmic, before anything is drawn. What is not
// positive has no place there.
func (p *panel) logarithmic(x, y bool) *panel {
	p.logX, p.logY = x, y
	if x {
		p.X.Tick.Marker = decades{}
	}
	if y {
		p.Y.Tick.Marker = decades{}
	}
	return p
}

// at is where a point stands, if it has a place.
func (p *panel) at(x, y float64) (xy plotter.XY, ok bool) {
	if p.logX {
		x = math.Log10(x)
	}
	if p.logY {
		y = math.Log10(y)
	}
	return plotter.XY{X: x, Y: y}, finite(x) && finite(y)
}

// points are those that have a place.
func (p *panel) points(x, y []float64) (points plotter.XYs) {
	for i := range x {
		if xy, ok := p.at(x[i], y[i]); ok {
			points = append(points, xy)
		}
	}
	return points
}

// line draws a curve, in pieces where points between have no place. Without a name
// it is not in the legend.
func (p *panel) line(name string, style draw.LineStyle, x, y []float64) {
	var piece plotter.XYs
	end := func() {
		if len(piece) == 1 { // of which no line is made
			p.scatter(name, dot(style.Color), piece)
			piece, name = nil, ""
		}
		if len(piece) > 0 {
			l, err := plotter.NewLine(piece)
			if p.keep(err) {
				l.LineStyle = style
				p.Add(l)
				p.name(name, l)
			}
			piece, name = nil, ""
		}
	}
	for i := range x {
		if xy, ok := p.at(x[i], y[i]); ok {
			piece = append(piece, xy)
		} else {
			end()
		}
	}
	end()
}

// dots draws points with error bars; err may be nil.
func (p *panel) dots(name string, c color.NRGBA, x, y, err []float64) {
	p.marks(name, dot(c), x, y, err)
}

func dot(c color.Color) draw.GlyphStyle {
	return draw.GlyphStyle{Color: c, Radius: vg.Points(1.8), Shape: draw.CircleGlyph{}}
}

// crosses draws points that are not to be relied on, with error bars.
func (p *panel) crosses(c color.NRGBA, x, y, err []float64) {
	p.marks("", draw.GlyphStyle{Color: c, Radius: vg.Points(2.5), Shape: draw.CrossGlyph{}}, x, y, err)
}

func (p *panel) marks(name string, style draw.GlyphStyle, x, y, err []float64) {
	xy := p.points(x, y)
	if len(xy) == 0 {
		return
	}
	if err != nil {
		p.bars(style.Color, x, y, err)
	}
	p.scatter(name, style, xy)
}

// scatter draws points that have a place.
func (p *panel) scatter(name string, style draw.GlyphStyle, xy plotter.XYs) {
	s, err := plotter.NewScatter(xy)
	if p.keep(err) {
		s.GlyphStyle = style
		p.Add(s)
		p.name(name, s)
	}
}

// deepest is how many decades a logarithmic axis shows of what reaches down to 0.
const deepest = 3

// bars draws error bars.
func (p *panel) bars(c color.Color, x, y, err []float64) {
	var at struct {
		plotter.XYs
		plotter.YErrors
	}
	for i := range x {
		xy, ok := p.at(x[i], y[i])
		high, up := p.at(x[i], y[i]+err[i])
		low, down := p.at(x[i], y[i]-err[i])
		if !ok || !up || !(err[i] > 0) {
			continue
		}
		if !down {
			low.Y = xy.Y - deepest
		}
		at.XYs = append(at.XYs, xy)
		at.YErrors = append(at.YErrors, struct{ Low, High float64 }{xy.Y - low.Y, high.Y - xy.Y})
	}
	if len(at.XYs) == 0 {
		return
	}
	bars, e := plotter.NewYErrorBars(at)
	if p.keep(e) {
		bars.LineStyle = draw.LineStyle{Color: c, Width: lineWidth / 2}
		bars.CapWidth = vg.Points(2.5)
		p.Add(bars)
	}
}

// band fills the space between two curves, in pieces as line does.
func (p *panel) band(c color.NRGBA, x, low, high []float64) {
	var below, above plotter.XYs
	end := func() {
		if len(below) > 1 {
			slices.Reverse(above)
			fill, err := plotter.NewPolygon(append(below, above...))
			if p.keep(err) {
				fill.Color, fill.LineStyle.Width = pale(c), 0
				p.Add(fill)
			}
		}
		below, above = nil, nil
	}
	for i := range x {
		top, up := p.at(x[i], high[i])
		bottom, down := p.at(x[i], low[i])
		if !up {
			end()
			continue
		}
		if !down {
			bottom.Y = top.Y - deepest
		}
		below, above = append(below, bottom), append(above, top)
	}
	end()
}

// within draws a curve with a band of an error to each side.
func (p *panel) within(name string, c color.NRGBA, x, y, err []float64) {
	low, high := make([]float64, len(y)), make([]float64, len(y))
	for i := range y {
		low[i], high[i] = y[i]-err[i], y[i]+err[i]
	}
	p.band(c, x, low, high)
	p.line(name, stroke(c, 0), x, y)
}

// level draws a horizontal line, as long as the axis is now.
func (p *panel) level(name string, y float64) {
	from, to := p.X.Min, p.X.Max
	if p.logX {
		from, to = math.Pow(10, from), math.Pow(10, to)
	}
	p.line(name, dashed(), []float64{from, to}, []float64{y, y})
}

func (p *panel) name(name string, t plot.Thumbnailer) {
	if name != "" {
		p.Legend.Add(name, t)
	}
}

// ready gives axes that no data have stretched a range.
func (p *panel) ready() {
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		if a.Min > a.Max {
			a.Min, a.Max = 0, 1
		}
	}
}

// keep remembers the first error, and says whether there is none.
func (p *panel) keep(err error) bool {
	if err != nil && p.err == nil {
		p.err = err
	}
	return err == nil
}
