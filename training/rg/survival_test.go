package rg

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"

	"neuralrg/model"
	"neuralrg/sampling"
)

// TestSurvive with a flow that changes nothing, so that everything is counted:
// the magnetization is a sum over sites, of which a level keeps 1 in 4^k, the
// energy one over bonds, of which no two coarse sites share one, and each coarse
// one spoils four.
func TestSurvive(t *testing.T) {
	repeats, n := 30, 500
	if testing.Short() {
		n = 150
	}
	f := testFlow(t, model.Shape{L: 8, Repeat: 1, Couplings: 2, Hidden: 3, HiddenLayers: 1}, 70)
	clear(f.Params)
	m := testIsing(t, 8, 3)
	squares := map[string][]float64{}
	for seed := range uint64(repeats) {
		z := Normals(f.Shape, n, 1000+seed)
		all, err := Survive(t.Context(), f, m, z, seed, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 4 || all[1].Level != 1 || all[1].Latents != 16 || all[3].Latents != 1 {
			t.Fatalf("levels %+v", all)
		}
		exactly(t, all[0].Coarse.Magnetization, 1)
		exactly(t, all[0].Coarse.Energy, 1)
		for k, s := range all {
			kept := math.Pow(4, -float64(k))
			for name, c := range map[string]struct {
				got  sampling.Quantity
				want float64
			}{
				"m by coarse latents": {s.Coarse.Magnetization, kept},
				"E by coarse latents": {s.Coarse.Energy, 0},
				"m by fine latents":   {s.Fine.Magnetization, 1 - kept},
				"E by fine latents":   {s.Fine.Energy, max(0, 1-2*kept)},
			} {
				if k > 0 {
					off := (c.got.Value - c.want) / c.got.Error
					squares[name] = append(squares[name], off*off)
				}
			}
		}
	}
	for name, all := range squares {
		if square, _ := mean(all); square < 0.6 || square > 1.5 {
			t.Errorf("%s: the mean square of what values are off, in errors, is %.2f", name, square)
		}
	}
}

func exactly(t *testing.T, got sampling.Quantity, want float64) {
	t.Helper()
	if math.Abs(got.Value-want) > 1e-12 || got.Error > 1e-9 {
		t.Errorf("a correlation is %g +- %g, not %g", got.Value, got.Error, want)
	}
}

func TestSurviveKnowsNoThreads(t *testing.T) {
	s := mera[1]
	f, m, z := testFlow(t, s, 80), testIsing(t, 8, 2), Normals(s, 600, 81)
	one, err := Survive(t.Context(), f, m, z, 82, 1)
	if err != nil {
		t.Fatal(err)
	}
	if three, _ := Survive(t.Context(), f, m, z, 82, 3); !reflect.DeepEqual(one, three) {
		t.Error("three threads find something else than one")
	}
	if other, _ := Survive(t.Context(), f, m, z, 83, 1); reflect.DeepEqual(one, other) {
		t.Error("two seeds draw the same latents")
	}
}

func TestSurviveOfBadArguments(t *testing.T) {
	s := mera[1]
	f, m, z := testFlow(t, s, 90), testIsing(t, 8, 2), Normals(s, 4, 91)
	for _, c := range []struct {
		z    []float32
		size int
	}{{z[:64], 8}, {z[:65], 8}, {nil, 8}, {z, 16}} {
		if _, err := Survive(t.Context(), f, testIsing(t, c.size, 2), c.z, 1, 1); err == nil {
			t.Errorf("%d latents are taken with a model of size %d", len(c.z), c.size)
		} else {
			hinted(t, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Survive(ctx, f, m, z, 1, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it says %v", err)
	}
}
