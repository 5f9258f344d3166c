package report

import (
	"bytes"
	"encoding/csv"
	"image/png"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"neuralrg/model"
	"neuralrg/training/rg"
)

// TestChosenLatents: of those that exist there is everything, as the figures on
// all latents have it, and of the others it is said that there are none.
func TestChosenLatents(t *testing.T) {
	if testing.Short() {
		t.Skip("all figures")
	}
	dir := trained(t, "run", nil)
	p := plan()
	p.Latents = []Latent{{1, 2}, {0, 4}, {2, 2}, {1, 2}, {-1, 0}}
	out, r, err := Write(t.Context(), []string{dir}, p)
	if err != nil {
		t.Fatal(err)
	}
	var made, missing []string
	for _, f := range r.Figures[len(kinds)-1:] { // one run has no depth to compare
		made = append(made, f.Name)
	}
	for _, m := range r.Missing {
		if missing = append(missing, m.Name); m.Name != "depth" && (!strings.Contains(m.Reason, "there is no latent at row") || !strings.Contains(m.Hint, "0 to 3")) {
			t.Errorf("%+v", m)
		}
	}
	if !slices.Equal(made, []string{"latent-1-2", "latent-2-2", "latent-pairs"}) || !slices.Equal(missing, []string{"depth", "latent-0-4", "latent--1-0"}) {
		t.Errorf("made %q, missing %q", made, missing)
	}
	all := files(t, out)
	sameColumns(t, all, "marginals-all-quantiles.csv", "latent_6 [1]", "latent-1-2-quantiles.csv", "quantile [1]")
	sameColumns(t, all, "marginals-all-densities.csv", "latent_10 [1]", "latent-2-2-density.csv", "density [1]")
	sameColumns(t, all, "responses-all.csv", "latent_10 [1]", "latent-2-2-response.csv", "response [1]")
	if radii := column(t, all["responses-shapes.csv"], "radius [sites]"); len(radii) != 16 || !(slices.Min(radii) > 0) {
		t.Errorf("radii %v", radii)
	}
	for _, name := range []string{"latent-2-2-energy.csv", "latent-2-2-conditional.csv", "latent-2-2-partners.csv"} {
		if len(column(t, all[name], "error [nats]"))+len(column(t, all[name], "error_m [1]")) == 0 {
			t.Errorf("%s has no numbers", name)
		}
	}
}

// sameColumns says that a column of one table is that of another.
func sameColumns(t *testing.T, all map[string][]byte, name, head, other, otherHead string) {
	t.Helper()
	a, b := column(t, all[name], head), column(t, all[other], otherHead)
	if len(a) == 0 || len(a) != len(b) {
		t.Fatalf("%s has %d values, %s %d", name, len(a), other, len(b))
	}
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-5 {
			t.Errorf("%s has %v, %s %v", name, a[i], other, b[i])
		}
	}
}

// column has the numbers of a column of a table; none if there is no such one.
func column(t *testing.T, data []byte, head string) (values []float64) {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) == 0 {
		return nil
	}
	at := slices.Index(lines[0], head)
	if at < 0 {
		return nil
	}
	for _, line := range lines[1:] {
		v, err := strconv.ParseFloat(line[at], 64)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	return values
}

// TestBeside: the latents of a block are those that package rg compares.
func TestBeside(t *testing.T) {
	for _, s := range []model.Shape{{L: 8}, {L: 8, Depth: 1}, {L: 4}} {
		for site := range s.Sites() {
			r := &rg.Responses{L: s.L, Levels: s.Levels()}
			for other := range s.Sites() {
				if other != site {
					r.Latents = append(r.Latents, other)
				}
			}
			r.Latents = append(r.Latents, site)
			for range r.Latents {
				one := make([]float32, s.Sites())
				one[0] = 1
				r.Map, r.Error = append(r.Map, one), append(r.Error, one)
			}
			var want []int
			for _, sibling := range r.Shape(len(r.Latents) - 1).Siblings {
				want = append(want, sibling.Latent)
			}
			if got := beside(s, site); !slices.Equal(got, want) {
				t.Errorf("%+v: beside %d are %v, not %v", s, site, got, want)
			}
		}
	}
}

// TestSurface: the first row of a surface is at the bottom, where the axis has it.
func TestSurface(t *testing.T) {
	key := scale{low: 0, high: 1, stops: rising}
	p := newSurface("", "b", "a", key, []float64{1, 1, 0, 0}, 2, -1, 1) // dark where a is -1
	img, err := png.Decode(bytes.NewReader(printed(t, p)))
	if err != nil {
		t.Fatal(err)
	}
	middle, height := img.Bounds().Dx()/2, img.Bounds().Dy()
	light := func(y int) uint32 {
		r, _, _, _ := img.At(middle, y).RGBA()
		return r
	}
	if light(height/4) <= light(height/2) {
		t.Errorf("above %d, below %d", light(height/4), light(height/2))
	}
	if p.Y.Norm(-1) >= p.Y.Norm(1) {
		t.Error("the axis counts downwards")
	}
}

func printed(t *testing.T, p *panel) []byte {
	t.Helper()
	data, err := sheet{diagrams(60*vg.Millimeter, []*panel{p})}.png()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
