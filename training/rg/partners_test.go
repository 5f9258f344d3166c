package rg

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"neuralrg/model"
)

// planted are n samples of normal latents of the sites of a shape, of which some
// know of one latent: others by a correlation, and one by its size alone.
func planted(s model.Shape, n, latent int, correlation map[int]float64, size int) []float32 {
	random := rand.New(rand.NewPCG(5, 0))
	z := make([]float32, s.Sites()*n)
	for i := range z {
		z[i] = float32(random.NormFloat64())
	}
	at := func(site int) []float32 { return z[site*n:][:n] }
	for site, r := range correlation {
		for b, v := range at(latent) {
			at(site)[b] = float32(r)*v + float32(math.Sqrt(1-r*r))*at(site)[b]
		}
	}
	for b, v := range at(latent) {
		at(size)[b] *= float32(math.Abs(float64(v)))
	}
	return z
}

var wide = model.Shape{L: 16, Repeat: 1, Couplings: 2, Hidden: 4, HiddenLayers: 1}

// The strongest partners are those that were planted, and of normal variables
// with a correlation r the information is -ln(1-r²)/2.
func TestPartners(t *testing.T) {
	const latent = 4*16 + 8
	z := planted(wide, 4000, latent, map[int]float64{17: 0.6, 200: -0.4}, 255)
	found, err := Partners(t.Context(), wide, z, latent, []int{3, 200, 255, 90, 17, 64}, nil)
	if err != nil {
		t.Fatal(err)
	}
	noise, err := Noise(wide, z, latent, 3, 1)
	if err != nil || !(noise > 0.003 && noise < 0.03) {
		t.Errorf("the noise is %v, %v", noise, err)
	}
	if len(found) != 6 || found[0].Site != 255 && found[1].Site != 255 {
		t.Fatalf("the partners are %+v", found)
	}
	for _, p := range found {
		r := map[int]float64{17: 0.6, 200: -0.4}[p.Site]
		want := -math.Log(1-r*r) / 2
		if p.Site != 255 && math.Abs(p.Information.Value-want) > 4*max(p.Information.Error, noise) {
			t.Errorf("latent %d has %+v, want %v", p.Site, p.Information, want)
		}
		if p.Level != wide.Level(p.Site) {
			t.Errorf("latent %d is said to be of level %d", p.Site, p.Level)
		}
	}
	sorted := slices.IsSortedFunc(found, func(a, b Partner) int {
		if a.Information.Value < b.Information.Value {
			return 1
		}
		return -1
	})
	if !sorted {
		t.Errorf("they are not in order: %+v", found)
	}
}

// What is told while it works is what was found so far, and does not change.
func TestPartnersTells(t *testing.T) {
	z := planted(small, 400, 5, map[int]float64{6: 0.5}, 9)
	var told [][]Partner
	ctx, stop := context.WithCancel(t.Context())
	_, err := Partners(ctx, small, z, 5, []int{1, 6, 9, 2}, func(found []Partner) {
		told = append(told, found)
		if len(told) == 3 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || len(told) != 3 {
		t.Fatalf("after %d it ended with %v", len(told), err)
	}
	for i, found := range told {
		if len(found) != i+1 {
			t.Errorf("after %d it tells of %+v", i+1, found)
		}
	}
}

// Candidates are different others, with the latents of the same block, the
// nearest of coarser levels, and what has to do with the latent wherever it is.
func TestCandidates(t *testing.T) {
	const latent, far, farther = 2*16 + 2, 9*16 + 13, 13*16 + 9 // of level 1, and of level 0
	z := planted(wide, 1000, latent, map[int]float64{far: -0.5}, farther)
	for most, want := range map[int][]int{
		255:  nil,
		1000: nil,
		24:   {2, 2 * 16, 0, 4*16 + 4, far, farther},
		1:    nil,
	} {
		got, err := Candidates(wide, z, latent, most)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != min(most, 255) || slices.Contains(got, latent) {
			t.Errorf("of %d there are %d, %v", most, len(got), got)
		}
		for _, site := range want {
			if !slices.Contains(got, site) {
				t.Errorf("of %d, %d is not one: %v", most, site, got)
			}
		}
		slices.Sort(got)
		if len(slices.Compact(got)) != min(most, 255) {
			t.Errorf("of %d some are twice: %v", most, got)
		}
	}
}

// A latent that is constant is correlated with nothing, and is no reason to fail.
func TestCandidatesOfAConstant(t *testing.T) {
	z := planted(small, 400, 5, nil, 9)
	clear(z[5*400:][:400])
	if got, err := Candidates(small, z, 5, 8); err != nil || len(got) != 8 {
		t.Errorf("candidates %v, %v", got, err)
	}
}

func TestPartnersRefused(t *testing.T) {
	z := planted(small, 400, 5, nil, 9)
	for name, ask := range map[string]func() error{
		"a latent that is none": func() error { _, err := Partners(t.Context(), small, z, 16, []int{1}, nil); return err },
		"a partner that is none": func() error {
			_, err := Partners(t.Context(), small, z, 5, []int{1, -1}, nil)
			return err
		},
		"samples of another size": func() error { _, err := Partners(t.Context(), small, z[:401], 5, []int{1}, nil); return err },
		"no samples":              func() error { _, err := Candidates(small, nil, 5, 8); return err },
		"too few samples":         func() error { _, err := Partners(t.Context(), small, z[:16*100], 5, []int{1}, nil); return err },
		"noise with none":         func() error { _, err := Noise(small, z, 5, 16, 1); return err },
	} {
		err := ask()
		if h, ok := err.(interface{ Hint() string }); err == nil || !ok || h.Hint() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
