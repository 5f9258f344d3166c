package chart

import (
	"image/color"
	"math"
	"strings"
)

// SparkInk is how a sparkline is drawn.
type SparkInk struct {
	Color color.Color
	ASCII bool
}

// Spark is the course of a quantity on one line of some width: heights from the
// lowest to the highest of its values, in the middle if they are all the same. None
// touches the line above.
// What is not finite is a gap.
func Spark(values []float64, width int, ink SparkInk) string {
	glyph := []rune("▁▂▃▄▅▆▇")
	if ink.ASCII {
		glyph = []rune("_.,-~=*")
	}
	points := Resample(values, max(width, 0))
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range points {
		if finite(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	var line strings.Builder
	for _, v := range points {
		switch {
		case !finite(v):
			line.WriteRune(' ')
		case !(high/2-low/2 > 1e-12*math.Abs(high)):
			line.WriteRune(glyph[len(glyph)/2])
		default:
			line.WriteRune(glyph[int(math.Round((v/2-low/2)/(high/2-low/2)*float64(len(glyph)-1)))])
		}
	}
	return paint(ink.Color, line.String())
}
