package model

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// TestTransferKeepsTheFunction: on a field that repeats with the smaller lattice
// the levels that both flows have do the same, bit for bit.
func TestTransferKeepsTheFunction(t *testing.T) {
	const n = 3
	for _, c := range []struct{ small, large Shape }{
		{
			Shape{L: 4, Repeat: 1, Couplings: 3, Hidden: 5, HiddenLayers: 1},
			Shape{L: 8, Repeat: 1, Couplings: 3, Hidden: 5, HiddenLayers: 1},
		},
		{
			Shape{L: 8, Repeat: 2, Couplings: 4, Hidden: 6, HiddenLayers: 2},
			Shape{L: 32, Repeat: 2, Couplings: 4, Hidden: 6, HiddenLayers: 2},
		},
		{
			Shape{L: 8, Depth: 2, Repeat: 1, Couplings: 2, Hidden: 3, HiddenLayers: 1},
			Shape{L: 16, Depth: 3, Repeat: 1, Couplings: 2, Hidden: 3, HiddenLayers: 1},
		},
	} {
		t.Run(label(c.small)+" to "+label(c.large), func(t *testing.T) {
			small := randomFlow(t, c.small, 11)
			large, err := small.Transfer(c.large)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Restore(c.large, large.Params, large.Masks); err != nil {
				t.Fatal(err)
			}
			x := normals(12, c.small.Sites()*n)
			z, logdet := make([]float32, len(x)), make([]float64, n)
			small.RenormalizeLevels(NewTape(c.small, n), z, logdet, x, 0, c.small.Levels())
			tiled, largeLogdet := make([]float32, c.large.Sites()*n), make([]float64, n)
			large.RenormalizeLevels(NewTape(c.large, n), tiled, largeLogdet, tile2D(x, c.small.L, c.large.L, n), 0, c.small.Levels())
			if !slices.Equal(tiled, tile2D(z, c.small.L, c.large.L, n)) {
				t.Error("the latents of the shared levels are others")
			}
			copies := float64(c.large.Sites() / c.small.Sites())
			for b := range n {
				if want := copies * logdet[b]; math.Abs(largeLogdet[b]-want) > 1e-6*math.Abs(want)+1e-4 {
					t.Errorf("ln |det dz/dx| is %g, not %g", largeLogdet[b], want)
				}
			}
		})
	}
}

// tile2D repeats a batch of fields of size l over lattices of size to.
func tile2D(x []float32, l, to, n int) []float32 {
	tiled := make([]float32, 0, to*to*n)
	for row := range to {
		for column := range to {
			site := row%l*l + column%l
			tiled = append(tiled, x[site*n:][:n]...)
		}
	}
	return tiled
}

// TestTransferCopiesTheCoarsest: levels that the source has not are its coarsest,
// and the source shares no memory.
func TestTransferCopiesTheCoarsest(t *testing.T) {
	f := randomFlow(t, Shape{L: 4, Repeat: 2, Couplings: 2, Hidden: 3, HiddenLayers: 1}, 3)
	s := f.Shape
	s.L = 16
	g, err := f.Transfer(s)
	if err != nil {
		t.Fatal(err)
	}
	level, masks := len(f.Params)/2, len(f.Masks)/2
	want := slices.Concat(f.Params, f.Params[level:], f.Params[level:])
	if !slices.Equal(g.Params, want) || !slices.Equal(g.Masks, slices.Concat(f.Masks, f.Masks[masks:], f.Masks[masks:])) {
		t.Error("the levels are not level 0, 1, 1 and 1")
	}
	same, err := f.Transfer(f.Shape)
	if err != nil || !slices.Equal(same.Params, f.Params) || !slices.Equal(same.Masks, f.Masks) {
		t.Fatalf("to the same shape: %v", err)
	}
	same.Params[0]++
	same.Masks[0]++
	if f.Params[0] == same.Params[0] || f.Masks[0] == same.Masks[0] {
		t.Error("the two share memory")
	}
}

func TestTransferRefuses(t *testing.T) {
	base := Shape{L: 8, Depth: 2, Repeat: 1, Couplings: 2, Hidden: 3, HiddenLayers: 1}
	f := randomFlow(t, base, 3)
	for name, change := range map[string]func(*Shape){
		"repeat":        func(s *Shape) { s.Repeat = 2 },
		"couplings":     func(s *Shape) { s.Couplings = 4 },
		"hidden":        func(s *Shape) { s.Hidden = 4 },
		"hidden layers": func(s *Shape) { s.HiddenLayers = 2 },
		"size":          func(s *Shape) { s.L = 4 },
		"depth":         func(s *Shape) { s.Depth = 1 },
		"no such size":  func(s *Shape) { s.L = 7 },
	} {
		s := base
		change(&s)
		_, err := f.Transfer(s)
		var e *shapeError
		if !errors.As(err, &e) || e.Hint() == "" {
			t.Errorf("another %s: %v", name, err)
		}
	}
}
