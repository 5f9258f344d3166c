package run

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"neuralrg/sampling"
	"neuralrg/training/rg"
)

// newTestExaminer is one of few samples, of a new flow of some size.
func newTestExaminer(t *testing.T, L int) *examiner {
	t.Helper()
	c := tiny(1).Config
	c.L, c.Symmetry = L, true
	energy, flows := newTestFlows(t, c)
	x := newExaminer(c, energy, flows, alone, func() {})
	x.samples = 600
	return x
}

// What is said of a latent is so of exact samples that the flow has taken to
// latents.
func TestExaminer(t *testing.T) {
	const latent = 10
	x := newTestExaminer(t, 8)
	previews := 0
	x.tell = func() {
		if e := x.latest.Load(); !e.Done() {
			previews++
		}
	}
	x.answer(t.Context(), latent)
	got := x.latest.Load()
	if got == nil || got.Epoch != 7 || got.Latent != latent || got.Level != 0 || got.Samples != 600 || !got.Done() || got.Error != "" {
		t.Fatalf("it is %+v", got)
	}
	if previews < mostCandidates {
		t.Errorf("%d previews", previews)
	}
	if err := got.Check(x.config.Shape); err != nil {
		t.Error(err)
	}
	sameAfterJSON(t, *got)

	s, err := rg.Target(t.Context(), x.flows.Latest().flow, true, x.energy, 600, x.config.Seed^examinationStream, 2)
	if err != nil {
		t.Fatal(err)
	}
	column := func(site int) []float64 {
		values := make([]float64, 600)
		for b := range values {
			values[b] = float64(s.Z[site*600+b])
		}
		return values
	}
	mean, deviation, inside := 0.0, 0.0, 0.0
	for _, v := range column(latent) {
		mean += v / 600
		deviation += v * v / 600
		if math.Abs(v) < MostLatent {
			inside += 1.0 / 600
		}
	}
	deviation = math.Sqrt(deviation - mean*mean)
	area := 0.0
	for _, density := range got.Histogram {
		area += float64(density) * 2 * MostLatent / float64(len(got.Histogram))
	}
	near := func(what string, value, want, tolerance float64) {
		t.Helper()
		if math.Abs(value-want) > tolerance {
			t.Errorf("%s is %v, want %v", what, value, want)
		}
	}
	near("the mean", got.Mean.Value, mean, 1e-6)
	near("the deviation", got.Deviation.Value, deviation, 1e-3)
	near("the area of the histogram", area, inside, 1e-5)
	near("the error of the mean", got.Mean.Error, deviation/math.Sqrt(600), 1e-3)
	for staggered, got := range map[bool]Measured{false: got.Magnetization, true: got.Staggered} {
		sum, cross, square := 0.0, 0.0, 0.0
		for b, v := range column(latent) {
			m := 0.0
			for site := range 64 {
				spin := float64(s.Spins[site*600+b]) * float64(s.Sign[b]) / 64
				if staggered && (site/8+site%8)%2 == 1 {
					spin = -spin
				}
				m += spin
			}
			sum, square, cross = sum+m/600, square+m*m/600, cross+m*v/600
		}
		near(fmt.Sprintf("the correlation with m, staggered %t,", staggered), got.Value, (cross-mean*sum)/deviation/math.Sqrt(square-sum*sum), 1e-5)
	}

	strongest := Partner{Latent: -1}
	others := 0
	for site := range 64 {
		if site == latent {
			continue
		}
		information, err := sampling.MutualInformation(column(latent), column(site), 3)
		if err != nil {
			t.Fatal(err)
		}
		if others++; strongest.Latent < 0 || information.Value > strongest.Information.Value {
			strongest = Partner{site, x.config.Level(site), Measured(information)}
		}
	}
	if got.Candidates != min(others, mostCandidates) || len(got.Partners) != shownPartners || got.Partners[0] != strongest {
		t.Errorf("of %d candidates the partners are %+v, want %+v first", got.Candidates, got.Partners, strongest)
	}
	if !(got.Chance > 0.03 && got.Chance < 0.3) {
		t.Errorf("by chance there is %v", got.Chance)
	}
}

