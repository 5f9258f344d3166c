package rg

import (
	"context"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/sampling"
)

// learnt is the energy -ln q(x), or -ln q_sym(x), that a flow has learnt perfectly.
type learnt struct {
	flow      *model.Flow
	symmetric bool
}

func (e learnt) Sites() int { return e.flow.Shape.Sites() }

func (e learnt) Eval(u []float64, _, x []float32) {
	sampling.NewDensity(e.flow, e.symmetric).LogQ(u, x)
	for b := range u {
		u[b] = -u[b]
	}
}

// form is that of the renormalized energy of a flow.
func form(symmetric bool) sampling.Form {
	if symmetric {
		return sampling.Symmetrised
	}
	return sampling.Plain
}

// TestPerfectFlow: the latents of a perfect flow have the energy z²/2.
func TestPerfectFlow(t *testing.T) {
	values := []float64{-3, -1.5, 0, 2}
	for _, symmetric := range []bool{false, true} {
		f := testFlow(t, small, 3)
		u := sampling.Latent(f, learnt{f, symmetric}, form(symmetric))
		z := normals(4, 16*40)
		p, err := Along(t.Context(), u, 5, values, z)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Across(t.Context(), u, [2]int{5, 8}, values, z)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			departures := append(slices.Clone(s.Departure[i]), p.Departure[i], s.Error[i][0], p.Error[i])
			for _, d := range departures {
				if math.Abs(d) > 1e-4 {
					t.Errorf("symmetric %v: departures and errors at %v are %v", symmetric, v, departures)
					break
				}
			}
		}
	}
}

// TestAlongByDeterminants: the plain energy along a latent, from the determinant of
// the Jacobian column by column.
func TestAlongByDeterminants(t *testing.T) {
	const n, latent = 6, 6
	f, m := testFlow(t, small, 7), testIsing(t, 4, 2.5)
	values := []float64{-2, 0.5, 3}
	z := normals(8, 16*n)
	p, err := Along(t.Context(), sampling.Latent(f, m, sampling.Plain), latent, values, z)
	if err != nil {
		t.Fatal(err)
	}
	base := pulledBack(f, m, replaced(z, n, latent, 0), n)
	for i, v := range values {
		energies := pulledBack(f, m, replaced(z, n, latent, v), n)
		for b := range energies {
			energies[b] -= base[b]
		}
		want, deviation := mean(energies)
		if math.Abs(p.Energy[i]-want) > 1e-4 || math.Abs(p.Error[i]-deviation) > 1e-4 || p.Departure[i] != p.Energy[i]-v*v/2 {
			t.Errorf("at %v: energy %v(%v), departure %v, not %v(%v)", v, p.Energy[i], p.Error[i], p.Departure[i], want, deviation)
		}
	}
}

// replaced is a copy of samples with one latent at a value.
func replaced(z []float32, n, latent int, v float64) []float32 {
	z = slices.Clone(z)
	for b := range n {
		z[latent*n+b] = float32(v)
	}
	return z
}

// pulledBack is U(x) - ln|det dx/dz| for each of n samples.
func pulledBack(f *model.Flow, e physics.Energy, z []float32, n int) []float64 {
	sites := f.Shape.Sites()
	jacobians := make([]*mat.Dense, n)
	for b := range jacobians {
		jacobians[b] = mat.NewDense(sites, sites, nil)
	}
	tape := model.NewTape(f.Shape, n)
	x, dx := make([]float32, sites*n), make([]float32, sites*n)
	for j := range sites {
		dz := make([]float32, sites*n)
		for b := range n {
			dz[j*n+b] = 1
		}
		f.Tangent(tape, x, dx, z, dz)
		for i := range sites {
			for b, jacobian := range jacobians {
				jacobian.Set(i, j, float64(dx[i*n+b]))
			}
		}
	}
	u := make([]float64, n)
	e.Eval(u, nil, x)
	for b, jacobian := range jacobians {
		logDet, _ := mat.LogDet(jacobian)
		u[b] -= logDet
	}
	return u
}

// TestAcrossMeetsAlong: where one of two latents is zero, the surface is a profile
// of samples that have it so; and the surface knows which latent is which.
func TestAcrossMeetsAlong(t *testing.T) {
	f, m := testFlow(t, small, 9), testIsing(t, 4, 2.5)
	u := sampling.Latent(f, m, sampling.Symmetrised)
	values := []float64{-1, 0, 2}
	z := normals(10, 16*5)
	s, err := Across(t.Context(), u, [2]int{3, 12}, values, z)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Along(t.Context(), u, 3, values, replaced(z, 5, 12, 0))
	if err != nil {
		t.Fatal(err)
	}
	second, err := Along(t.Context(), u, 12, values, replaced(z, 5, 3, 0))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		if s.Energy[i][1] != first.Energy[i] || s.Energy[1][i] != second.Energy[i] ||
			s.Error[i][1] != first.Error[i] || s.Departure[1][i] != second.Departure[i] {
			t.Errorf("at %v: surface %v, %v, profiles %v, %v", v, s.Energy[i][1], s.Energy[1][i], first.Energy[i], second.Energy[i])
		}
	}
}

