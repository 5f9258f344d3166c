package themes

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	var names []string
	dark, light := 0, 0
	for _, theme := range All() {
		if slices.Contains(names, theme.Name) {
			t.Errorf("two themes are called %q", theme.Name)
		}
		names = append(names, theme.Name)
		if found, ok := Named(theme.Name); !ok || found.Name != theme.Name {
			t.Errorf("%q is not found by its name", theme.Name)
		}
		if theme.Dark {
			dark++
		} else {
			light++
		}
	}
	if dark == 0 || light == 0 {
		t.Errorf("%d dark and %d light themes", dark, light)
	}
	if _, ok := Named("no such theme"); ok {
		t.Error("a theme that does not exist is found")
	}
	if !For(true).Dark || For(false).Dark {
		t.Error("a default does not suit its background")
	}
}

// Turned over, a theme is one for the other background, of the same kind if
// there is one; twice turned, those with a counterpart are themselves.
func TestTurned(t *testing.T) {
	for from, want := range map[string]string{
		"dark": "light", "light": "dark", "safe": "light", "aurora": "light",
		"contrast": "contrast-light", "contrast-light": "contrast", "mono": "mono-light", "mono-light": "mono",
	} {
		theme, ok := Named(from)
		if got := theme.Turned(); !ok || got.Name != want {
			t.Errorf("%s turned is %s, want %s", from, got.Name, want)
		}
	}
	for _, theme := range All() {
		if theme.Turned().Dark == theme.Dark {
			t.Errorf("%s turned is for the same background", theme.Name)
		}
	}
}

// at is the colour of a map at a position from 0 to 1, as it is drawn: linearly
// between its stops.
func at(stops []uint32, position float64) uint32 {
	position *= float64(len(stops) - 1)
	i := min(int(position), len(stops)-2)
	var rgb uint32
	for shift := 0; shift <= 16; shift += 8 {
		a, b := float64(stops[i]>>shift&0xff), float64(stops[i+1]>>shift&0xff)
		rgb |= uint32(math.Round(a+(position-float64(i))*(b-a))) << shift
	}
	return rgb
}

// steps is how finely maps are looked at: even, so that zero is one of them.
const steps = 64

// The lightness of a signed map goes one way from zero to both ends, and is the
// same at both. Without hues it goes one way from end to end, with zero half-way.
func TestSignedMaps(t *testing.T) {
	for _, theme := range All() {
		if len(theme.Signed)%2 == 0 {
			t.Fatalf("%s: no stop at zero", theme.Name)
		}
		mono := strings.HasPrefix(theme.Name, "mono")
		zero := lightness(at(theme.Signed, 0.5))
		for i := range steps / 2 {
			up := func(i int) float64 { return lightness(at(theme.Signed, 0.5+float64(i)/steps)) }
			down := func(i int) float64 { return lightness(at(theme.Signed, 0.5-float64(i)/steps)) }
			asymmetry := up(i+1) - down(i+1)
			if mono {
				asymmetry = up(i+1) + down(i+1) - 2*zero
			}
			if math.Abs(asymmetry) > 1.5 {
				t.Errorf("%s: lightness at %d steps from zero differs by %.2f", theme.Name, i+1, asymmetry)
			}
			if brighter := up(i+1) > up(i); brighter != theme.Dark {
				t.Errorf("%s: lightness turns back at +%d", theme.Name, i+1)
			}
			if brighter := down(i+1) > down(i); brighter != (theme.Dark != mono) {
				t.Errorf("%s: lightness turns back at -%d", theme.Name, i+1)
			}
		}
	}
}

// The lightness of a map of magnitudes goes one way, away from the background.
func TestMagnitudeMaps(t *testing.T) {
	for _, theme := range All() {
		stops := theme.Magnitude
		if len(stops) < 3 || stops[0] != theme.Ground {
			t.Errorf("%s: %06x is no map from %06x", theme.Name, stops, theme.Ground)
		}
		for i := range steps {
			from, to := at(stops, float64(i)/steps), at(stops, float64(i+1)/steps)
			if brighter := lightness(to) > lightness(from); brighter != theme.Dark {
				t.Errorf("%s: from %06x to %06x lightness turns back", theme.Name, from, to)
			}
		}
	}
}

// A colour of the 256 is nearest to itself, and those between are near.
func TestNearest(t *testing.T) {
	for i := first; i < 256; i++ {
		if got := Nearest(index(uint8(i))); index(got) != index(uint8(i)) {
			t.Errorf("%06x becomes %06x", index(uint8(i)), index(got))
		}
	}
	for rgb, want := range map[uint32]uint32{0x683100: 0x5f0000, 0xfdfdfd: 0xffffff, 0x5a5a5a: 0x585858, 0xb05701: 0xaf5f00} {
		if got := index(Nearest(rgb)); got != want {
			t.Errorf("%06x becomes %06x, want %06x", rgb, got, want)
		}
	}
}

// With 256 colours a map still has its steps, and lightness hardly turns back on
// the way from zero.
func TestMapsOf256Colors(t *testing.T) {
	const back = 3 // hardly noticed
	for _, theme := range All() {
		mono := strings.HasPrefix(theme.Name, "mono")
		for name, m := range map[string]struct {
			stops    []uint32
			from, to float64
			brighter bool
		}{
			"positive":  {theme.Signed, 0.5, 1, theme.Dark},
			"negative":  {theme.Signed, 0.5, 0, theme.Dark != mono},
			"magnitude": {theme.Magnitude, 0, 1, theme.Dark},
		} {
			seen := map[uint8]bool{}
			extreme := math.Inf(-1)
			for i := range steps + 1 {
				c := Nearest(at(m.stops, m.from+(m.to-m.from)*float64(i)/steps))
				seen[c] = true
				l := lightness(index(c))
				if !m.brighter {
					l = -l
				}
				if extreme = max(extreme, l); l < extreme-back {
					t.Errorf("%s: %s: at %d of %d lightness is %.1f back", theme.Name, name, i, steps, extreme-l)
				}
			}
			if len(seen) < 7 {
				t.Errorf("%s: %s has %d colours of 256", theme.Name, name, len(seen))
			}
		}
	}
}
