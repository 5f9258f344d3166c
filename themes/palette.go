package themes

import (
	"math"
	"sync"
)

// index is the colour of an index from 16 to 255 in the palette of xterm.
func index(i uint8) uint32 {
	if i >= 232 {
		grey := uint32(8 + 10*(uint32(i)-232))
		return grey<<16 | grey<<8 | grey
	}
	steps := [6]uint32{0, 95, 135, 175, 215, 255}
	i -= 16
	return steps[i/36]<<16 | steps[i/6%6]<<8 | steps[i%6]
}

// lightOf is the amounts of red, green and blue light of a colour, 0 to 1:
// IEC 61966-2-1.
func lightOf(rgb uint32) [3]float64 {
	var l [3]float64
	for i := range l {
		v := float64(rgb>>(16-8*i)&0xff) / 255
		if l[i] = v / 12.92; v > 0.04045 {
			l[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return l
}

type matrix [3][3]float64

func (m matrix) times(v [3]float64) (product [3]float64) {
	for i, row := range m {
		product[i] = row[0]*v[0] + row[1]*v[1] + row[2]*v[2]
	}
	return product
}

// tristimulus takes light of sRGB to X, Y, Z.
var tristimulus = matrix{
	{0.4124564, 0.3575761, 0.1804375},
	{0.2126729, 0.7151522, 0.0721750},
	{0.0193339, 0.1191920, 0.9503041},
}

// lab is L*, a*, b* of CIE 1976, with the white of sRGB.
func lab(l [3]float64) [3]float64 {
	xyz, white := tristimulus.times(l), tristimulus.times([3]float64{1, 1, 1})
	var f [3]float64
	for i := range f {
		t := xyz[i] / white[i]
		if f[i] = math.Cbrt(t); t <= 216.0/24389 {
			f[i] = (24389.0/27*t + 16) / 116
		}
	}
	return [3]float64{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

// fixed are L*, a*, b* of the colours of 256 that users do not change, from index
// first.
var fixed = sync.OnceValue(func() [256 - first][3]float64 {
	var all [256 - first][3]float64
	for i := range all {
		all[i] = lab(lightOf(index(uint8(first + i))))
	}
	return all
})

const first = 16

// Nearest is the index, of 256 colours, of what looks most like a colour,
// 0xRRGGBB. Lightness counts twice, for that is what orders a map. To round red,
// green and blue one by one, as terminals' libraries do, makes olive of a dark
// orange.
func Nearest(rgb uint32) uint8 {
	want := lab(lightOf(rgb))
	best, least := 0, math.Inf(1)
	for i, have := range fixed() {
		l, a, b := have[0]-want[0], have[1]-want[1], have[2]-want[2]
		if d := 2*l*l + a*a + b*b; d < least {
			best, least = i, d
		}
	}
	return uint8(first + best)
}
