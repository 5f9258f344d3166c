package training

import (
	"math"
	"math/rand/v2"
)

// The ziggurat of Marsaglia and Tsang (J. Stat. Softw. 5 (2000) 8) covers the
// density f(x) = exp(-x^2/2), x > 0, by layers of one area: rectangles lying on
// each other, from x = 0 to where the lower side meets f. The lowest layer is a
// rectangle as wide as zigguratBase and the whole tail beyond it. A random
// layer, and a random point in it if it lies under f, is a point drawn evenly
// from under f.
//
// The generator of math/rand takes 64 random bits for a number; this one takes
// 32, which is what a float32 can use: 8 choose the layer, and 24 others the
// place in it, in steps of at most 4.4e-7.
const (
	zigguratLayers = 256
	zigguratBase   = 3.6541528853610088 // the top layer ends at f(0) = 1
	zigguratSteps  = 1 << 23            // places in a layer, on either side of 0
)

// layer is one layer of the ziggurat. Its places are -zigguratSteps to
// zigguratSteps-1, the place j at x = (j + 1/2) step.
type layer struct {
	inside uint32  // that many places on either side lie under f with certainty
	step   float32 // width / zigguratSteps
	bottom float64 // f at the lower side; unused in the lowest layer
	height float64
}

// ziggurat has the lowest layer first.
var ziggurat = newZiggurat()

func newZiggurat() (z [zigguratLayers]layer) {
	density := func(x float64) float64 { return math.Exp(-x * x / 2) }
	tail := math.Sqrt(math.Pi/2) * math.Erfc(zigguratBase/math.Sqrt2)
	area := zigguratBase*density(zigguratBase) + tail
	// The lowest layer counts as a rectangle of its area: what lies beyond
	// zigguratBase stands for the tail.
	width, above := area/density(zigguratBase), zigguratBase
	for i := range z {
		bottom := density(width)
		z[i] = layer{
			inside: uint32(above / width * zigguratSteps),
			step:   float32(width / zigguratSteps),
			bottom: bottom,
			height: density(above) - bottom,
		}
		width = above
		top := min(area/width+density(width), 1) // 1 but for rounding in the last layer
		above = math.Sqrt(-2 * math.Log(top))
	}
	return z
}

// normal makes a standard normal number of 32 random bits, and of more from
// source where they do not suffice, once in 80 times.
func normal(source *rand.ChaCha8, bits uint32) float32 {
	for {
		x, inside := quick(bits)
		if inside || edge(source, &ziggurat[bits%zigguratLayers], &x) {
			return x
		}
		bits = uint32(source.Uint64())
	}
}

// quick is the place that bits stand for, and whether it lies under f with
// certainty.
func quick(bits uint32) (x float32, inside bool) {
	l := &ziggurat[bits%zigguratLayers]
	place := int32(bits) >> 8
	return (float32(place) + 0.5) * l.step, uint32(place^place>>31) < l.inside
}

// edge decides on an x that may lie beyond f; in the lowest layer it may move it
// to the tail.
func edge(source *rand.ChaCha8, l *layer, x *float32) bool {
	at := float64(*x)
	if l != &ziggurat[0] {
		return l.bottom+l.height*uniform(source) < math.Exp(-at*at/2)
	}
	if math.Abs(at) >= zigguratBase {
		*x = float32(math.Copysign(beyondBase(source), at))
	}
	return true
}

// beyondBase draws from the tail, by rejection from an exponential
// density (Marsaglia, Technometrics 6 (1964) 101).
func beyondBase(source *rand.ChaCha8) float64 {
	for {
		x := -math.Log(uniform(source)) / zigguratBase
		y := -math.Log(uniform(source))
		if 2*y > x*x {
			return zigguratBase + x
		}
	}
}

// uniform draws from between 0 and 1, both left out.
func uniform(source *rand.ChaCha8) float64 {
	return (float64(source.Uint64()>>11) + 0.5) / (1 << 53)
}
