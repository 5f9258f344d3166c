package tui

import (
	"runtime"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// redraws draws another epoch's picture so many times.
func redraws(n int) {
	m := still(sample(16, 1234), size{120, 40}, colorprofile.TrueColor, false)
	for i := range n {
		s := *m.latest
		s.Epoch++
		s.Lattice = sampleLattice(16, i)
		m.Update(snapshotMsg{&s})
		_ = m.View()
	}
}

// BenchmarkRedraw is what a picture costs the screen itself.
func BenchmarkRedraw(b *testing.B) {
	b.ReportAllocs()
	redraws(b.N)
}

// Pictures leave nothing behind, and one costs no more after many than after few.
func TestRedrawsLeaveNothing(t *testing.T) {
	m := still(sample(16, 1234), size{120, 40}, colorprofile.TrueColor, false)
	draw := func(n int) (allocated uint64, held int64) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.GC() // what pools have is let go by the second
		runtime.ReadMemStats(&before)
		for i := range n {
			s := *m.latest
			s.Epoch, s.Lattice = s.Epoch+1, sampleLattice(16, i)
			m.Update(snapshotMsg{&s})
			m.Update(tea.KeyPressMsg(tea.Key{Code: 'v', Text: "v"}))
			_ = m.View()
		}
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) / uint64(n), int64(after.HeapAlloc) - int64(before.HeapAlloc)
	}
	draw(20)
	first, _ := draw(50)
	draw(200)
	last, held := draw(50)
	t.Logf("a picture allocates %d kB at first and %d kB at last; 50 leave %d bytes", first>>10, last>>10, held)
	if last > first*3/2 {
		t.Errorf("a picture costs %d bytes at first and %d at last", first, last)
	}
	if held > 1<<20 {
		t.Errorf("50 pictures leave %d bytes", held)
	}
}
