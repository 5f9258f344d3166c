package model

import (
	"math"
	"slices"
	"testing"
)

// TestLevelByLevel: a pass in two parts is the whole pass bit for bit, wherever
// it is cut, both ways; ln |det| of the parts adds up to that of the whole.
func TestLevelByLevel(t *testing.T) { eachKernels(t, testLevelByLevel) }

func testLevelByLevel(t *testing.T) {
	for i, s := range shapes {
		t.Run(label(s), func(t *testing.T) {
			n := max(1, min(70, 20_000/s.Sites()))
			if testing.Short() {
				n = min(n, 3)
			}
			f, tape := randomFlow(t, s, uint64(i)+100), NewTape(s, n)
			z := normals(uint64(i)+101, s.Sites()*n)
			x, back := make([]float32, len(z)), make([]float32, len(z))
			generated, inferred := make([]float64, n), make([]float64, n)
			lower, upper := make([]float64, n), make([]float64, n)
			f.Generate(tape, x, generated, z)
			f.Renormalize(tape, back, inferred, x)
			normal := make([]float64, n)
			addLogNormal(normal, z)
			normalBack := make([]float64, n)
			addLogNormal(normalBack, back)

			coarse := make([]float32, len(z))
			for cut := range s.Levels() + 1 {
				f.GenerateLevels(tape, coarse, upper, z, cut, s.Levels())
				f.GenerateLevels(tape, coarse, lower, coarse, 0, cut) // in place
				if !slices.Equal(coarse, x) {
					t.Errorf("generation cut at level %d gives other fields", cut)
				}
				for b := range n {
					if want := normal[b] - generated[b]; math.Abs(lower[b]+upper[b]-want) > 1e-9*float64(s.Sites()) {
						t.Errorf("cut at level %d, ln |det dx/dz| is %g and %g, together not %g", cut, lower[b], upper[b], want)
					}
				}
				f.RenormalizeLevels(tape, coarse, lower, x, 0, cut)
				f.RenormalizeLevels(tape, coarse, upper, coarse, cut, s.Levels())
				if !slices.Equal(coarse, back) {
					t.Errorf("renormalization cut at level %d gives other latents", cut)
				}
				for b := range n {
					if want := inferred[b] - normalBack[b]; math.Abs(lower[b]+upper[b]-want) > 1e-9*float64(s.Sites()) {
						t.Errorf("cut at level %d, ln |det dz/dx| is %g and %g, together not %g", cut, lower[b], upper[b], want)
					}
				}
			}
		})
	}
}

// TestLevelsAgainstReference: one level of the flow is one level of the float64
// reference and keeps to its sites, and its inverse leads back.
func TestLevelsAgainstReference(t *testing.T) { eachKernels(t, testLevelsAgainstReference) }

func testLevelsAgainstReference(t *testing.T) {
	for i, s := range shapes {
		t.Run(label(s), func(t *testing.T) {
			n := max(1, min(33, 10_000/s.Sites()))
			if testing.Short() {
				n = min(n, 3)
			}
			f, tape := randomFlow(t, s, uint64(i)+110), NewTape(s, n)
			r := newReference(f)
			z := normals(uint64(i)+111, s.Sites()*n)
			x, back := make([]float32, len(z)), make([]float32, len(z))
			logdet, inverse := make([]float64, n), make([]float64, n)
			for level := range s.Levels() {
				f.GenerateLevels(tape, x, logdet, z, level, level+1)
				want := sample(z, n, n-1)
				det := 0.0
				for repeat := s.Repeat - 1; repeat >= 0; repeat-- {
					det += r.layer(want, level, repeat, "decimator", false)
					det += r.layer(want, level, repeat, "disentangler", false)
				}
				if d := largestDifference(sample(x, n, n-1), want); !(d < 1e-5) {
					t.Errorf("level %d is %g off the reference", level, d)
				}
				if d := math.Abs(logdet[n-1] - det); !(d < 1e-6*float64(s.Sites())+1e-5) {
					t.Errorf("ln |det| of level %d is %g off the reference", level, d)
				}
				f.RenormalizeLevels(tape, back, inverse, x, level, level+1)
				if d := largestDifference(widen(back), widen(z)); !(d < 2e-5) {
					t.Errorf("level %d comes back with an error of %g", level, d)
				}
				for b := range n {
					if d := math.Abs(logdet[b] + inverse[b]); !(d < 1e-6*float64(s.Sites())+1e-5) {
						t.Errorf("ln |det| of level %d and of its inverse differ by %g", level, d)
					}
				}
				checkOnlyLevel(t, s, level, x, z)
			}
		})
	}
}

// checkOnlyLevel: a level changes values at its own sites, all of them if it has
// couplings enough, and no others.
func checkOnlyLevel(t *testing.T, s Shape, level int, x, z []float32) {
	t.Helper()
	n := len(x) / s.Sites()
	for i := range x {
		row, column := i/n/s.L, i/n%s.L
		if own := (row|column)%(1<<level) == 0; x[i] != z[i] && !own || x[i] == z[i] && own && s.Couplings > 1 {
			t.Fatalf("level %d at site (%d, %d): %g from %g", level, row, column, x[i], z[i])
		}
	}
}

// TestWrongLevels: levels that are not there panic, and so does a derivative.
func TestWrongLevels(t *testing.T) {
	s := Shape{L: 8, Depth: 2, Repeat: 1, Couplings: 1, Hidden: 1, HiddenLayers: 1}
	f, tape := randomFlow(t, s, 1), NewTape(s, 2)
	x, logdet := make([]float32, 2*s.Sites()), make([]float64, 2)
	panics := func(what string, call func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s is taken", what)
			}
		}()
		call()
	}
	for _, levels := range [][2]int{{-1, 1}, {1, 0}, {0, 3}, {3, 3}} {
		panics("a part that is not there", func() { f.GenerateLevels(tape, x, logdet, x, levels[0], levels[1]) })
		panics("a part that is not there", func() { f.RenormalizeLevels(tape, x, logdet, x, levels[0], levels[1]) })
	}
	panics("a short batch", func() { f.GenerateLevels(tape, x, logdet, x[:3], 0, 1) })
	panics("a tape too small", func() {
		f.RenormalizeLevels(tape, make([]float32, 192), make([]float64, 3), make([]float32, 192), 0, 1)
	})
	f.GenerateLevels(tape, x, logdet, x, 0, 1)
	panics("the derivative of a part", func() { f.Backward(tape, nil, x, x, nil) })
	f.Generate(tape, x, logdet, x)
	f.RenormalizeLevels(tape, x, logdet, x, 0, 1)
	panics("the derivative of a part", func() { f.Backward(tape, nil, x, x, nil) })
}
