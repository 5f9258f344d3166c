package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// levels is the number of colours of a signed map: odd, so that zero has one.
const levels = 65

// SignedInk is how signed numbers are drawn: colours from negative to positive
// at equal distances, or, without colours, a sign and a shade.
type SignedInk struct {
	fg, bg []string // escape sequences by level
	light  []bool   // whether a level is lighter than middle grey
	ascii  bool
}

// NewSignedInk interpolates the stops, 0xRRGGBB from negative to positive, and
// passes every colour through convert, which reduces it to what the terminal
// has. A nil convert means no colours: a sign and a shade.
func NewSignedInk(stops []uint32, convert func(color.Color) color.Color, ascii bool) *SignedInk {
	ink := &SignedInk{ascii: ascii}
	if convert == nil {
		return ink
	}
	for level := range levels {
		rgb := blend(stops, float64(level)/(levels-1))
		c := convert(rgb)
		ink.fg = append(ink.fg, foreground(c))
		ink.bg = append(ink.bg, background(c))
		ink.light = append(ink.light, luma(rgb) > 128)
	}
	return ink
}

// Shaded says that there are no colours, and that tiles take whole rows.
func (ink *SignedInk) Shaded() bool { return len(ink.fg) == 0 || ink.ascii }

// blend interpolates linearly between stops, t from 0 to 1.
func blend(stops []uint32, t float64) color.RGBA {
	position := t * float64(len(stops)-1)
	i := min(int(position), len(stops)-2)
	f := position - float64(i)
	mix := func(shift int) uint8 {
		a, b := float64(stops[i]>>shift&0xff), float64(stops[i+1]>>shift&0xff)
		return uint8(math.Round(a + f*(b-a)))
	}
	return color.RGBA{mix(16), mix(8), mix(0), 0xff}
}

// luma is the perceived brightness, 0 to 255 (Rec. 601).
func luma(c color.RGBA) float64 {
	return 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)
}

// Mark draws attention to one site of a map.
type Mark struct{ Row, Column int }

// Signed draws an L x L field, row-major, as a signed map with the symmetric
// limits -limit and +limit; a tile of pooled sites shows their mean. A mark is
// put as brackets round its tile. What is not a number is drawn as zero.
func Signed(x []float32, r Raster, limit float64, ink *SignedInk, mark *Mark) []string {
	value := pooled(r, x)
	for i := range value {
		value[i] = fraction(value[i]/float64(r.Pool*r.Pool), limit)
	}
	if ink.Shaded() {
		return ink.shaded(value, r, mark)
	}
	return ink.colored(value, r, mark)
}

// fraction is v/limit cut to -1 .. 1.
func fraction(v, limit float64) float64 {
	if math.IsNaN(v) || limit <= 0 {
		return 0
	}
	return max(-1, min(1, v/limit))
}

func level(fraction float64) int {
	return int(math.Round((fraction + 1) / 2 * (levels - 1)))
}

func (ink *SignedInk) colored(value []float64, r Raster, mark *Mark) []string {
	lines := make([]string, r.Rows())
	for j := range lines {
		upper, lower := r.halves(j)
		var row strings.Builder
		lastUpper, lastLower := -1, -1
		for i := range r.Columns() {
			x := i / r.Scale
			u, l := level(value[upper*r.Tiles+x]), level(value[lower*r.Tiles+x])
			if glyph := r.bracket(mark, i, j); glyph != "" {
				row.WriteString(ink.marked(glyph, u))
				lastUpper, lastLower = -1, -1
				continue
			}
			if u != lastUpper || l != lastLower {
				row.WriteString(ink.halves(u, l, lastUpper != lastLower))
				lastUpper, lastLower = u, l
			}
			row.WriteString(half(u == l))
		}
		lines[j] = row.String() + reset
	}
	return lines
}

func half(same bool) string {
	if same {
		return " "
	}
	return "▀"
}

// halves sets the colours of a cell with an upper and a lower half. Where they are
// the same the background says all, and no colour of glyphs is set or kept: a
// picture of whole cells then costs a slow line half as much.
func (ink *SignedInk) halves(upper, lower int, glyphs bool) string {
	switch {
	case upper != lower:
		return ink.fg[upper] + ink.bg[lower]
	case glyphs:
		return "\x1b[39m" + ink.bg[lower]
	}
	return ink.bg[lower]
}

