package themes

import (
	"strings"
	"testing"
)

// apart is the least Delta E of colours that say different things, to every eye.
// The theme for colour-blind eyes does twice as well.
const apart = 20

// Colours that stand side by side and say different things are different to
// every eye. In monochrome good and bad are told by words alone, and at 16 colours, of
// which three or four are grey, the exact line by its dashes.
func TestVision(t *testing.T) {
	for _, theme := range All() {
		least := float64(apart)
		if theme.Name == "safe" {
			least = 2 * apart
		}
		mono := strings.HasPrefix(theme.Name, "mono")
		for names, pair := range map[string][2]Color{
			"spins up and down":   {theme.SpinUp, theme.SpinDown},
			"good and bad":        {theme.Good, theme.Bad},
			"curve and exact":     {theme.Curve, theme.Exact},
			"latent and physical": {theme.Latent, theme.Physical},
			"latent and exact":    {theme.Latent, theme.Exact},
			"physical and exact":  {theme.Physical, theme.Exact},
		} {
			first, second := pair[0].shown(), pair[1].shown()
			for depth := range first {
				if mono && (names == "good and bad" || strings.HasPrefix(depth, "16") && pair[0] != theme.SpinUp) {
					continue
				}
				for eye, vision := range visions {
					if d := vision.difference(first[depth], second[depth]); d < least {
						t.Errorf("%s: %s, %06x and %06x at %s, are %.1f apart with %s, want %.0f",
							theme.Name, names, first[depth], second[depth], depth, d, eye, least)
					}
				}
			}
		}
	}
}

// The ends of a signed map are different to every eye, and so are the colours
// half-way to them.
func TestSignedMapsToEveryEye(t *testing.T) {
	for _, theme := range All() {
		for _, share := range []float64{0.5, 0.75, 1} {
			negative, positive := at(theme.Signed, (1-share)/2), at(theme.Signed, (1+share)/2)
			for eye, vision := range visions {
				if d := vision.difference(negative, positive); d < apart {
					t.Errorf("%s: -%v and +%v, %06x and %06x, are %.1f apart with %s", theme.Name, share, share, negative, positive, d, eye)
				}
			}
		}
	}
}
