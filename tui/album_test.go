package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// g goes from one lattice to several draws, to one through training, and back. The
// others are asked for when they are looked at, and again when they are old.
func TestAlbums(t *testing.T) {
	c := newConsole(16, size{120, 40})
	now := time.Unix(1e9, 0)
	c.now = func() time.Time { return now }
	asks := func() (n int) {
		for _, command := range c.fake.asked() {
			if command.Kind == run.Gather {
				n++
			}
		}
		return n
	}
	c.fake.state.Gallery = nil
	c.fake.publish()
	c.show()
	if c.press("g"); c.view.album != galleryAlbum || asks() != 1 || c.latest.Gallery == nil {
		t.Fatalf("album %d, %d questions", c.view.album, asks())
	}
	renew := func() {
		l := *c.fake.state.Lattice
		l.Epoch++
		c.fake.state.Lattice = &l
		c.fake.publish()
		c.show()
	}
	if renew(); asks() != 1 {
		t.Errorf("%d questions soon after", asks())
	}
	now = now.Add(2 * galleryLife)
	if renew(); asks() != 2 {
		t.Errorf("%d questions long after", asks())
	}
	now = now.Add(2 * galleryLife)
	c.press("6", "z")
	before := asks()
	if renew(); asks() != before {
		t.Errorf("%d questions while nobody can see it", asks())
	}
	c.press("z", "1", "g")
	if c.view.album != stripAlbum {
		t.Errorf("album %d", c.view.album)
	}
	if c.press("g"); c.view.album != oneLattice {
		t.Errorf("album %d", c.view.album)
	}
}

// Where nobody can ask for a gallery, the pane says why there is none.
func TestNoGallery(t *testing.T) {
	for want, change := range map[string]func(*screen, *run.Snapshot){
		"waiting for other draws":         func(*screen, *run.Snapshot) {},
		"somebody who steers":             func(m *screen, _ *run.Snapshot) { m.link.Watching = true },
		"attach again to see other draws": func(_ *screen, s *run.Snapshot) { s.Phase = run.Finished },
	} {
		s := sample(8, 20)
		s.Gallery = nil
		m := still(nil, size{80, 24}, colorprofile.ASCII, false)
		change(m, s)
		m.take(s)
		m.view.album, m.dialog = galleryAlbum, noDialog
		if text := m.View().Content; !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// Every picture of every album of every lattice fills its pane exactly, names what it
// shows, and has a legend where there is room.
func TestAlbumsFit(t *testing.T) {
	for L := 4; L <= 128; L *= 2 {
		s := sample(L, 40)
		for _, area := range []size{{32, 18}, {36, 5}, {71, 18}, {76, 28}, {196, 45}, {36, 40}} {
			for which := range picture(pictures) {
				for in := range album(albums) {
					m := still(s, size{80, 24}, colorprofile.TrueColor, false)
					v := view{picture: which, album: in}
					lines := drawLattice(s, v, area, m.styles)
					text := ansi.Strip(strings.Join(lines, "\n"))
					if len(lines) > area.height || strings.Contains(text, "waiting") {
						t.Errorf("L = %d, picture %d, album %d, %v: %d lines\n%s", L, which, in, area, len(lines), text)
					}
					for _, line := range lines {
						if w := ansi.StringWidth(line); w > area.width {
							t.Errorf("L = %d, picture %d, album %d, %v: a line of %d", L, which, in, area, w)
						}
					}
					if in == oneLattice && !strings.Contains(text, which.name()) {
						t.Errorf("L = %d, %v: no name %q in\n%s", L, area, which.name(), text)
					}
					if in == oneLattice && L == 16 && !strings.Contains(text, "ξ  5.3") {
						t.Errorf("%v: no correlation length in\n%s", area, text)
					}
				}
			}
		}
	}
}

// Every spin of a large lattice is shown where half cells have no room for it: in
// dots, or in quarters of cells where there are rows enough and no dots.
func TestFinestSpins(t *testing.T) {
	for _, c := range []struct {
		L     int
		area  size
		grain chart.Grain
		ascii bool
		want  chart.Raster
	}{
		{64, size{36, 18}, chart.Dots, false, chart.Raster{Tiles: 64, Pool: 1, Grain: chart.Dots}},
		{64, size{36, 18}, chart.Dots, true, chart.Raster{Tiles: 32, Pool: 2, Scale: 1}},
		{64, size{36, 18}, chart.Quadrants, false, chart.Raster{Tiles: 32, Pool: 2, Scale: 1}},
		{64, size{36, 40}, chart.Quadrants, false, chart.Raster{Tiles: 64, Pool: 1, Grain: chart.Quadrants}},
		{128, size{36, 18}, chart.Dots, false, chart.Raster{Tiles: 64, Pool: 2, Grain: chart.Dots}},
		{16, size{36, 18}, chart.Dots, false, chart.Raster{Tiles: 16, Pool: 1, Scale: 2}},
		{4, size{36, 18}, chart.Quadrants, false, chart.Raster{Tiles: 4, Pool: 1, Scale: 8}},
	} {
		st := *still(nil, size{80, 24}, colorprofile.TrueColor, c.ascii).styles
		st.grain = c.grain
		r, _, ok := latticeRaster(c.L, c.area, false)
		if got := st.finest(c.L, r, c.area.height-captionRows); !ok || got != c.want {
			t.Errorf("L = %d in %v: %+v, want %+v", c.L, c.area, got, c.want)
		}
	}
}
