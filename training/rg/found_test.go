package rg

import (
	"context"
	"math"
	"testing"
)

// TestFoundIsWhatIsFound: after all levels the coarse field is one number, and many
// draws know its energy. What few draws find of that at the samples is Found.
func TestFoundIsWhatIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds under the race detector")
	}
	const samples, few, many = 150, 6, 4000
	m, f := learning(t)
	_, l := levelsOf(t, f, false, 4, samples)
	values := make([]float64, samples)
	for b := range values {
		values[b] = float64(l.Fields[2][b])
	}
	truth, err := AlongUniform(t.Context(), f, false, m, 2, values, many, 50, 2)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(4) {
		got, err := Found(t.Context(), f, false, m, l, 2, samples, few, seed, 2)
		if err != nil {
			t.Fatal(err)
		}
		c, err := AlongUniform(t.Context(), f, false, m, 2, values, few, seed, 2)
		if err != nil {
			t.Fatal(err)
		}
		var want float64
		for b := range values {
			want += math.Exp(truth.Energy[b]-c.Energy[b]) / samples
		}
		if math.Abs(got.Value-want) > 4*got.Error+0.03*want || got.Error > 0.2*want {
			t.Errorf("seed %d: found %.3f(%.3f), not %.3f", seed, got.Value, got.Error, want)
		}
	}
}

// TestAllIsFound where the flow is near the target, also of a flow made symmetric.
func TestAllIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds under the race detector")
	}
	m, f := learning(t)
	for _, symmetric := range []bool{false, true} {
		_, l := levelsOf(t, f, symmetric, 4, 150)
		for level := range 3 {
			got, err := Found(t.Context(), f, symmetric, m, l, level, 150, 1000, 51, 2)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.Value-1) > 2*got.Error+1e-4 || got.Error > 0.2 || (level == 0) != (got.Error < 1e-4) {
				t.Errorf("symmetric %v, level %d: found %.3f(%.3f)", symmetric, level, got.Value, got.Error)
			}
		}
	}
}

func TestFoundRefused(t *testing.T) {
	f, m := testFlow(t, small, 52), testIsing(t, 4, 3)
	_, l := levelsOf(t, f, false, 3, 10)
	ask := func(ctx context.Context, level, samples, draws int) error {
		_, err := Found(ctx, f, false, m, l, level, samples, draws, 1, 1)
		return err
	}
	for _, c := range [][3]int{{-1, 5, 10}, {3, 5, 10}, {1, 1, 10}, {1, 11, 10}, {1, 5, 1}} {
		hinted(t, ask(t.Context(), c[0], c[1], c[2]))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ask(ctx, 1, 5, 10); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}
