package sweep

import (
	"context"
	"math"

	"neuralrg/sampling"
	"neuralrg/training/inference"
	"neuralrg/training/run"
)

// How many draws of the flow the results of a point rest on: as many on each
// lattice as make so many sites, within bounds.
const (
	drawnSites  = 1 << 22
	fewestDraws = 1000
	mostDraws   = 10_000
)

// measureSeed is of the draws, which are none of training's.
const measureSeed = 1

// measure draws from what a point has learnt, and exact samples beside it.
// Their numbers follow from the flow alone, not from who measures or how.
func (w *work) measure(ctx context.Context) (*Result, error) {
	t, err := run.Load(w.sweep.PointDir(w.index))
	if err != nil {
		return nil, err
	}
	n := max(fewestDraws, min(mostDraws, drawnSites/t.Config.Sites()))
	draw := func(m inference.Method) (*inference.Sampled, error) {
		return inference.Sample(ctx, t, inference.Sampling{Method: m, N: n, Seed: measureSeed, Threads: w.Threads})
	}
	flow, err := draw(inference.FlowDraws)
	if err != nil {
		return nil, err
	}
	if flow.FreeEnergy == nil {
		return nil, &problem{text: "the flow's weights are not finite", hint: "train it again with a lower --lr"}
	}
	exact, err := draw(inference.WolffLift)
	if err != nil {
		return nil, err
	}
	plan, bound := w.sweep.Plan, flow.FreeEnergy.Bound
	lnZ := *flow.FreeEnergy.Exact
	unit := math.Abs(lnZ)
	r := &Result{
		Format: Format, Version: plan.Version, Kernels: t.Config.Kernels, Index: w.index, Hash: plan.Points[w.index].Hash, Attempt: w.attempt.Number,
		L: t.Config.L, T: t.Config.Temperature, Epochs: t.Epoch, Draws: n,
		LnZDual:       lnZ,
		FreeEnergy:    sampling.Quantity{Value: -bound.Value, Error: bound.Error},
		Gap:           sampling.Quantity{Value: lnZ - bound.Value, Error: bound.Error},
		RelativeError: sampling.Quantity{Value: (lnZ - bound.Value) / unit, Error: bound.Error / unit},
		ESS:           flow.FreeEnergy.ESS,
		M2:            measured("magnetization_squared", flow, exact),
		HeatCapacity:  measured("heat_capacity", flow, exact),
	}
	if g, err := run.GlanceAt(w.sweep.PointDir(w.index), 1); err == nil && len(g.Last) > 0 {
		r.Seconds = g.Last[0].Seconds
	}
	return r, nil
}

// measured is what the draws say of an observable. Those of the flow as they are
// are judged by the exact samples, as are, with more of them, the weighted ones.
func measured(name string, flow, exact *inference.Sampled) Measured {
	raw, weighted, samples := find(name, flow.OfFlow), find(name, flow.Observables), find(name, exact.Observables)
	raw.Confront(samples.Diagnosis)
	return Measured{
		Flow: newEstimate(raw), Weighted: newEstimate(weighted), Samples: newEstimate(samples),
		Exact: weighted.Exact,
	}
}

func find(name string, all []inference.Observable) inference.Observable {
	for _, o := range all {
		if o.Name == name {
			return o
		}
	}
	panic("sweep: no observable " + name)
}
