package rg

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"neuralrg/model"
)

// normals are independent standard normal numbers.
func normals(seed uint64, n int) []float32 {
	random := rand.New(rand.NewPCG(seed, 78))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	return x
}

func respond(t testing.TB, f *model.Flow, latents []int, z []float32, threads int) *Responses {
	t.Helper()
	r, err := Respond(t.Context(), f, latents, z, threads)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// all lists the latents of a shape.
func all(s model.Shape) []int {
	latents := make([]int, s.Sites())
	for i := range latents {
		latents[i] = i
	}
	return latents
}

// TestRespondAgainstDifferences compares maps and errors with central
// differences of Generate, sample by sample, for every latent.
func TestRespondAgainstDifferences(t *testing.T) {
	for _, c := range []struct {
		shape   model.Shape
		samples int
	}{
		{model.Shape{L: 8, Repeat: 1, Couplings: 4, Hidden: 6, HiddenLayers: 2}, 9},
		{model.Shape{L: 8, Depth: 2, Repeat: 2, Couplings: 3, Hidden: 5, HiddenLayers: 1}, 2},
		{model.Shape{L: 4, Repeat: 1, Couplings: 4, Hidden: 6, HiddenLayers: 1}, 700}, // more than a pass holds
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			f, sites := testFlow(t, c.shape, 3), c.shape.Sites()
			z := normals(4, sites*c.samples)
			r := respond(t, f, all(c.shape), z, 2)
			if r.L != c.shape.L || r.Levels != c.shape.Levels() || r.Samples != c.samples || !slices.Equal(r.Latents, all(c.shape)) {
				t.Errorf("it says %d, %d, %d, %v", r.L, r.Levels, r.Samples, r.Latents)
			}
			for latent := range sites {
				mean, err := differences(f, latent, z)
				for site := range sites {
					if got := float64(r.Map[latent][site]); !(math.Abs(got-mean[site]) < 1e-3) {
						t.Fatalf("dx[%d]/dz[%d] is %g, not %g", site, latent, got, mean[site])
					}
					if got := float64(r.Error[latent][site]); !(math.Abs(got-err[site]) < 1e-3) {
						t.Fatalf("the error of dx[%d]/dz[%d] is %g, not %g", site, latent, got, err[site])
					}
				}
			}
		})
	}
}

// differences is the mean response at each site and its standard error, by
// central differences.
func differences(f *model.Flow, latent int, z []float32) (mean, err []float64) {
	const step = 0x1p-6 // the curvature and the rounding of float32 cost as much
	sites := f.Shape.Sites()
	n := len(z) / sites
	moved := func(by float32) []float32 {
		x := slices.Clone(z)
		for b := range n {
			x[latent*n+b] += by
		}
		f.Generate(model.NewTape(f.Shape, n), x, make([]float64, n), x)
		return x
	}
	up, down := moved(step), moved(-step)
	mean, err = make([]float64, sites), make([]float64, sites)
	for site := range sites {
		var sum, square float64
		for b := range n {
			d := float64(up[site*n+b]-down[site*n+b]) / (2 * step)
			sum += d
			square += d * d
		}
		mean[site] = sum / float64(n)
		err[site] = math.Sqrt(max(0, square-sum*mean[site]) / float64(n*(n-1)))
	}
	return mean, err
}

// TestRespondAgainstCovariances: <dx/dz> = <x z> for normal z, by Stein's lemma,
// which needs no derivative.
func TestRespondAgainstCovariances(t *testing.T) {
	s := model.Shape{L: 4, Repeat: 1, Couplings: 4, Hidden: 6, HiddenLayers: 1}
	f, n := testFlow(t, s, 13), 20_000
	latents := []int{0, 5, 10, 15}
	z := normals(14, s.Sites()*n)
	r := respond(t, f, latents, z, 2)
	x := make([]float32, len(z))
	f.Generate(model.NewTape(s, n), x, make([]float64, n), z)
	products := make([]float64, n)
	for i, latent := range latents {
		for site := range s.Sites() {
			for b := range products {
				products[b] = float64(x[site*n+b]) * float64(z[latent*n+b])
			}
			got, err := mean(products)
			if want := float64(r.Map[i][site]); !(math.Abs(got-want) < 4.5*math.Hypot(err, float64(r.Error[i][site]))) {
				t.Errorf("<x[%d] z[%d]> is %.4f +- %.4f, the response %.4f", site, latent, got, err, want)
			}
		}
	}
}

// TestNothingOutsideTheCone: the tangent along one latent is exactly zero at all
// sites outside its cone and at none inside, and so is the map.
func TestNothingOutsideTheCone(t *testing.T) {
	for _, s := range []model.Shape{
		{L: 8, Repeat: 1, Couplings: 4, Hidden: 4, HiddenLayers: 1},
		{L: 8, Depth: 1, Repeat: 1, Couplings: 4, Hidden: 4, HiddenLayers: 1},
		{L: 16, Depth: 1, Repeat: 3, Couplings: 4, Hidden: 4, HiddenLayers: 1},
		{L: 16, Depth: 2, Repeat: 1, Couplings: 4, Hidden: 4, HiddenLayers: 1},
		{L: 16, Repeat: 1, Couplings: 4, Hidden: 4, HiddenLayers: 1},
	} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			latents := all(s)
			if s.L == 16 {
				latents = []int{0, 1, 16, 17, 255, 240, 15, 34, 2 * 16, 6*16 + 10, 4*16 + 4, 12 * 16, 8*16 + 8}
			}
			f, z := testFlow(t, s, 5), normals(6, 2*s.Sites())
			r := respond(t, f, latents, z, 1)
			tape, x, dx := model.NewTape(s, 2), make([]float32, len(z)), make([]float32, len(z))
			for i, latent := range latents {
				clear(dx)
				dx[2*latent], dx[2*latent+1] = 1, 1
				f.Tangent(tape, x, dx, z, dx)
				for site, reached := range Cone(s, latent) {
					if (dx[2*site] != 0 && dx[2*site+1] != 0) != reached || (r.Map[i][site] != 0) != reached {
						t.Fatalf("latent %d, site %d, in the cone %v: tangents %g, %g, map %g",
							latent, site, reached, dx[2*site], dx[2*site+1], r.Map[i][site])
					}
				}
			}
		})
	}
}

