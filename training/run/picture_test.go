package run

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"neuralrg/model"
)

// The lattice with a fixed latent is what the flow makes of the drawn latents
// with that one replaced, and released it is as before; the files of the run tell
// the same.
func TestFixedLatent(t *testing.T) {
	c := tiny(1_000_000)
	c.Symmetry = true
	r := learnt(t, c, 100, Options{})
	do(t, r, Command{Kind: Pause})
	released := eventually(t, r, "the lattice at rest", func(s *Snapshot) bool {
		return s.Phase == Paused && s.Lattice.Epoch == s.Epoch
	})
	signs := map[int8]bool{}
	for draw := range 6 {
		for _, value := range []float64{-1.25, MostLatent} {
			do(t, r, Command{Kind: Fix, Latent: 5, Value: value})
			s := r.Feed().Latest() // it is there when the command is answered
			if want := (&Fixed{Latent: 5, Value: value}); !reflect.DeepEqual(s.Lattice.Fixed, want) || s.Lattice.Draw != draw {
				t.Fatalf("draw %d: the lattice is of draw %d with %+v", draw, s.Lattice.Draw, s.Lattice.Fixed)
			}
			signs[s.Lattice.Sign] = true
		}
		if draw < 5 {
			do(t, r, Command{Kind: Redraw})
		}
	}
	if len(signs) != 2 {
		t.Errorf("the draws have signs %v", signs)
	}
	fixed := r.Feed().Latest()
	do(t, r, Command{Kind: Release})
	if s := r.Feed().Latest(); s.Lattice.Fixed != nil || !reflect.DeepEqual(s.Latents, fixed.Latents) {
		t.Errorf("released, the lattice has %+v", s.Lattice.Fixed)
	}
	if slices.Equal(released.Latents, fixed.Latents) {
		t.Error("a fresh draw has the same latents")
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
	trained, err := Load(fixed.Dir)
	if err != nil {
		t.Fatal(err)
	}
	sameLattice(t, trained.Flow, released)
	sameLattice(t, trained.Flow, fixed)

	record, err := OpenRecord(fixed.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := record.Do(Command{Kind: Fix, Latent: 5, Value: MostLatent}); err != errNoFlow {
		t.Errorf("before the files are read: %v", err)
	}
	for _, want := range []*Fixed{fixed.Lattice.Fixed, nil} {
		if _, err := record.Read(); err != nil {
			t.Fatal(err)
		}
		command := Command{Kind: Release}
		if want != nil {
			command = Command{Kind: Fix, Latent: want.Latent, Value: want.Value}
		}
		if err := record.Do(command); err != nil {
			t.Fatal(err)
		}
		s, err := record.Read()
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s.Latents, fixed.Latents) || want != nil && !reflect.DeepEqual(s.Lattice, fixed.Lattice) || want == nil && s.Lattice.Fixed != nil {
			t.Errorf("the files tell the lattice %+v, the run %+v", s.Lattice, fixed.Lattice)
		}
	}
	if err := record.Do(Command{Kind: Fix, Latent: 99}); err == nil || hintOf(err) == "" {
		t.Errorf("a latent that does not exist: %v", err)
	}
}

// sameLattice generates the lattice of a snapshot from its latents.
func sameLattice(t *testing.T, flow *model.Flow, s *Snapshot) {
	t.Helper()
	z := slices.Clone(s.Latents)
	if f := s.Lattice.Fixed; f != nil {
		z[f.Latent] = float32(f.Value)
	}
	x := make([]float32, len(z))
	flow.Generate(model.NewTape(flow.Shape, 1), x, make([]float64, 1), z)
	likely := 0.0
	for site, want := range x {
		if want *= float32(s.Lattice.Sign); math.Abs(float64(s.Lattice.X[site]-want)) > 1e-6 {
			t.Errorf("site %d of %+v has %v, want %v", site, s.Lattice.Fixed, s.Lattice.X[site], want)
		}
		likely += float64(s.Lattice.Spins[site]) * math.Tanh(float64(s.Lattice.X[site]))
	}
	if likely <= 0 { // the mean of that is the sum of tanh^2
		t.Errorf("the spins have nothing to do with the fields")
	}
}

// The latents of a snapshot that was shown do not change with the next draw.
func TestLatentsOfASnapshotStay(t *testing.T) {
	c := tiny(1).Config
	flow, err := model.New(c.Shape, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := newPicture(c)
	p.paint(&frozen{flow: flow}, drawing{})
	first, kept := p.z, slices.Clone(p.z)
	p.paint(&frozen{flow: flow}, drawing{1, &Fixed{Latent: 3, Value: 2}})
	if !slices.Equal(first, kept) || slices.Equal(p.z, kept) || p.z[3] == 2 {
		t.Errorf("the latents were %v and are %v, then %v", kept, first, p.z)
	}
}
