package rg

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/sampling"
)

// both ways to draw a sample.
var both = map[string]func(context.Context, *model.Flow, bool, *physics.Ising, int, uint64, int) (*Sample, error){
	"Target": Target, "Drawn": Drawn,
}

var small = model.Shape{L: 4, Repeat: 1, Couplings: 3, Hidden: 5, HiddenLayers: 1}

// TestSampleBelongsTogether: what a sample holds is what the flow and the model
// give when asked anew.
func TestSampleBelongsTogether(t *testing.T) {
	for name, way := range both {
		for _, symmetric := range []bool{false, true} {
			s := model.Shape{L: 8, Repeat: 1, Couplings: 3, Hidden: 5, HiddenLayers: 1}
			f, m, n := testFlow(t, s, 1), testIsing(t, 8, 3), 300
			got, err := way(t.Context(), f, symmetric, m, n, 2, 2)
			if err != nil {
				t.Fatal(err)
			}
			signed := make([]float32, len(got.X))
			signs := map[int8]int{}
			for i, x := range got.X {
				signed[i] = float32(got.Sign[i%n]) * x
			}
			for _, sign := range got.Sign {
				signs[sign]++
			}
			if symmetric != (signs[-1] > n/4) || signs[1] < n/4 || signs[1]+signs[-1] != n {
				t.Errorf("%s, symmetric %v: signs %v", name, symmetric, signs)
			}
			z, x, logq := make([]float32, len(got.X)), make([]float32, len(got.X)), make([]float64, n)
			tape := model.NewTape(s, n)
			f.Renormalize(tape, z, logq, signed)
			f.Generate(tape, x, logq, got.Z)
			for i := range z {
				if math.Abs(float64(z[i]-got.Z[i])) > 1e-4 || math.Abs(float64(x[i]-signed[i])) > 1e-4 {
					t.Fatalf("%s, symmetric %v: field %g and latent %g are no pair", name, symmetric, signed[i], got.Z[i])
				}
			}
			energy := make([]float64, n)
			m.Eval(energy, nil, got.X)
			sampling.NewDensity(f, symmetric).LogQ(logq, got.X)
			for b := range n {
				if energy[b] != got.Energy[b] || math.Abs(logq[b]-got.LogQ[b]) > 1e-4 {
					t.Fatalf("%s, symmetric %v: sample %d has U = %g and ln q = %g, not %g and %g",
						name, symmetric, b, got.Energy[b], got.LogQ[b], energy[b], logq[b])
				}
			}
		}
	}
}

// TestSignsFollowTheDensity: given x the sign is + with probability
// q(x)/[q(x) + q(-x)], also where it was drawn before x, by a fair coin.
func TestSignsFollowTheDensity(t *testing.T) {
	const n = 20_000
	f, m := testFlow(t, small, 3), testIsing(t, 4, 10)
	for name, way := range both {
		got, err := way(t.Context(), f, true, m, n, 4, 2)
		if err != nil {
			t.Fatal(err)
		}
		plus, minus, mirror := make([]float64, n), make([]float64, n), make([]float32, len(got.X))
		for i, x := range got.X {
			mirror[i] = -x
		}
		q := sampling.NewDensity(f, false)
		q.LogQ(plus, got.X)
		q.LogQ(minus, mirror)
		excess, width := make([]float64, n), make([]float64, n)
		for b, sign := range got.Sign {
			expected := math.Tanh((plus[b] - minus[b]) / 2)
			excess[b] = (float64(sign) - expected) * expected
			width[b] = expected * expected
		}
		checkMean(t, name+": correlation of the signs beyond what is expected", excess, 0)
		if w, _ := mean(width); w < 0.02 || w > 0.98 {
			t.Errorf("%s: the density does not tell signs, or tells them all: %g", name, w)
		}
	}
}

// TestSampleIsExact compares means over the target with exact values, and spins
// with fields: given x they are independent with means tanh x, whether x was
// drawn for them or they for x.
func TestSampleIsExact(t *testing.T) {
	const n = 20_000
	f, m := testFlow(t, small, 5), testIsing(t, 4, physics.Tc)
	exact, err := physics.Solve(4, physics.Tc)
	if err != nil {
		t.Fatal(err)
	}
	for name, way := range both {
		s, err := way(t.Context(), f, true, m, n, 6, 2)
		if err != nil {
			t.Fatal(err)
		}
		m2, energy, product, excess := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for b := range n {
			spin := func(site int) float64 { return float64(s.Spins[site*n+b]) }
			var sum float64
			for site := range 16 {
				right, below := site/4*4+(site+1)%4, (site+4)%16
				sum += spin(site)
				energy[b] -= spin(site) * (spin(right) + spin(below)) / 16
				excess[b] += (spin(site) - math.Tanh(float64(s.X[site*n+b]))) * spin(right)
			}
			m2[b] = sum * sum / 256
			product[b] = (spin(3) - math.Tanh(float64(s.X[3*n+b]))) * math.Tanh(float64(s.X[3*n+b]))
		}
		checkMean(t, name+": a spin beyond tanh x, times tanh x", product, 0)
		checkMean(t, name+": spins beyond tanh x, times a neighbour", excess, 0)
		if name == "Target" {
			checkMean(t, "<m^2>", m2, *exact.MagnetizationSquared)
			checkMean(t, "E/N", energy, exact.Energy)
		}
	}
}

// TestSampleKnowsNoThreads: their number changes no bit, the seed all, and no
// two strands are the same.
func TestSampleKnowsNoThreads(t *testing.T) {
	n := 2*strand + 300
	f, m := testFlow(t, small, 7), testIsing(t, 4, 2)
	for name, way := range both {
		one, err := way(t.Context(), f, true, m, n, 8, 1)
		if err != nil {
			t.Fatal(err)
		}
		three, _ := way(t.Context(), f, true, m, n, 8, 3)
		if !reflect.DeepEqual(one, three) {
			t.Errorf("%s: three threads draw other samples than one", name)
		}
		other, _ := way(t.Context(), f, true, m, n, 9, 1)
		if other.X[0] == one.X[0] || other.Energy[n-1] == one.Energy[n-1] {
			t.Errorf("%s: two seeds draw the same samples", name)
		}
		if one.Energy[0] == one.Energy[strand] || one.Energy[0] == one.Energy[256] {
			t.Errorf("%s: samples are drawn twice", name)
		}
	}
}

func TestSampleOfBadArguments(t *testing.T) {
	f, m := testFlow(t, small, 10), testIsing(t, 4, 2)
	diverged := f.Clone()
	diverged.Params[0] = float32(math.NaN())
	for name, way := range both {
		for _, c := range []struct {
			flow *model.Flow
			m    *physics.Ising
			n    int
		}{{f, m, 0}, {f, m, -1}, {f, m, 1 << 40}, {f, testIsing(t, 8, 2), 10}, {diverged, m, 10}} {
			s, err := way(t.Context(), c.flow, true, c.m, c.n, 1, 1)
			if err == nil || s != nil {
				t.Fatalf("%s draws %d samples of size %d", name, c.n, c.m.L())
			}
			hinted(t, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := way(ctx, f, true, m, 10, 1, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled, says %v", name, err)
		}
	}
}

// BenchmarkTarget draws as many samples as the mutual information of a pair of
// latents takes, for the paper's network, on two threads.
func BenchmarkTarget(b *testing.B) {
	f := testFlow(b, model.Shape{L: 16, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}, 11)
	m := testIsing(b, 16, physics.Tc)
	for b.Loop() {
		if _, err := Target(b.Context(), f, true, m, 20_000, 1, 2); err != nil {
			b.Fatal(err)
		}
	}
}
