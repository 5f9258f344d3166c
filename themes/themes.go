// Package themes holds the palettes of the screen: one file each, plain data.
//
// A theme names roles, not places: a pane asks for the colour of what it says.
// Every colour comes in three depths, because an automatic reduction to 16
// colours scrambles a palette. Backgrounds are left to the terminal.
package themes

import "strings"

// Color is one colour at the three depths of terminals.
type Color struct {
	RGB   uint32 // 0xRRGGBB, for 24-bit terminals
	Index uint8  // of the 256-colour palette
	Basic uint8  // of the 16 basic colours
}

// Theme is a palette by role.
type Theme struct {
	Name string
	Dark bool // made for backgrounds from black to #1e1e1e; else from white to #f5f5f5

	Text   Color // what is read
	Muted  Color // labels and units
	Faint  Color // rules, empty parts
	Accent Color // keys, the program's name, progress
	Border Color // of a pane
	Focus  Color // border and title of the focused pane
	Good   Color
	Warn   Color
	Bad    Color

	SpinUp   Color // of one hue for some eyes, the two
	SpinDown Color // differ in lightness

	Ground uint32 // 0xRRGGBB, behind what has a strength: the weakest end of Accent

	Curve    Color // the learning curve
	Exact    Color // what is known without learning
	Latent   Color // the sampler in latent space
	Physical Color // the sampler in physical space

	// Signed is a diverging map for fields, 0xRRGGBB at equal distances from
	// the most negative to the most positive value. Zero is in the middle, as far
	// from both ends in lightness; without hues the ends are black and white.
	Signed []uint32

	// Magnitude is a sequential map for what is not negative, 0xRRGGBB at equal
	// distances from zero, which is Ground, to the largest value.
	Magnitude []uint32
}

// All returns every theme, those for dark backgrounds first.
func All() []Theme {
	return []Theme{dark, safe, polar, aurora, contrast, mono, light, contrastLight, monoLight}
}

// Named finds a theme by its name.
func Named(name string) (Theme, bool) {
	for _, t := range All() {
		if t.Name == name {
			return t, true
		}
	}
	return Theme{}, false
}

// For is the default theme on a dark or a light background.
func For(darkBackground bool) Theme {
	if darkBackground {
		return dark
	}
	return light
}

// Turned is what a theme comes to on the other kind of background: its
// counterpart, or the default there if it has none.
func (t Theme) Turned() Theme {
	name := t.Name + "-light"
	if !t.Dark {
		name = strings.TrimSuffix(t.Name, "-light")
	}
	if other, ok := Named(name); ok && other.Dark != t.Dark {
		return other
	}
	return For(!t.Dark)
}