// TestMeanForce: the density of a latent of exact samples is that which a histogram
// of other exact samples shows.
func TestMeanForce(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds under the race detector")
	}
	f, m := testFlow(t, small, 11), testIsing(t, 4, 3)
	for _, latent := range []int{0, 5} {
		for _, symmetric := range []bool{false, true} {
			samples, err := Target(t.Context(), f, symmetric, m, 1000, 12, 2)
			if err != nil {
				t.Fatal(err)
			}
			others, err := Target(t.Context(), f, symmetric, m, 10000, 13, 2)
			if err != nil {
				t.Fatal(err)
			}
			row := slices.Sorted(slices.Values(others.Z[latent*others.N:][:others.N]))
			low, high := float64(row[20]), float64(row[len(row)-20])
			const steps = 80
			values := make([]float64, steps+1)
			for i := range values {
				part := float64(i) / steps // of the way, with steps that grow
				values[i] = low + (high-low)*part*(1+part)/2
			}
			p, err := MeanForce(t.Context(), sampling.Latent(f, m, form(symmetric)), latent, values, samples.Z)
			if err != nil {
				t.Fatal(err)
			}
			compareHistogram(t, p, row)
		}
	}
}

// compareHistogram compares probabilities of bins of ten values each.
func compareHistogram(t *testing.T, p *Profile, sorted []float32) {
	t.Helper()
	const wide = 10
	var inside []float32
	for _, v := range sorted {
		if float64(v) >= p.Values[0] && float64(v) < p.Values[len(p.Values)-1] {
			inside = append(inside, v)
		}
	}
	integral := func(from, to int) (sum float64) {
		for i := from; i < to; i++ {
			sum += (p.Values[i+1] - p.Values[i]) * (math.Exp(-p.Energy[i]) + math.Exp(-p.Energy[i+1])) / 2
		}
		return sum
	}
	all := integral(0, len(p.Values)-1)
	n := float64(len(inside))
	var square float64
	bins := 0
	for from := 0; from+wide < len(p.Values); from += wide {
		count := 0.0
		for _, v := range inside {
			if float64(v) >= p.Values[from] && float64(v) < p.Values[from+wide] {
				count++
			}
		}
		want := integral(from, from+wide) / all
		variance := want*(1-want)/n + math.Pow(want*p.Error[from+wide/2], 2)
		square += math.Pow(count/n-want, 2) / variance
		bins++
	}
	if square > 2.5*float64(bins) {
		t.Errorf("latent %d: the histogram is off by %.1f of its errors' squares in %d bins", p.Latent, square, bins)
	}
}

// TestProfileOfOneSample: where all others are zero the profile is exact.
func TestProfileOfOneSample(t *testing.T) {
	f, m := testFlow(t, small, 14), testIsing(t, 4, 2.5)
	u := sampling.Latent(f, m, sampling.Plain)
	p, err := Along(t.Context(), u, 1, []float64{0, 1}, make([]float32, 16))
	if err != nil {
		t.Fatal(err)
	}
	z := make([]float32, 16)
	energy := func(v float32) float64 {
		z[1] = v
		u1 := make([]float64, 1)
		u.Eval(u1, nil, z)
		return u1[0]
	}
	if p.Energy[0] != 0 || p.Energy[1] != energy(1)-energy(0) || p.Error[0] != 0 || p.Error[1] != 0 || p.Samples != 1 {
		t.Errorf("profile %+v", p)
	}
}

func TestEnergyRefused(t *testing.T) {
	f, m := testFlow(t, small, 15), testIsing(t, 4, 2.5)
	u := sampling.Latent(f, m, sampling.Plain)
	z := normals(16, 16*3)
	values := []float64{-1, 0, 1}
	for _, latent := range []int{-1, 16} {
		_, err := Along(t.Context(), u, latent, values, z)
		hinted(t, err)
		_, err = MeanForce(t.Context(), u, latent, values, z)
		hinted(t, err)
		_, err = Across(t.Context(), u, [2]int{0, latent}, values, z)
		hinted(t, err)
	}
	_, err := Across(t.Context(), u, [2]int{2, 2}, values, z)
	hinted(t, err)
	_, err = Along(t.Context(), u, 1, []float64{math.Inf(1)}, z)
	hinted(t, err)
	for _, values := range [][]float64{nil, {0}, {0, 0}, {1, 0}, {0, math.NaN()}, {0, math.Inf(1)}, {50, 51}} {
		_, err = MeanForce(t.Context(), u, 1, values, z)
		hinted(t, err)
	}
	few := replaced(z, 3, 1, 30) // where the density at zero is far too small
	_, err = MeanForce(t.Context(), sampling.Latent(f, learnt{f, false}, sampling.Plain), 1, []float64{29, 30, 51}, few)
	hinted(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = Along(ctx, u, 1, values, z); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}
