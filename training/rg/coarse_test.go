package rg

import (
	"context"
	"math"
	"reflect"
	"sync"
	"testing"

	"neuralrg/model"
	"neuralrg/physics"
)

// TestCoarseEnergyOfTheFields: at level 0 it is the energy, of a flow made
// symmetric too.
func TestCoarseEnergyOfTheFields(t *testing.T) {
	f, m := testFlow(t, small, 21), testIsing(t, 4, 2.3)
	values := []float64{-4, -0.5, 0, 1, 3.5}
	for _, symmetric := range []bool{false, true} {
		c, err := AlongUniform(t.Context(), f, symmetric, m, 0, values, 10, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			x := make([]float32, 16)
			for site := range x {
				x[site] = float32(v)
			}
			u := make([]float64, 1)
			m.Eval(u, nil, x)
			if c.Draws != 1 || math.Abs(c.Energy[i]-u[0]) > 1e-4 || c.Error[i] != 0 || c.Effective[i] != 1 || !c.Reliable[i] {
				t.Errorf("symmetric %v, v = %v: %+v, not %v", symmetric, v, c, u[0])
			}
		}
	}
}

// TestCoarseEnergyOfExactSamples: after all levels the coarse field is one number,
// and the density of exact samples is exp(-U_k)/Z, with nothing to adjust.
func TestCoarseEnergyOfExactSamples(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds under the race detector")
	}
	const step, low, bins = 0.3, -3.75, 25
	m, f := learning(t)
	var values []float64
	for i := range bins {
		values = append(values, low+step*(float64(i)+0.5))
	}
	for _, symmetric := range []bool{false, true} {
		s, err := Target(t.Context(), f, symmetric, m, 10000, 22, 2)
		if err != nil {
			t.Fatal(err)
		}
		c, err := AlongUniform(t.Context(), f, symmetric, m, 2, values, 5000, 23, 2)
		if err != nil {
			t.Fatal(err)
		}
		counts := make([]float64, bins)
		for b := range s.N {
			y := float64(s.Z[b]) * float64(s.Sign[b])
			if bin := int(math.Floor((y - low) / step)); bin >= 0 && bin < bins {
				counts[bin]++
			}
		}
		var square float64
		for i, count := range counts {
			p := math.Exp(-c.Energy[i]-m.LnZDual()) * step
			deviation := math.Hypot(c.Error[i]*p, math.Sqrt(p/float64(s.N)))
			square += math.Pow((count/float64(s.N)-p)/deviation, 2)
			if !c.Reliable[i] {
				t.Errorf("at %v only %v draws count", values[i], c.Effective[i])
			}
		}
		if square < 0.3*bins || square > 2*bins {
			t.Errorf("symmetric %v: %.1f squared errors in %d bins", symmetric, square, bins)
		}
	}
}

// once has a flow for all tests.
var once struct {
	sync.Once
	flow *model.Flow
}

// learning is a model, and a flow that has learnt something of it.
func learning(t testing.TB) (*physics.Ising, *model.Flow) {
	m := testIsing(t, 4, 4)
	once.Do(func() { once.flow = trained(t, small, m, 400) })
	return m, once.flow
}

// trained is a flow after so many steps of Adam down the mean of U(x) + ln q(x).
func trained(t testing.TB, s model.Shape, e physics.Energy, steps int) *model.Flow {
	t.Helper()
	const n, rate, eps = 64, 0.02, 1e-8
	f := testFlow(t, s, 24)
	tape := model.NewTape(s, n)
	x, dx := make([]float32, s.Sites()*n), make([]float32, s.Sites()*n)
	logq, dlogq, u := make([]float64, n), make([]float64, n), make([]float64, n)
	for b := range dlogq {
		dlogq[b] = 1
	}
	grad := make([]float32, len(f.Params))
	first, second := make([]float64, len(grad)), make([]float64, len(grad))
	for step := range steps {
		f.Generate(tape, x, logq, normals(uint64(1000+step), len(x)))
		e.Eval(u, dx, x)
		clear(grad)
		f.Backward(tape, grad, nil, dx, dlogq)
		slower := 1 - float64(step)/float64(steps)
		for i, g := range grad {
			g := float64(g) / n
			first[i] = 0.9*first[i] + 0.1*g
			second[i] = 0.99*second[i] + 0.01*g*g
			f.Params[i] -= float32(rate * slower * first[i] / (math.Sqrt(second[i]) + eps))
		}
	}
	return f
}

// TestCoarseEnergyRefused: what cannot be asked is refused with advice.
func TestCoarseEnergyRefused(t *testing.T) {
	f, m := testFlow(t, small, 27), testIsing(t, 4, 3)
	ask := func(ctx context.Context, m physics.Energy, level, draws int, v float64) error {
		_, err := AlongUniform(ctx, f, true, m, level, []float64{v}, draws, 1, 1)
		return err
	}
	hinted(t, ask(t.Context(), m, -1, 100, 0))
	hinted(t, ask(t.Context(), m, 3, 100, 0))
	hinted(t, ask(t.Context(), m, 1, 1, 0))
	hinted(t, ask(t.Context(), m, 1, math.MaxInt, 0))
	hinted(t, ask(t.Context(), testIsing(t, 8, 3), 1, 100, 0))
	hinted(t, ask(t.Context(), m, 1, 100, math.NaN()))
	hinted(t, ask(t.Context(), m, 1, 100, math.Inf(1)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ask(ctx, m, 1, 100, 0); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

// TestCoarseEnergyKnowsNoThreads, nor the order of the values.
func TestCoarseEnergyKnowsNoThreads(t *testing.T) {
	f, m := testFlow(t, small, 28), testIsing(t, 4, 3)
	ask := func(threads int, values ...float64) *CoarseProfile {
		c, err := AlongUniform(t.Context(), f, true, m, 1, values, 200, 29, threads)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	one, three := ask(1, 0.5, -2), ask(3, 0.5, -2)
	if !reflect.DeepEqual(one, three) {
		t.Errorf("one thread %+v, three %+v", one, three)
	}
	turned := ask(1, -2, 0.5)
	if one.Energy[0] != turned.Energy[1] || one.Error[1] != turned.Error[0] {
		t.Errorf("in order %+v, turned round %+v", one, turned)
	}
}

// TestFewDrawsAreSaid: weights of which few count are not relied on.
func TestFewDrawsAreSaid(t *testing.T) {
	f, m := testFlow(t, small, 11), testIsing(t, 4, 1)
	c, err := AlongUniform(t.Context(), f, false, m, 2, []float64{0}, 500, 30, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.Effective[0] >= 10 || c.Reliable[0] {
		t.Errorf("%v effective draws are reliable: %v", c.Effective[0], c.Reliable[0])
	}
}
