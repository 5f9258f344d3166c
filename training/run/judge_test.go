package run

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/training"
)

// The weights of a flow that has learned give the exact lnZ from both sides, and
// its m^2 is compared with the exact one.
func TestFlowIsJudged(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains for some thousand epochs")
	}
	c := tiny(3000).Config
	c.Temperature = 3.5
	energy, err := physics.NewIsing(c.L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	solution, err := physics.Solve(c.L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	exact := Exact{LnZ: solution.LnZ, LnZDual: solution.LnZDual, MagnetizationSquared: solution.MagnetizationSquared}
	trainer, err := training.New(c, energy, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	for range c.Epochs {
		if _, err := trainer.Step(); err != nil {
			t.Fatal(err)
		}
	}
	e := newEvidence(c, energy)
	e.gather(t.Context(), &frozen{epoch: c.Epochs, flow: trainer.Flow()}, c.Symmetry)
	j, _, ok := e.judge(c.Epochs, exact)
	if !ok {
		t.Fatal("no judgement")
	}
	near := func(what string, value, want, err float64) {
		if !(err > 0) || math.Abs(value-want) > 5*err {
			t.Errorf("%s is %v +- %v, not %v", what, value, err, want)
		}
	}
	near("reverse lnZ", j.ReverseLnZ, exact.LnZDual, j.ReverseError)
	near("forward lnZ", j.ForwardLnZ, exact.LnZDual, j.ForwardError)
	if j.Epoch != c.Epochs || j.ExactM2 != *exact.MagnetizationSquared || !(j.ReverseESS > 0.05 && j.ReverseESS <= 1) || !(j.ForwardKL > 0) {
		t.Errorf("%+v", j)
	}
	t.Logf("%+v", j)
}

// There is a judgement beside the samplers, of the flow that is at rest, and
// none without them.
func TestJudgementBesideSamplers(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{Sampler: SamplerPhysical, SamplerShare: new(1.0)})
	eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 })
	do(t, r, Command{Kind: Pause})
	do(t, r, Command{Kind: SetSampler, Sampler: SamplerOff})
	eventually(t, r, "no judgement", func(s *Snapshot) bool { return s.Judgement == nil && len(s.Samplers) == 0 })
	do(t, r, Command{Kind: SetSampler, Sampler: SamplerPhysical})
	// One that was begun before the pause may come first.
	s := eventually(t, r, "a judgement", func(s *Snapshot) bool { return s.Judgement != nil && s.Judgement.Epoch == s.Epoch })
	if j := s.Judgement; j.Draws == 0 || j.ExactM2 != *s.Exact.MagnetizationSquared {
		t.Errorf("%+v", j)
	}
	do(t, r, Command{Kind: Stop})
	if s := r.Wait(); s.Phase != Stopped {
		t.Errorf("ended %s: %s", s.Phase, s.Error)
	}
}

// Exact samples of the evidence have the exact <m^2>.
func TestEvidenceIsExact(t *testing.T) {
	c := tiny(1).Config
	energy, err := physics.NewIsing(c.L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := physics.Solve(c.L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	e := newEvidence(c, energy)
	flow, err := model.New(c.Shape, c.Seed)
	if err != nil {
		t.Fatal(err)
	}
	e.gather(t.Context(), &frozen{epoch: 1, flow: flow}, c.Symmetry)
	var sum, squares float64
	for _, v := range e.exactM2 {
		sum, squares = sum+v, squares+v*v
	}
	n := float64(len(e.exactM2))
	mean := sum / n
	if e := math.Sqrt((squares/n - mean*mean) / n); math.Abs(mean-*exact.MagnetizationSquared) > 5*e {
		t.Errorf("<m^2> of exact samples is %v +- %v, not %v", mean, e, *exact.MagnetizationSquared)
	}
}

// Densities on a line stand for flows: ln w and m^2 of draws of q and of p.
func TestVerdicts(t *testing.T) {
	m2 := 0.5
	for name, c := range map[string]struct {
		shift, spread, drawn float64 // of ln w over p, of its mean; <m^2> of the draws
		want                 verdict
		words                string
	}{
		"good":     {drawn: m2, spread: 0.1},
		"too much": {drawn: 0.7, spread: 0.1, want: tooMuch, words: "magnetises too much: <m^2> 0."},
		"little":   {drawn: 0.3, spread: 0.1, want: tooLittle, words: "against 0.500"},
		"misses":   {drawn: m2, spread: 0.1, shift: 2, want: misses, words: "forward ESS 0.1"},
		"unlike":   {drawn: m2, spread: 0.1, shift: 300, want: misses, words: "forward ESS below 0.0001, reverse 0.9"},
	} {
		random := rand.New(rand.NewPCG(3, 0)) // for each, since a map has no order
		e := &evidence{drawn: make([]float64, 1000), exact: make([]float64, 1000), drawnM2: make([]float64, 1000), exactM2: make([]float64, 1000)}
		for i := range e.drawn {
			e.drawn[i] = 10 + c.spread*random.NormFloat64()
			e.exact[i] = 10 + c.shift + c.spread*random.NormFloat64()
			e.drawnM2[i] = c.drawn + 0.1*random.NormFloat64()
			e.exactM2[i] = m2 + 0.1*random.NormFloat64()
		}
		j, got, ok := e.judge(7, Exact{LnZDual: 10, MagnetizationSquared: &m2})
		if !ok || got != c.want || !strings.Contains(j.Warning, c.words) || (got == "") != (j.Warning == "") {
			t.Errorf("%s: %q, %+v", name, got, j)
		}
		e.drawn[3] = math.NaN()
		if j, _, ok := e.judge(7, Exact{LnZDual: 10}); ok {
			t.Errorf("%s: a flow that diverges is judged: %+v", name, j)
		}
	}
}