// One set of samples serves for all latents until it is due, and what was found
// is not sought again.
func TestExaminerKeepsItsSamples(t *testing.T) {
	x := newTestExaminer(t, 4)
	x.pace.renew = time.Hour
	x.answer(t.Context(), 3)
	first, samples := x.latest.Load(), x.exhibit
	x.flows.Publish(&frozen{epoch: 8, flow: x.flows.Latest().flow})
	x.answer(t.Context(), 5)
	if e := x.latest.Load(); e.Latent != 5 || e.Epoch != 7 || x.exhibit != samples {
		t.Errorf("another latent has another set of samples: %+v", e)
	}
	if x.answer(t.Context(), 3); x.latest.Load() != first {
		t.Error("the first latent is examined again")
	}
	x.exhibit.made = time.Now().Add(-2 * time.Hour)
	if x.answer(t.Context(), 3); x.latest.Load().Epoch != 8 || x.exhibit == samples {
		t.Error("there are no new samples when they are due")
	}
	x.exhibit.made = time.Now().Add(-2 * time.Hour)
	samples = x.exhibit
	if x.answer(t.Context(), 5); x.exhibit != samples {
		t.Error("there are new samples for the same flow")
	}
}

// A wish for another latent ends the work on one; the same wish does not. All wishes
// come from within the work, so that none is too late.
func TestExaminerGivesWay(t *testing.T) {
	x := newTestExaminer(t, 8)
	ctx, dismiss := context.WithTimeout(t.Context(), patient)
	defer dismiss()
	compared := map[int]int{} // looks at the comparison of each latent
	second := false
	x.tell = func() {
		e := x.latest.Load()
		switch {
		case e.Done():
			second = e.Latent == 2
			x.ask(3)
		case e.Compared > 0:
			compared[e.Latent]++
			switch {
			case e.Latent == 3:
				dismiss()
			case e.Latent == 1 && compared[1] == 1:
				x.ask(1)
			case e.Latent == 1:
				x.ask(2)
			}
		}
	}
	x.ask(1)
	x.work(ctx)
	if compared[1] != 2 || !second || compared[3] != 1 {
		t.Errorf("looks at comparisons of latents are %v, the second was finished: %t; the last is %+v", compared, second, x.latest.Load())
	}
}

// A flow that has diverged gives an error in place of an examination, and a later
// one is examined.
func TestExaminerOfADivergedFlow(t *testing.T) {
	x := newTestExaminer(t, 4)
	good := x.flows.Latest().flow
	bad := good.Clone()
	for p := range bad.Params {
		bad.Params[p] = float32(math.NaN())
	}
	x.flows.Publish(&frozen{epoch: 8, flow: bad})
	x.answer(t.Context(), 3)
	if e := x.latest.Load(); e == nil || e.Error == "" || e.Hint == "" || !e.Done() {
		t.Fatalf("of a flow that diverged: %+v", e)
	}
	x.flows.Publish(&frozen{epoch: 9, flow: good})
	x.answer(t.Context(), 3)
	if e := x.latest.Load(); e.Error != "" || e.Epoch != 9 || !e.Done() {
		t.Errorf("of one that did not: %+v", e)
	}
}

// The largest of many normal numbers stays below the bound in nineteen of twenty
// cases.
func TestLargestByChance(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 0))
	const sets, n = 4000, 48
	below := 0
	for range sets {
		largest := math.Inf(-1)
		for range n {
			largest = max(largest, 0.01*random.NormFloat64())
		}
		if largest < largestByChance(0.01, n) {
			below++
		}
	}
	if share := float64(below) / sets; math.Abs(share-0.95) > 0.014 { // four standard deviations
		t.Errorf("in %.3f of the cases", share)
	}
}

func TestExaminationsThatDoNotFit(t *testing.T) {
	good := Examination{Latent: 3, Partners: []Partner{{Latent: 15}}}
	shape := tiny(1).Shape
	if err := good.Check(shape); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Examination){
		"latent":    func(x *Examination) { x.Latent = 16 },
		"negative":  func(x *Examination) { x.Latent = -1 },
		"partner":   func(x *Examination) { x.Partners[0].Latent = 16 },
		"partners":  func(x *Examination) { x.Partners = make([]Partner, shownPartners+1) },
		"histogram": func(x *Examination) { x.Histogram = make([]float32, mostBins+1) },
	} {
		x := good
		x.Partners = slices.Clone(good.Partners)
		if change(&x); x.Check(shape) == nil {
			t.Errorf("%s: %+v fits", name, x)
		}
	}
}
