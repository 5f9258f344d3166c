package themes

import (
	"math"
	"testing"
)

// luminance is Y, from 0 to 1.
func luminance(rgb uint32) float64 { return tristimulus.times(lightOf(rgb))[1] }

// contrastOf is that of WCAG 2, from 1 to 21.
func contrastOf(a, b uint32) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// lightness is L*, from 0 to 100.
func lightness(rgb uint32) float64 { return lab(lightOf(rgb))[0] }

// visions are what an eye without one kind of cone makes of light: Machado,
// Oliveira and Fernandes, IEEE Trans. Vis. Comput. Graph. 15 (2009) 1291, for
// the whole loss.
var visions = map[string]matrix{
	"all cones": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia": {
		{0.152286, 1.052583, -0.204868},
		{0.114503, 0.786281, 0.099216},
		{-0.003882, -0.048116, 1.051998},
	},
	"deuteranopia": {
		{0.367322, 0.860646, -0.227968},
		{0.280085, 0.672501, 0.047413},
		{-0.011820, 0.042940, 0.968881},
	},
	"tritanopia": {
		{1.255528, -0.076749, -0.178779},
		{-0.078411, 0.930809, 0.147602},
		{0.004733, 0.691367, 0.303900},
	},
}

// seen is the colour that an eye sees, in L*, a*, b*.
func (m matrix) seen(rgb uint32) [3]float64 {
	l := m.times(lightOf(rgb))
	for i, v := range l {
		l[i] = max(0, min(1, v))
	}
	return lab(l)
}

// difference is the Delta E of CIE 1976 of two colours to an eye: 2.3 is just
// noticeable, black and white are 100 apart.
func (m matrix) difference(a, b uint32) float64 {
	x, y := m.seen(a), m.seen(b)
	return math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2])
}

// What is known of these formulas.
func TestScience(t *testing.T) {
	near := func(what string, got, want, tolerance float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tolerance) {
			t.Errorf("%s is %.4f, want %.4f", what, got, want)
		}
	}
	near("the contrast of black and white", contrastOf(0, 0xffffff), 21, 1e-4)
	near("the contrast of #767676, the lightest grey of level AA on white", contrastOf(0x767676, 0xffffff), 4.54, 0.005)
	near("L* of red", lab(lightOf(0xff0000))[0], 53.24, 0.01) // Lindbloom's calculator
	near("a* of red", lab(lightOf(0xff0000))[1], 80.09, 0.01)
	near("b* of red", lab(lightOf(0xff0000))[2], 67.20, 0.01)
	near("L* of middle grey", lightness(0x777777), 50.03, 0.01)
	all := visions["all cones"]
	for name, eye := range visions {
		near("a difference of greys to "+name, eye.difference(0x303030, 0xc0c0c0), all.difference(0x303030, 0xc0c0c0), 0.01)
	}
	red, green, blue, teal := uint32(0xc03030), uint32(0x5c7a00), uint32(0x0000ff), uint32(0x00504b)
	if d, n := visions["deuteranopia"].difference(red, green), all.difference(red, green); d > 0.4*n {
		t.Errorf("deuteranopia keeps red and green %.1f apart, all cones %.1f", d, n)
	}
	if d, n := visions["tritanopia"].difference(blue, teal), all.difference(blue, teal); d > 0.5*n {
		t.Errorf("tritanopia keeps blue and teal %.1f apart, all cones %.1f", d, n)
	}
}
