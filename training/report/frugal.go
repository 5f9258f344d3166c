package report

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// frugal is an image with a palette of as many colours as a byte can count. If it
// has more, those that it has most of stand for others that are near, no further
// than it takes: mostly dots where lines and letters meet what is behind them.
func frugal(img image.Image) *image.Paletted {
	bounds := img.Bounds()
	small := image.NewPaletted(bounds, nil)
	count := map[color.RGBA]int{}
	dots := make([]color.RGBA, 0, bounds.Dx()*bounds.Dy())
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			dots, count[c] = append(dots, c), count[c]+1
		}
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B), int(a.A)-int(b.A))
	})
	chosen := all
	for near := 2; len(chosen) > 256; near += 2 {
		chosen = spread(all, near)
	}
	for _, c := range chosen {
		small.Palette = append(small.Palette, c)
	}
	index := map[color.RGBA]uint8{}
	for _, c := range all {
		index[c] = uint8(small.Palette.Index(c))
	}
	for i, c := range dots {
		small.Pix[i] = index[c]
	}
	return small
}

// spread are the first of these colours, without those that are near one before;
// it gives up when they are more than a palette can have.
func spread(all []color.RGBA, near int) (chosen []color.RGBA) {
	for _, c := range all {
		if !slices.ContainsFunc(chosen, func(o color.RGBA) bool { return distance(c, o) <= near }) {
			chosen = append(chosen, c)
		}
		if len(chosen) > 256 {
			break
		}
	}
	return chosen
}

// distance is the largest of those of the parts of two colours.
func distance(a, b color.RGBA) int {
	return max(abs(int(a.R)-int(b.R)), abs(int(a.G)-int(b.G)), abs(int(a.B)-int(b.B)), abs(int(a.A)-int(b.A)))
}

func abs(i int) int { return max(i, -i) }
