package rg

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"neuralrg/model"
)

// mera are flows of all levels, and of two with repeated pairs.
var mera = []model.Shape{
	{L: 16, Repeat: 1, Couplings: 3, Hidden: 5, HiddenLayers: 1},
	{L: 8, Depth: 2, Repeat: 2, Couplings: 3, Hidden: 4, HiddenLayers: 2},
}

// TestCoarsen: every level's fields are those that generate the level below with
// the latents split off there, and the first are the fields themselves.
func TestCoarsen(t *testing.T) {
	const n = 300 // of more than one batch
	for i, s := range mera {
		f, x := testFlow(t, s, uint64(i)+20), Normals(s, n, 21)
		for _, symmetric := range []bool{false, true} {
			l, err := Coarsen(t.Context(), f, symmetric, x, 22, 2)
			if err != nil {
				t.Fatal(err)
			}
			for b, sign := range l.Sign {
				if !symmetric && sign != 1 || sign*sign != 1 || l.Fields[0][b] != float32(sign)*x[b] {
					t.Fatalf("sample %d has sign %d, and %g becomes %g", b, sign, x[b], l.Fields[0][b])
				}
			}
			if symmetric == !slices.Contains(l.Sign, -1) {
				t.Error("no sign is -1")
			}
			if len(l.Fields) != s.Levels()+1 {
				t.Fatalf("%d levels of %d", len(l.Fields), s.Levels())
			}
			tape, z := model.NewTape(s, n), slices.Clone(l.Z)
			for k := s.Levels(); k >= 0; k-- {
				checkKept(t, s, k, l.Fields[k], z)
				if k > 0 {
					f.GenerateLevels(tape, z, make([]float64, n), z, k-1, k)
				}
			}
			if alone, _ := Coarsen(t.Context(), f, false, column(l.Fields[0], n, 7), 0, 1); !slices.Equal(alone.Fields[1], column(l.Fields[1], n, 7)) {
				t.Error("a configuration alone has other coarse fields")
			}
		}
	}
}

// checkKept: the coarse fields are x at the sites that a level keeps.
func checkKept(t *testing.T, s model.Shape, level int, coarse, x []float32) {
	t.Helper()
	n, next := len(x)/s.Sites(), 0
	for site := range s.Sites() {
		if (site/s.L|site%s.L)%(1<<level) != 0 {
			continue
		}
		for b := range n {
			if d := math.Abs(float64(coarse[next*n+b] - x[site*n+b])); !(d < 1e-4) {
				t.Fatalf("level %d, site %d: %g, not %g", level, site, coarse[next*n+b], x[site*n+b])
			}
		}
		next++
	}
	if next*n != len(coarse) {
		t.Errorf("level %d has %d fields, not %d", level, len(coarse), next*n)
	}
}

// column is sample b of a batch.
func column(x []float32, n, b int) []float32 {
	one := make([]float32, len(x)/n)
	cut(one, x, n, 1, b)
	return one
}

// TestRefine: the last stage is the fields of the latents, the first those of the
// coarsest alone, and each has the coarse fields of its level for good.
func TestRefine(t *testing.T) {
	const n = 70
	for i, s := range mera {
		f, z, anew := testFlow(t, s, uint64(i)+30), Normals(s, n, 31), Normals(s, n, 32)
		tape, logq := model.NewTape(s, n), make([]float64, n)
		x := make([]float32, len(z))
		f.Generate(tape, x, logq, z)
		whole, err := Coarsen(t.Context(), f, false, x, 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, fine := range [][]float32{nil, anew} {
			stages, err := Refine(t.Context(), f, z, fine, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(stages) != s.Levels()+1 || !slices.Equal(stages[s.Levels()], x) {
				t.Fatal("the last stage is not the fields of the latents")
			}
			for i, stage := range stages {
				level := s.Levels() - i
				back, _ := Coarsen(t.Context(), f, false, stage, 0, 2)
				for k := level; k <= s.Levels(); k++ {
					if d := farthest(back.Fields[k], whole.Fields[k]); !(d < 1e-3) {
						t.Errorf("the coarse fields of level %d are %g off once level %d is known", k, d, level)
					}
				}
				if level > 0 && farthest(back.Fields[level-1], whole.Fields[level-1]) < 0.1 {
					t.Errorf("stage %d knows level %d", i, level-1)
				}
				for site := range s.Sites() {
					want := float32(0)
					switch {
					case (site/s.L|site%s.L)%(1<<level) == 0:
						want = z[site*n]
					case fine != nil:
						want = fine[site*n]
					}
					if d := math.Abs(float64(back.Z[site*n] - want)); !(d < 1e-3) {
						t.Errorf("stage %d has latent %d at %g, not %g", i, site, back.Z[site*n], want)
					}
				}
			}
		}
	}
}

func farthest(a, b []float32) (d float64) {
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	return d
}

// TestRefineInTheCausalCone: fine latents that differ in one place change the
// fields in its causal cone only, and from the stage on where it is known not at
// all.
func TestRefineInTheCausalCone(t *testing.T) {
	s := mera[0]
	f, z := testFlow(t, s, 40), Normals(s, 1, 41)
	x := slices.Clone(z)
	if err := generate(t.Context(), f, x, 1); err != nil {
		t.Fatal(err)
	}
	for _, latent := range []int{1, 2*16 + 2, 4*16 + 12, 8 * 16} {
		fine := slices.Clone(z)
		fine[latent]++
		stages, err := Refine(t.Context(), f, z, fine, 1)
		if err != nil {
			t.Fatal(err)
		}
		cone := Cone(s, latent)
		for i, stage := range stages {
			known := s.Levels()-i <= s.Level(latent)
			for site, reached := range cone {
				if changed := stage[site] != x[site]; changed && (known || !reached) {
					t.Errorf("latent %d changes site %d in stage %d", latent, site, i)
				}
			}
			if !known && slices.Equal(stage, x) {
				t.Errorf("latent %d changes nothing in stage %d", latent, i)
			}
		}
	}
}

func TestLevelsOfBadArguments(t *testing.T) {
	s := mera[1]
	f, z := testFlow(t, s, 50), Normals(s, 2, 51)
	bad := slices.Clone(z)
	bad[5] = float32(math.NaN())
	var failures []error
	add := func(result any, err error) {
		t.Helper()
		if err == nil || !reflect.ValueOf(result).IsNil() {
			t.Fatalf("bad arguments give %v", result)
		}
		failures = append(failures, err)
	}
	for _, x := range [][]float32{nil, z[:63], z[:65], bad} {
		add(Coarsen(t.Context(), f, true, x, 1, 1))
		add(Refine(t.Context(), f, x, nil, 1))
	}
	add(Refine(t.Context(), f, z, z[:64], 1))
	add(Mix(s, z, z, -1))
	add(Mix(s, z, z, 3))
	add(Mix(s, nil, z, 1))
	for _, err := range failures {
		hinted(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Coarsen(ctx, f, true, z, 1, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it says %v", err)
	}
	if _, err := Refine(ctx, f, z, nil, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it says %v", err)
	}
}
