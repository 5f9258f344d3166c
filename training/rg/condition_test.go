package rg

import (
	"math"
	"slices"
	"testing"
)

// TestCondition: the latent has its value, all others are standard normal and the
// same whatever the value, and only the latent's causal cone knows the value.
func TestCondition(t *testing.T) {
	const n, latent = 600, 2*16 + 4
	s := mera[0]
	f, m := testFlow(t, s, 60), testIsing(t, 16, 3)
	low, err := Condition(t.Context(), f, m, latent, -1.5, n, 61, 2)
	if err != nil {
		t.Fatal(err)
	}
	high, err := Condition(t.Context(), f, m, latent, 2, n, 61, 1)
	if err != nil {
		t.Fatal(err)
	}
	var squares []float64
	for i, v := range low.Z {
		switch {
		case i/n == latent:
			if v != -1.5 || high.Z[i] != 2 {
				t.Fatalf("the latent is %g and %g", v, high.Z[i])
			}
		case v != high.Z[i]:
			t.Fatalf("latent %d changes from %g to %g", i/n, v, high.Z[i])
		default:
			squares = append(squares, float64(v*v))
		}
	}
	checkMean(t, "the mean square of the others", squares, 1)
	changes := 0
	for site, reached := range Cone(s, latent) {
		if slices.Equal(low.X[site*n:][:n], high.X[site*n:][:n]) {
			continue
		}
		if changes++; !reached {
			t.Errorf("site %d, out of reach, changes", site)
		}
	}
	if changes < 60 {
		t.Errorf("%d sites change", changes)
	}
	x := slices.Clone(low.Z)
	if err := generate(t.Context(), f, x, 2); err != nil || !slices.Equal(x, low.X) {
		t.Error("the fields are not those of the latents")
	}
	if slices.Contains(low.Sign, -1) {
		t.Error("a sign is -1")
	}
	for _, value := range []float64{math.NaN(), math.Inf(1), 1e300} {
		if _, err := Condition(t.Context(), f, m, latent, value, n, 1, 1); err == nil {
			t.Errorf("a latent of %g is taken", value)
		} else {
			hinted(t, err)
		}
	}
	for _, site := range []int{-1, 256} {
		if _, err := Condition(t.Context(), f, m, site, 0, n, 1, 1); err == nil {
			t.Errorf("latent %d is taken", site)
		} else {
			hinted(t, err)
		}
	}
}
