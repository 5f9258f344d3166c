package report

import (
	"math"

	"neuralrg/training/run"
)

// averaged is the number of last epochs whose mean is the final estimate, as in
// the summary of a run.
const averaged = 10

// bound is the mean of the last epochs: an upper bound on -lnZ of the dual.
type bound struct {
	epochs     int
	freeEnergy float64
	gap, err   float64 // nats
	ess        float64 // over the batch
}

// finalBound is that of a run, if it has an epoch.
func (r *record) finalBound() (b bound, ok bool) {
	recent := r.History.Recent
	recent = recent[max(0, len(recent)-averaged):]
	n := float64(len(recent))
	for _, m := range recent {
		b.freeEnergy += m.FreeEnergy / n
		b.err += m.FreeEnergyError * m.FreeEnergyError / (n * n)
		b.ess += m.ESS / n
	}
	b.epochs, b.err = len(recent), math.Sqrt(b.err)
	b.gap = b.freeEnergy + r.Exact.LnZDual
	return b, n > 0
}

// course is the free energy by epoch, in bins that are the longer the later they
// are.
type course struct {
	epoch, freeEnergy, err, low, high []float64
}

// binGrowth is the ratio of the epochs at the end and at the beginning of a bin.
const binGrowth = 1.05

// course sums up the epochs of a run.
func (r *record) course() (c course) {
	var bin run.Span
	for s := range r.History.Spans() {
		if s.FreeEnergy.Count == 0 {
			continue
		}
		if bin.Count > 0 && float64(s.Last) > binGrowth*float64(bin.First) {
			c.add(bin)
			bin = run.Span{}
		}
		bin = joined(bin, s)
	}
	if bin.Count > 0 {
		c.add(bin)
	}
	return c
}

func (c *course) add(s run.Span) {
	c.epoch = append(c.epoch, float64(s.First+s.Last)/2)
	c.freeEnergy, c.err = append(c.freeEnergy, s.FreeEnergy.Mean), append(c.err, s.FreeEnergyError)
	c.low, c.high = append(c.low, s.FreeEnergy.Min), append(c.high, s.FreeEnergy.Max)
}

// joined is the free energy of both, their errors being independent.
func joined(a, b run.Span) run.Span {
	if a.Count == 0 {
		return b
	}
	n, m := float64(a.FreeEnergy.Count), float64(b.FreeEnergy.Count)
	a.FreeEnergyError = math.Hypot(n*a.FreeEnergyError, m*b.FreeEnergyError) / (n + m)
	a.FreeEnergy.Mean = (n*a.FreeEnergy.Mean + m*b.FreeEnergy.Mean) / (n + m)
	a.FreeEnergy.Min, a.FreeEnergy.Max = min(a.FreeEnergy.Min, b.FreeEnergy.Min), max(a.FreeEnergy.Max, b.FreeEnergy.Max)
	a.FreeEnergy.Count += b.FreeEnergy.Count
	a.Last, a.Count = b.Last, a.Count+b.Count
	return a
}

// gaps are those of the free energies from the exact value.
func (c course) gaps(lnZ float64) []float64 {
	g := make([]float64, len(c.freeEnergy))
	for i, f := range c.freeEnergy {
		g[i] = f + lnZ
	}
	return g
}
