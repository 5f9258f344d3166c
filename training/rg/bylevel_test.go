package rg

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"neuralrg/model"
)

// identity is a flow that leaves the fields as they are, so that its coarse fields
// are those of the sites kept.
func identity(t testing.TB, L int) *model.Flow {
	t.Helper()
	s := small
	s.L = L
	f := testFlow(t, s, 31)
	clear(f.Params)
	return f
}

// levelsOf are exact samples at every level.
func levelsOf(t testing.TB, f *model.Flow, symmetric bool, temperature float64, n int) (*Sample, *Levels) {
	t.Helper()
	s, err := Target(t.Context(), f, symmetric, testIsing(t, f.Shape.L, temperature), n, 32, 2)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Coarsen(t.Context(), f, symmetric, s.X, 33, 2)
	if err != nil {
		t.Fatal(err)
	}
	return s, l
}

// TestCouplingsByLevel: of a flow that does nothing the coarse signs are those of
// the sites kept, and the spins are the Ising model's.
func TestCouplingsByLevel(t *testing.T) {
	const L, temperature, n = 8, 2.5, 1000
	s, l := levelsOf(t, identity(t, L), false, temperature, n)
	all, err := Couplings(t.Context(), l, s.Spins)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 {
		t.Fatalf("%d levels", len(all))
	}
	near(t, "K1 of the spins", all[0].Spins.Nearest, 1/temperature, 3)
	near(t, "K2 of the spins", all[0].Spins.Diagonal, 0, 3)
	for k, c := range all {
		var kept []int8
		for row := 0; row < L; row += 1 << k {
			for column := 0; column < L; column += 1 << k {
				for _, x := range s.X[(row*L+column)*n:][:n] {
					sign := int8(1)
					if x < 0 {
						sign = -1
					}
					kept = append(kept, sign)
				}
			}
		}
		want, err := SpinCouplings(kept, L>>k)
		if err != nil {
			t.Fatal(err)
		}
		if c.Level != k || c.Size != L>>k || *c.Signs != want || c.Fields == nil || (c.Spins == nil) != (k > 0) || len(c.Missing) > 0 {
			t.Errorf("level %d: %+v, signs %+v, not %+v", k, c, c.Signs, want)
		}
	}
}

// TestCouplingsKnowNoSign: they do not change with the signs of whole
// configurations.
func TestCouplingsKnowNoSign(t *testing.T) {
	s, l := levelsOf(t, testFlow(t, small, 34), true, 3, 400)
	before, err := Couplings(t.Context(), l, s.Spins)
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range l.Fields {
		for i := range y {
			if i%l.N%3 == 0 {
				y[i] = -y[i]
			}
		}
	}
	after, err := Couplings(t.Context(), l, s.Spins)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// TestMissingCouplings: what cannot be fitted is said, and the rest is there.
func TestMissingCouplings(t *testing.T) {
	s, l := levelsOf(t, identity(t, 4), false, 0.5, 40)
	all, err := Couplings(t.Context(), l, s.Spins)
	if err != nil {
		t.Fatal(err)
	}
	c := all[0]
	if c.Spins != nil || c.Signs != nil || c.Fields == nil || len(c.Missing) != 2 || !strings.Contains(c.Missing[0], "spins at level 0") {
		t.Errorf("%+v", c)
	}
	if _, err := json.Marshal(all); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Couplings(ctx, l, s.Spins); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}
