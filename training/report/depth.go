package report

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// depth compares the runs that were given.
func depth(_ context.Context, m *material) (*figure, error) {
	if len(m.runs) < 2 {
		return nil, &problem{text: "only one run was given", hint: "give runs of other depths after it, as in neuralrg report runs/depth4 runs/depth3 runs/depth2"}
	}
	final := newPanel("", "levels of renormalization", "relative error at the end (%)").logarithmic(false, true)
	final.X.Tick.Marker = counts{}
	curves := newPanel("", "epoch", "relative error (%)").logarithmic(true, true)
	results := newTable("run", "L [1]", "T [J/k_B]", "levels [1]", "epochs [1]", "gap [nats]", "error [nats]", "relative_error [%]")
	drawn := newTable("run", "levels [1]", "epoch [1]", "relative_error [%]", "error [%]")
	lowest, highest := math.MaxInt, 0
	for i, r := range m.runs {
		b, ok := r.finalBound()
		if !ok {
			continue
		}
		levels, unit := r.Config.Levels(), 100/math.Abs(r.Exact.LnZDual)
		lowest, highest = min(lowest, levels), max(highest, levels)
		final.dots("", hue(i), []float64{float64(levels)}, []float64{unit * b.gap}, []float64{unit * b.err})
		results.add(r.name, r.Config.L, r.Config.Temperature, levels, r.Epoch, b.gap, b.err, unit*b.gap)
		c := r.course()
		relative, err := scaled(c.gaps(r.Exact.LnZDual), unit), scaled(c.err, unit)
		curves.within(fmt.Sprintf("depth %d, %s", levels, r.name), hue(i), c.epoch, relative, err)
		for j, e := range c.epoch {
			drawn.add(r.name, levels, e, relative[j], err[j])
		}
	}
	if len(results.rows) < 2 {
		return nil, &problem{text: "fewer than two of the runs have a recorded epoch", hint: "train them first"}
	}
	final.X.Min, final.X.Max = float64(lowest)-0.5, float64(highest)+0.5
	return &figure{
		sheet: sheet{diagrams(60*vg.Millimeter, []*panel{final, curves})},
		text: "The relative error of the bound on the free energy by the number of levels, at the end of each run (mean of the last ten epochs) " +
			"and by epoch. Runs of different lattices or temperatures are shown side by side, and only those that agree in both, and in what else " +
			"they were trained with, tell what depth alone does.",
		results: results,
		data:    []data{{"", drawn}},
	}, nil
}
