package run

import (
	"context"
	"math"
	"slices"
	"testing"

	"neuralrg/model"
	"neuralrg/physics"
)

// A gallery is the lattice that is shown and those that fresh draws show next, and
// the files of the run tell the same.
func TestGallery(t *testing.T) {
	c := tiny(1_000_000)
	c.Symmetry = true
	r := learnt(t, c, 50, Options{})
	do(t, r, Command{Kind: Pause})
	do(t, r, Command{Kind: Fix, Latent: 2, Value: 0.5})
	do(t, r, Command{Kind: Gather})
	s := eventually(t, r, "the gallery", func(s *Snapshot) bool { return s.Gallery != nil && s.Gallery.Epoch == s.Epoch })
	g := s.Gallery
	if err := g.Check(4); err != nil || len(g.Lattices) != mostLattices || !g.Of(s.Lattice) {
		t.Fatalf("%d lattices, %v", len(g.Lattices), err)
	}
	for draw := range 3 {
		s := eventually(t, r, "the draw", func(s *Snapshot) bool { return s.Lattice.Draw == draw })
		l := g.Lattices[draw]
		near(t, l.X, s.Lattice.X, 1e-3)
		if !slices.Equal(l.Spins, s.Lattice.Spins) || l.Draw != draw || l.Magnetization != s.Lattice.Magnetization || l.CorrelationLength != s.Lattice.CorrelationLength {
			t.Errorf("draw %d is %+v, and %+v when it is shown", draw, l, s.Lattice)
		}
		do(t, r, Command{Kind: Redraw})
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
	record, err := OpenRecord(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.Read(); err != nil {
		t.Fatal(err)
	}
	if err := record.Do(Command{Kind: Gather}); err != nil {
		t.Fatal(err)
	}
	read, err := record.Read()
	if err != nil || read.Gallery == nil || read.Gallery.Draw != 3 || read.Strip == nil {
		t.Fatalf("the files tell %+v, %v", read, err)
	}
	for i, l := range read.Gallery.Lattices[:4] {
		if now := g.Lattices[3+i]; l.Draw != now.Draw || slices.Equal(l.X, now.X) { // without the fixed latent
			t.Errorf("draw %d by files is draw %d", now.Draw, l.Draw)
		}
	}
}

// What a lattice says of its order is what physics says of its spins and fields,
// and the correlation length of a gallery that of the means.
func TestOrderOfLattices(t *testing.T) {
	c := tiny(1).Config
	flow, err := model.New(c.Shape, 1)
	if err != nil {
		t.Fatal(err)
	}
	g, err := newPicture(c).gallery(context.Background(), &frozen{epoch: 7, flow: flow}, drawing{draw: 2})
	if err != nil {
		t.Fatal(err)
	}
	var zero, least float64
	for _, l := range g.Lattices {
		sum := 0.0
		for i, s := range l.Spins {
			sum += float64(s)
			if up := float64(l.Up()[i]); math.Abs(up-1/(1+math.Exp(-2*float64(l.X[i])))) > 1e-6 {
				t.Errorf("P(up) of %v is %v", l.X[i], up)
			}
		}
		if l.Magnetization != sum/16 {
			t.Errorf("m is %v, want %v", l.Magnetization, sum/16)
		}
		z, k := physics.StructureFactor(4, l.X)
		zero, least = zero+z, least+k
		if want := physics.CorrelationLength(4, z, k); math.Abs(l.CorrelationLength-want) > 0.01*(want+1) {
			t.Errorf("xi is %v, want %v", l.CorrelationLength, want)
		}
	}
	if want := physics.CorrelationLength(4, zero, least); math.Abs(g.CorrelationLength-want) > 0.01*(want+1) {
		t.Errorf("xi of all is %v, want %v", g.CorrelationLength, want)
	}
	if (&Gallery{}).Check(4) == nil || (&Gallery{Lattices: []Lattice{{L: 4, X: make([]float32, 3)}}}).Check(4) == nil {
		t.Error("a senseless gallery is accepted")
	}
}
