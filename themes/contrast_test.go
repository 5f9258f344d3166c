package themes

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// basics are the sixteen basic colours as terminals have them at first. Users
// change them, so that no more can be promised.
var basics = map[string][16]uint32{
	"xterm": {
		0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
	},
	"VGA": {
		0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
		0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
	},
}

// shown are all colours that terminals make of one, by their depth.
func (c Color) shown() map[string]uint32 {
	all := map[string]uint32{"24-bit": c.RGB, "256": index(c.Index)}
	for name, palette := range basics {
		all["16 of "+name] = palette[c.Basic]
	}
	return all
}

// backgrounds are the extremes of what a theme is made for.
func (t Theme) backgrounds() [2]uint32 {
	if t.Dark {
		return [2]uint32{0x000000, 0x1e1e1e}
	}
	return [2]uint32{0xffffff, 0xf5f5f5}
}

// need is the least contrast of a role, and that at 16 colours, whose red and
// magenta nobody can choose.
type need struct {
	color       Color
	least, of16 float64
}

// needs are WCAG 2's: 4.5 for what is read, 7 where that is easy, 3 for
// drawings. Frames only have to be there.
func (t Theme) needs() map[string]need {
	all := map[string]need{
		"text": {t.Text, 7, 7}, "muted": {t.Muted, 4.5, 4.5}, "accent": {t.Accent, 4.5, 4.5}, "focus": {t.Focus, 4.5, 4.5},
		"good": {t.Good, 4.5, 3}, "warn": {t.Warn, 4.5, 3}, "bad": {t.Bad, 4.5, 3},
		"curve": {t.Curve, 4.5, 3}, "exact": {t.Exact, 4.5, 3}, "latent": {t.Latent, 4.5, 3}, "physical": {t.Physical, 4.5, 3},
		"border": {t.Border, 1.7, 1.7}, "faint": {t.Faint, 1.7, 1.7},
	}
	if strings.HasPrefix(t.Name, "contrast") {
		for role, n := range all {
			n.least = 7
			switch role {
			case "border", "faint":
				n.least, n.of16 = 3, 3
			case "good", "warn", "bad":
				n.of16 = 4.5
			}
			all[role] = n
		}
	}
	return all
}

// What is read stands out from every background of the kind that a theme is
// for, at every depth.
func TestContrast(t *testing.T) {
	for _, theme := range All() {
		for role, need := range theme.needs() {
			for depth, rgb := range need.color.shown() {
				least := need.least
				if strings.HasPrefix(depth, "16") {
					least = need.of16
				}
				for _, background := range theme.backgrounds() {
					if ratio := contrastOf(rgb, background); ratio < least {
						t.Errorf("%s: %s, %06x at %s, has a contrast of %.2f on %06x, want %.1f",
							theme.Name, role, rgb, depth, ratio, background, least)
					}
				}
			}
		}
	}
}

// roles are all colours of a theme that come in three depths.
func (t Theme) roles() map[string]Color {
	all := map[string]Color{"spin up": t.SpinUp, "spin down": t.SpinDown}
	for role, n := range t.needs() {
		all[role] = n.color
	}
	return all
}

// The three depths of a colour are about the same colour.
func TestDepths(t *testing.T) {
	for _, theme := range All() {
		for role, c := range theme.roles() {
			if c.Index < 16 || c.Basic > 15 {
				t.Fatalf("%s: %s is outside its palette: %+v", theme.Name, role, c)
			}
			near := index(c.Index)
			for shift := 0; shift <= 16; shift += 8 {
				if d := math.Abs(float64(c.RGB>>shift&0xff) - float64(near>>shift&0xff)); d > 48 {
					t.Errorf("%s: %s: %06x is not close to %06x, index %d", theme.Name, role, c.RGB, near, c.Index)
				}
			}
		}
	}
}

// grey says that a colour has no hue.
func grey(rgb uint32) bool { return rgb>>16 == rgb&0xff && rgb>>8&0xff == rgb&0xff }

// A monochrome theme has no hue at any depth, and any other has.
func TestHues(t *testing.T) {
	for _, theme := range All() {
		hues := ""
		for role, c := range theme.roles() {
			for depth, rgb := range c.shown() {
				if !grey(rgb) {
					hues = fmt.Sprintf("%s is %06x at %s", role, rgb, depth)
				}
			}
		}
		for _, rgb := range append(append([]uint32{theme.Ground}, theme.Signed...), theme.Magnitude...) {
			if !grey(rgb) {
				hues = fmt.Sprintf("a map has %06x", rgb)
			}
		}
		if mono := strings.HasPrefix(theme.Name, "mono"); mono != (hues == "") {
			t.Errorf("%s: hues: %s", theme.Name, hues)
		}
	}
}