// TestConesAreSquares gives their size in the bulk.
func TestConesAreSquares(t *testing.T) {
	s := model.Shape{L: 64, Repeat: 1}
	for level, latent := range []int{33*64 + 31, 34*64 + 32, 36 * 64, 8*64 + 24} {
		rows, columns := map[int]bool{}, map[int]bool{}
		cone := sites(Cone(s, latent))
		for _, site := range cone {
			rows[site/s.L], columns[site%s.L] = true, true
		}
		if side := 6<<level - 2; len(rows) != side || len(columns) != side || len(cone) != side*side {
			t.Errorf("the cone of level %d has %d rows, %d columns, %d sites: not %d a side", level, len(rows), len(columns), len(cone), side)
		}
	}
}

// TestSharedPassesChangeNothing: maps of many latents are, bit for bit, those of
// each alone, with any number of threads; and there are far fewer passes.
func TestSharedPassesChangeNothing(t *testing.T) {
	s := model.Shape{L: 16, Repeat: 1, Couplings: 4, Hidden: 6, HiddenLayers: 1}
	f, z := testFlow(t, s, 7), normals(8, 5*s.Sites())
	r := respond(t, f, all(s), z, 1)
	for _, latent := range []int{0, 1, 17, 18, 40, 136, 255} {
		alone := respond(t, f, []int{latent}, z, 1)
		if !slices.Equal(alone.Map[0], r.Map[latent]) || !slices.Equal(alone.Error[0], r.Error[latent]) {
			t.Errorf("latent %d responds in another way alone", latent)
		}
	}
	threaded := respond(t, f, all(s), z, 3)
	for latent, m := range threaded.Map {
		if !slices.Equal(m, r.Map[latent]) {
			t.Fatalf("latent %d responds in another way on three threads", latent)
		}
	}
	// Cones of level 0 are 4x4: 16 of them tile the lattice, and 12 tilings serve
	// all 192 latents. Those of the 64 others overlap.
	if groups := apart(s, all(s)); len(groups) > 12+64 {
		t.Errorf("%d groups", len(groups))
	}
}

// TestEverySampleCounts: more samples than a pass holds give the mean of the means
// of parts that it does hold.
func TestEverySampleCounts(t *testing.T) {
	s := model.Shape{L: 4, Repeat: 1, Couplings: 4, Hidden: 6, HiddenLayers: 1}
	f, n, parts := testFlow(t, s, 9), 602, 7
	z := normals(10, s.Sites()*n)
	want := make([]float64, s.Sites())
	for i := range parts {
		var part []float32
		for site := range s.Sites() {
			part = append(part, z[site*n+i*n/parts:][:n/parts]...)
		}
		for site, v := range respond(t, f, []int{10}, part, 1).Map[0] {
			want[site] += float64(v) / float64(parts)
		}
	}
	for site, v := range respond(t, f, []int{10}, z, 1).Map[0] {
		if math.Abs(float64(v)-want[site]) > 1e-6 {
			t.Errorf("site %d: %g, not %g", site, v, want[site])
		}
	}
}

func TestRespondRefuses(t *testing.T) {
	s := model.Shape{L: 4, Repeat: 1, Couplings: 1, Hidden: 1, HiddenLayers: 1}
	f := testFlow(t, s, 1)
	broken := f.Clone()
	for i := range broken.Params {
		broken.Params[i] = float32(math.NaN())
	}
	for name, c := range map[string]struct {
		flow    *model.Flow
		latents []int
		values  int
	}{
		"no latents":          {f, nil, 32},
		"a negative latent":   {f, []int{3, -1}, 32},
		"a latent too many":   {f, []int{16}, 32},
		"one sample":          {f, []int{1}, 16},
		"no samples":          {f, []int{1}, 0},
		"half a sample":       {f, []int{1}, 40},
		"more than fits":      {f, make([]int, mostResponses/16+1), 32},
		"a flow without sums": {broken, []int{1}, 32},
	} {
		r, err := Respond(t.Context(), c.flow, c.latents, normals(1, c.values), 2)
		var hint interface{ Hint() string }
		if r != nil || !errors.As(err, &hint) || hint.Hint() == "" {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Respond(done, f, []int{1}, normals(1, 32), 2); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestShareTellsOfPanics(t *testing.T) {
	for _, threads := range []int{0, 1, 3} {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "number 2") {
					t.Errorf("%d threads: %v", threads, p)
				}
			}()
			share(t.Context(), 4, threads, func() func(int) {
				return func(i int) {
					if i == 2 {
						panic("number 2")
					}
				}
			})
		}()
	}
}

func BenchmarkRespond(b *testing.B) {
	s := model.Shape{L: 16, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}
	f, z := testFlow(b, s, 1), normals(2, 64*s.Sites())
	for level := range s.Levels() {
		latents := slices.DeleteFunc(all(s), func(site int) bool { return s.Level(site) != level })
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("level%d/latents%d/threads%d", level, len(latents), threads), func(b *testing.B) {
				for b.Loop() {
					respond(b, f, latents, z, threads)
				}
			})
		}
	}
}
