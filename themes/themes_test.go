package themes

import (
	"math"
	"slices"
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

// linear is a channel of sRGB as a share of its light.
func linear(c uint32) float64 {
	v := float64(c&0xff) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func luminance(rgb uint32) float64 {
	return 0.2126*linear(rgb>>16) + 0.7152*linear(rgb>>8) + 0.0722*linear(rgb)
}

// contrast is WCAG 2's ratio, 1 to 21.
func contrast(a, b uint32) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// What is read stands out from a background of the kind that a theme is for.
func TestContrast(t *testing.T) {
	for _, theme := range All() {
		background := uint32(0xffffff)
		if theme.Dark {
			background = 0x1a1a1a
		}
		for role, c := range map[string]Color{
			"text": theme.Text, "muted": theme.Muted, "accent": theme.Accent, "good": theme.Good,
			"warn": theme.Warn, "bad": theme.Bad, "curve": theme.Curve, "exact": theme.Exact,
			"latent": theme.Latent, "physical": theme.Physical,
		} {
			if ratio := contrast(c.RGB, background); ratio < 4.5 {
				t.Errorf("%s: %s has a contrast of %.2f, want 4.5", theme.Name, role, ratio)
			}
		}
		if up, down := luminance(theme.SpinUp.RGB), luminance(theme.SpinDown.RGB); up < 1.5*down {
			t.Errorf("%s: spins differ too little in lightness: %.3f and %.3f", theme.Name, up, down)
		}
	}
}

// index is the colour of an index from 16 to 255 in the palette of xterm.
func index(i uint8) uint32 {
	if i >= 232 {
		grey := uint32(8 + 10*(i-232))
		return grey<<16 | grey<<8 | grey
	}
	steps := [6]uint32{0, 95, 135, 175, 215, 255}
	i -= 16
	return steps[i/36]<<16 | steps[i/6%6]<<8 | steps[i%6]
}

// The three depths of a colour are about the same colour.
func TestDepths(t *testing.T) {
	for _, theme := range All() {
		for i, c := range []Color{
			theme.Text, theme.Muted, theme.Faint, theme.Accent, theme.Border, theme.Focus, theme.Good, theme.Warn,
			theme.Bad, theme.SpinUp, theme.SpinDown, theme.Curve, theme.Exact, theme.Latent, theme.Physical,
		} {
			if c.Index < 16 || c.Basic > 15 {
				t.Fatalf("%s: colour %d is outside its palette: %+v", theme.Name, i, c)
			}
			near := index(c.Index)
			for shift := 0; shift <= 16; shift += 8 {
				if d := math.Abs(float64(c.RGB>>shift&0xff) - float64(near>>shift&0xff)); d > 48 {
					t.Errorf("%s: colour %d: %06x is not close to %06x, index %d", theme.Name, i, c.RGB, near, c.Index)
				}
			}
		}
	}
}

// A signed map has an odd number of stops, zero in the middle, and its lightness
// goes one way from there to both ends.
func TestSignedMaps(t *testing.T) {
	for _, theme := range All() {
		n := len(theme.Signed)
		if n%2 == 0 {
			t.Fatalf("%s: %d stops", theme.Name, n)
		}
		for _, half := range [][]uint32{theme.Signed[n/2:], reversed(theme.Signed[:n/2+1])} {
			for i := 1; i < len(half); i++ {
				if brighter := luminance(half[i]) > luminance(half[i-1]); brighter != theme.Dark {
					t.Errorf("%s: from %06x to %06x lightness turns back", theme.Name, half[i-1], half[i])
				}
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
		for i := 1; i < len(stops); i++ {
			if brighter := luminance(stops[i]) > luminance(stops[i-1]); brighter != theme.Dark {
				t.Errorf("%s: from %06x to %06x lightness turns back", theme.Name, stops[i-1], stops[i])
			}
		}
	}
}

func reversed(s []uint32) []uint32 {
	r := slices.Clone(s)
	slices.Reverse(r)
	return r
}
