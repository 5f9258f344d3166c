package run

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

// ofEpoch is a lattice whose spins tell its epoch.
func ofEpoch(L, epoch int) *Lattice {
	l := &Lattice{Epoch: epoch, L: L, Spins: make([]int8, L*L), Magnetization: float64(epoch)}
	for i := range l.Spins {
		l.Spins[i] = 1
		if epoch>>(i%16)&1 == 0 {
			l.Spins[i] = -1
		}
	}
	return l
}

// A strip keeps the first epoch and what comes to the newest, at even distances in
// the square root, in bounded memory and with few changes, and never writes to what
// readers have.
func TestStrip(t *testing.T) {
	const epochs = 20_000
	var s *Strip
	type kept struct {
		strip *Strip
		json  string
	}
	var all []kept
	for epoch := 0; epoch <= epochs; epoch += 3 { // a flow is not frozen after each
		before := s
		if s = s.with(ofEpoch(4, epoch)); s != before {
			data, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, kept{s, string(data)})
		}
	}
	for _, k := range all {
		if data, _ := json.Marshal(k.strip); string(data) != k.json {
			t.Fatal("a strip has changed")
		}
	}
	frames := s.Frames
	if len(frames) < mostFrames-1 || len(frames) > mostFrames || len(all) > 400 {
		t.Errorf("%d frames after %d changes", len(frames), len(all))
	}
	if frames[0].Epoch != 0 || frames[len(frames)-1].Epoch < epochs*9/10 {
		t.Errorf("from epoch %d to %d", frames[0].Epoch, frames[len(frames)-1].Epoch)
	}
	even := math.Sqrt(epochs) / mostFrames
	for i, f := range frames {
		if !slices.Equal(f.Spins, ofEpoch(4, f.Epoch).Spins) {
			t.Errorf("epoch %d has the spins of another", f.Epoch)
		}
		if i > 0 && math.Sqrt(float64(f.Epoch))-math.Sqrt(float64(frames[i-1].Epoch)) > 3*even {
			t.Errorf("nothing between epochs %d and %d", frames[i-1].Epoch, f.Epoch)
		}
	}
	if err := s.Check(4); err != nil {
		t.Error(err)
	}
	fixed := ofEpoch(4, epochs+9999)
	fixed.Fixed = &Fixed{Latent: 1}
	if s.with(fixed) != s || s.with(nil) != s {
		t.Error("a lattice that the user has changed, or none, is taken up")
	}
	other := ofEpoch(4, 7)
	other.Draw = 1
	if fresh := s.with(other); len(fresh.Frames) != 1 || fresh.Draw != 1 {
		t.Errorf("with a fresh draw: %+v", fresh)
	}
}

// A block has the sign of most of its spins, and of its first if there are as many
// of either.
func TestThumbnail(t *testing.T) {
	got := thumbnail([]int8{
		1, 1, -1, 1,
		1, -1, -1, -1,
		-1, 1, 1, -1,
		1, -1, 1, -1,
	}, 4, 2)
	if want := []int8{1, -1, -1, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	s := (*Strip)(nil).with(ofEpoch(128, 5))
	if s.Side != mostSide || s.Check(128) != nil {
		t.Errorf("a strip of side %d, %v", s.Side, s.Check(128))
	}
}

// What does not fit is refused.
func TestSenselessStrip(t *testing.T) {
	for name, s := range map[string]*Strip{
		"side":   {Side: 2},
		"frames": {Side: 4, Frames: make([]Frame, 100)},
		"spins":  {Side: 4, Frames: []Frame{{Spins: make([]int8, 3)}}},
	} {
		if s.Check(4) == nil {
			t.Errorf("%s: it is accepted", name)
		}
	}
}
