package tui

import (
	"fmt"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"neuralrg/training/run"
)

// These are the sizes that the screen is made for, and some below.
var leastSize, mostSize = size{30, 7}, size{300, 100}

// drawSizes draws screens of every step-th width and height: each pane focused, zoomed
// and not, or so many of these, other ones at each size, in whatever else there is to
// choose. Every line is as wide as the screen
// and their number is its height: nothing wraps, nothing tears.
func drawSizes(t *testing.T, step, each int, profile colorprofile.Profile) {
	snapshots := []*run.Snapshot{sample(16, 70), sample(4, 1), sample(64, 30), sample(16, 700), nil, sample(128, 3), sample(8, 12)}
	snapshots[3].Judgement.Warning = "the flow magnetises too much: <m^2> 0.720 against 0.545; forward ESS 0.11, reverse 0.35"
	others := &[]companion{companionOf("another run", snapshots[0]), companionOf("a much longer name than there is room for", snapshots[2])}
	for first := range 2 { // both cores
		t.Run(fmt.Sprint(first), func(t *testing.T) {
			t.Parallel()
			for width := leastSize.width + first*step; width <= mostSize.width; width += 2 * step {
				for height := leastSize.height; height <= mostSize.height; height += step {
					for k := range each {
						n := width/step + height/step + k
						i := (5*(width/step) + 7*(height/step) + k) % (2 * len(panes))
						m := still(snapshots[n%len(snapshots)], size{width, height}, profile, n%5 == 0)
						m.view.focus, m.view.zoomed = panes[i/2], i%2 == 1
						m.view.picture, m.view.album = picture(n%pictures), album(n/3%albums)
						m.view.gap, m.view.face = n%2 == 0, face(n%4)
						if n%3 == 0 {
							m.view.along = others
						}
						if n%4 == 0 && m.latest != nil {
							m.freeze("")
						}
						if n%7 == 0 && m.latest != nil {
							m.dialog = dialog(n % 6)
						}
						check(t, m)
					}
				}
			}
		})
	}
}

// Some of all sizes; those of every tier and the least among them.
func TestSizes(t *testing.T) {
	step := 19
	if testing.Short() {
		step = 47
	}
	drawSizes(t, step, 2*len(panes), colorprofile.ASCII)
	for i, area := range []size{{minWidth, minHeight}, {80, 24}, {120, 30}, {120, 40}, {200, 50}, {183, 43}, {300, 100}} {
		for _, p := range panes {
			m := still(sample(16, 100*i+1), area, colorprofile.TrueColor, false)
			m.view.focus = p
			check(t, m)
			m.view.zoomed = true
			check(t, m)
		}
	}
}
