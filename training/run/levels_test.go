package run

import (
	"context"
	"math"
	"reflect"
	"testing"

	"neuralrg/model"
)

// pausedWithLevels is a run that stands, and its levels of some draw, the fourth
// with a latent fixed.
func pausedWithLevels(t *testing.T, draw int) (*Run, *Snapshot) {
	t.Helper()
	r := learnt(t, tiny(1_000_000), 100, Options{})
	do(t, r, Command{Kind: Pause})
	for range draw {
		do(t, r, Command{Kind: Redraw})
	}
	if draw == 3 {
		do(t, r, Command{Kind: Fix, Latent: 6, Value: 1.5})
	}
	do(t, r, Command{Kind: Coarsen})
	return r, eventually(t, r, "the levels", func(s *Snapshot) bool {
		return s.Levels != nil && s.Levels.Epoch == s.Epoch && s.Levels.Draw == draw && s.Levels.Of(s.Lattice)
	})
}

// The levels are those of the lattice that the run shows, with its sign. The way
// back through the flow tells the latents that each refinement was made of.
func TestLevels(t *testing.T) {
	signs, square := map[int8]bool{}, 0.0
	for draw := range 4 {
		r, s := pausedWithLevels(t, draw)
		do(t, r, Command{Kind: Stop})
		r.Wait()
		l := s.Levels
		if err := l.Check(s.Config.Shape); err != nil || l.Top() != 2 {
			t.Fatalf("%d levels, %v", l.Top(), err)
		}
		last, _ := result(t, s.Dir)
		flow, err := model.Restore(s.Config.Shape, last.Params, last.Masks)
		if err != nil {
			t.Fatal(err)
		}
		p := newPicture(s.Config.Config)
		p.redraw(draw)
		if draw == 3 {
			if l.Fixed == nil || *l.Fixed != (Fixed{Latent: 6, Value: 1.5}) {
				t.Fatalf("the latent fixed is %v", l.Fixed)
			}
			p.z[6] = 1.5
		}
		signs[p.sign] = true
		for _, whole := range [][]float32{l.Coarse[0], l.Zero[0], l.Drawn[0]} {
			near(t, whole, s.Lattice.X, 1e-3)
		}
		tape, logq := model.NewTape(s.Config.Shape, 1), make([]float64, 1)
		back := func(x []float32, levels int) []float32 {
			z := make([]float32, len(x))
			for i, v := range x {
				z[i] = float32(p.sign) * v
			}
			flow.RenormalizeLevels(tape, z, logq, z, 0, levels)
			return z
		}
		for k := range l.Top() + 1 {
			for _, fields := range [][]float32{l.Coarse[0], l.Zero[k], l.Drawn[k]} {
				z := back(fields, k)
				for site, v := range l.Coarse[k] {
					side := 4 >> k
					if kept := float32(p.sign) * z[(site/side*4+site%side)<<k]; math.Abs(float64(v-kept)) > 0.02 {
						t.Errorf("draw %d: site %d of level %d has %v and not %v", draw, site, k, v, kept)
					}
				}
			}
			zero, drawn := back(l.Zero[k], 2), back(l.Drawn[k], 2)
			for site := range zero {
				if coarse := site/4%(1<<k) == 0 && site%4%(1<<k) == 0; coarse {
					continue
				}
				if math.Abs(float64(zero[site])) > 0.02 || math.Abs(float64(drawn[site]-p.z[site])) < 1e-3 {
					t.Errorf("draw %d, level %d: finer latents %v and %v at site %d", draw, k, zero[site], drawn[site], site)
				}
				square += float64(drawn[site]*drawn[site]) / 4 / (12 + 15)
			}
		}
	}
	if square < 0.5 || square > 2 {
		t.Errorf("the mean square of the finer latents drawn afresh is %v", square)
	}
	if len(signs) != 2 {
		t.Errorf("only the sign %v was seen", signs)
	}
}

func near(t *testing.T, got, want []float32, error float64) {
	t.Helper()
	for i, v := range want {
		if math.Abs(float64(got[i]-v)) > error {
			t.Fatalf("value %d is %v, want %v", i, got[i], v)
		}
	}
}

// Files answer as the run did.
func TestLevelsByFiles(t *testing.T) {
	run, s := pausedWithLevels(t, 3)
	do(t, run, Command{Kind: Stop})
	run.Wait()
	r, err := OpenRecord(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := r.Read(); err != nil || s.Levels != nil {
		t.Fatalf("levels that nobody asked for: %v, %v", s, err)
	}
	for _, c := range []Command{{Kind: Fix, Latent: 6, Value: 1.5}, {Kind: Coarsen}} {
		if err := r.Do(c); err != nil {
			t.Fatal(err)
		}
	}
	if after, err := r.Read(); err != nil || !reflect.DeepEqual(after.Levels, s.Levels) {
		t.Errorf("the levels are %+v, of the run they were %+v; %v", after.Levels, s.Levels, err)
	}
}

// A flow that gives nothing finite has no levels.
func TestLevelsOfADivergedFlow(t *testing.T) {
	c := tiny(1).Config
	flow, err := model.New(c.Shape, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range flow.Params {
		flow.Params[i] = float32(math.NaN())
	}
	if l, err := newPicture(c).levels(context.Background(), &frozen{flow: flow}, drawing{}); err == nil || hintOf(err) == "" {
		t.Errorf("its levels are %+v, %v", l, err)
	}
}

func TestLevelsOfAnotherShapeAreRefused(t *testing.T) {
	shape := tiny(1).Shape
	good := func() *Levels {
		l := &Levels{L: 4}
		for k := range 3 {
			l.Coarse = append(l.Coarse, make([]float32, 16>>(2*k)))
			l.Zero, l.Drawn = append(l.Zero, make([]float32, 16)), append(l.Drawn, make([]float32, 16))
		}
		return l
	}
	if err := good().Check(shape); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Levels){
		"size":         func(l *Levels) { l.L = 8 },
		"no levels":    func(l *Levels) { *l = Levels{L: 4} },
		"level short":  func(l *Levels) { l.Coarse[1] = nil },
		"fields short": func(l *Levels) { l.Zero[2] = l.Zero[2][:15] },
		"fields long":  func(l *Levels) { l.Drawn[0] = make([]float32, 17) },
		"one too few":  func(l *Levels) { l.Drawn = l.Drawn[:2] },
	} {
		l := good()
		spoil(l)
		if l.Check(shape) == nil {
			t.Errorf("%s: they are taken", name)
		}
	}
}
