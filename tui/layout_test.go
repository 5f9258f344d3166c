package tui

import "testing"

// Where all panes stand side by side, each has the room that it needs.
func TestWideLeavesRoomForAll(t *testing.T) {
	for _, body := range []size{{180, 40}, {180, 43}, {200, 47}, {240, 57}, {300, 97}, {400, 147}} {
		for L := 4; L <= 128; L *= 2 {
			for _, column := range arrange(body, L, view{}) {
				for _, p := range column {
					if p.area.width < sideWidth || p.area.height < bottomHeight {
						t.Errorf("%v, L = %d: %s has %v", body, L, p.pane.name(), p.area)
					}
				}
			}
		}
	}
}
