package tui

import (
	"fmt"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

// BenchmarkPanes is a picture of each size, and of each pane alone, of a long run.
func BenchmarkPanes(b *testing.B) {
	s := sample(16, 4000)
	for _, area := range []size{{80, 24}, {120, 40}, {200, 50}} {
		b.Run(fmt.Sprintf("%dx%d", area.width, area.height), func(b *testing.B) {
			m := still(s, area, colorprofile.TrueColor, false)
			b.ReportAllocs()
			for b.Loop() {
				m.View()
			}
		})
	}
	for _, p := range panes {
		b.Run(p.name(), func(b *testing.B) {
			m := still(s, size{120, 40}, colorprofile.TrueColor, false)
			m.view.focus, m.view.zoomed = p, true
			b.ReportAllocs()
			for b.Loop() {
				m.View()
			}
		})
	}
}