// marked is a glyph in black or white on the colour of a level.
func (ink *SignedInk) marked(glyph string, level int) string {
	contrast := "\x1b[97m"
	if ink.light[level] {
		contrast = "\x1b[30m"
	}
	return contrast + ink.bg[level] + glyph
}

// bracket is the glyph of a mark at column i and row j of the picture, if any.
func (r Raster) bracket(mark *Mark, i, j int) string {
	if mark == nil {
		return ""
	}
	x, y := r.Tile(mark.Row, mark.Column)
	middle := (y*r.Scale + r.Scale/2) / 2
	switch {
	case j != middle:
		return ""
	case r.Scale == 1 && i == x:
		return "◆"
	case i == x*r.Scale:
		return "["
	case i == (x+1)*r.Scale-1:
		return "]"
	}
	return ""
}

// shaded writes a sign in the first column of a tile and its magnitude in the
// others.
func (ink *SignedInk) shaded(value []float64, r Raster, mark *Mark) []string {
	shade := shades(ink.ascii)
	lines := make([]string, r.Rows())
	for j := range lines {
		y := 2 * j / r.Scale
		var row strings.Builder
		for i := range r.Columns() {
			v := value[y*r.Tiles+i/r.Scale]
			darkness := int(math.Round(math.Abs(v) * float64(len(shade)-1)))
			glyph := r.bracket(mark, i, j)
			switch {
			case glyph != "":
			case i%r.Scale == 0:
				glyph = sign(v, darkness)
			default:
				glyph = shade[darkness]
			}
			row.WriteString(glyph)
		}
		lines[j] = row.String()
	}
	return lines
}

func sign(v float64, darkness int) string {
	switch {
	case darkness == 0:
		return " "
	case v < 0:
		return "-"
	}
	return "+"
}

// Limit is a round symmetric limit for a field: the smallest of 1, 1.5, 2, 3,
// 4, 5, 6, 8 times a power of ten that holds 99 % of the magnitudes, so that it
// seldom jumps while the field moves. It is 1 for a field of zeros.
func Limit(x []float32) float64 {
	magnitudes := make([]float64, 0, len(x))
	for _, v := range x {
		if m := math.Abs(float64(v)); m < math.Inf(1) {
			magnitudes = append(magnitudes, m)
		}
	}
	if len(magnitudes) == 0 {
		return 1
	}
	slices.Sort(magnitudes)
	m := magnitudes[(len(magnitudes)-1)*99/100]
	if m < 1e-30 {
		return 1
	}
	decade := math.Pow(10, math.Floor(math.Log10(m)))
	for _, step := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8} {
		if m <= step*decade*(1+1e-9) {
			return step * decade
		}
	}
	return 10 * decade
}

// Swatch is two columns that show a fraction of the limit, from -1 to 1.
func (ink *SignedInk) Swatch(fraction float64) string {
	if ink.Shaded() {
		shade := shades(ink.ascii)
		darkness := int(math.Round(math.Abs(fraction) * float64(len(shade)-1)))
		return sign(fraction, darkness) + shade[darkness]
	}
	return ink.bg[level(fraction)] + "  " + reset
}

// Legend is one line that explains a signed map: its colours between its
// limits.
func Legend(limit float64, width int, ink *SignedInk) string {
	return LegendBetween(fmt.Sprintf("%+.3g", -limit), fmt.Sprintf("%+.3g", limit), width, ink)
}

// LegendBetween is the same with words of the caller's for the limits.
func LegendBetween(low, high string, width int, ink *SignedInk) string {
	n := width - ansi.StringWidth(low) - ansi.StringWidth(high) - 2
	if n < 3 {
		return strings.Repeat(" ", max(width, 0))
	}
	return low + " " + ink.ramp(-1, n) + " " + high
}

// ramp is n columns with the colours from a fraction of the limit to the limit.
func (ink *SignedInk) ramp(from float64, n int) string {
	var bar strings.Builder
	for i := range n {
		f := from + (1-from)*float64(i)/float64(n-1)
		if ink.Shaded() {
			bar.WriteString(shades(ink.ascii)[int(math.Round(math.Abs(f)*4))])
			continue
		}
		bar.WriteString(ink.bg[level(f)] + " ")
	}
	if !ink.Shaded() {
		bar.WriteString(reset)
	}
	return bar.String()
}
