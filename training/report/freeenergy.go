package report

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// freeEnergy shows the bound as it comes down to the exact value.
func freeEnergy(_ context.Context, m *material) (*figure, error) {
	r := m.runs[0]
	final, ok := r.finalBound()
	if !ok {
		return nil, &problem{text: "the run has no recorded epoch", hint: "see whether its metrics.jsonl was lost"}
	}
	c, lnZ := r.course(), r.Exact.LnZDual
	gaps := c.gaps(lnZ)

	absolute := newPanel("", "epoch", "free energy of the dual (nats)").logarithmic(true, false)
	absolute.within("bound by the flow", hue(0), c.epoch, c.freeEnergy, c.err)
	absolute.level("exact, −ln Z", -lnZ)
	room := max(10*final.gap, 5)
	absolute.Legend.Left = true // the curve begins far above
	absolute.Y.Min, absolute.Y.Max = -lnZ-room/15, -lnZ+room

	percent := func(nats []float64) []float64 { return scaled(nats, 100/math.Abs(lnZ)) }
	relative := newPanel("", "epoch", "relative error (%)").logarithmic(true, true)
	relative.within("(bound + ln Z) / |ln Z|", hue(0), c.epoch, percent(gaps), percent(c.err))

	drawn := newTable("epoch [1]", "free_energy [nats]", "error [nats]", "lowest_epoch [nats]", "highest_epoch [nats]", "exact [nats]", "gap [nats]", "relative_error [%]")
	for i, e := range c.epoch {
		drawn.add(e, c.freeEnergy[i], c.err[i], c.low[i], c.high[i], -lnZ, gaps[i], percent(gaps[i : i+1])[0])
	}
	results := newTable("quantity", "value [nats]", "error [nats]", "exact [nats]", "relative_error [%]")
	results.add("free energy of the dual", final.freeEnergy, final.err, -lnZ, 100*final.gap/math.Abs(lnZ))
	results.add("gap, KL(q‖p)", final.gap, final.err, 0.0, math.NaN())
	return &figure{
		sheet: sheet{diagrams(55*vg.Millimeter, []*panel{absolute, relative})},
		text: fmt.Sprintf("The mean of ln q(x) + U(x) over a batch is an upper bound on the free energy −ln Z of the continuous dual; "+
			"what is missing is the Kullback-Leibler divergence of the flow from the model. Left the bound, right its distance from the exact value "+
			"over |ln Z|. The band is one standard error to each side. Later epochs are taken together, so that each bin is 5 %% longer than the one before. "+
			"The table has the mean of the last %d epochs.", final.epochs),
		results: results,
		data:    []data{{"", drawn}},
	}, nil
}

// scaled is a list times a factor.
func scaled(values []float64, factor float64) []float64 {
	list := make([]float64, len(values))
	for i, v := range values {
		list[i] = factor * v
	}
	return list
}
