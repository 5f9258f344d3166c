package report

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"

	"neuralrg/training/rg"
)

const (
	potentialBins = 33
	coarseValues  = 25
	coarseDraws   = 512
	mostDrawn     = 8.0 // of the potentials, nats
	coarseReach   = 2.0 // of uniform fields, in spreads of the level
)

// coarseEnergy shows the energy of the coarse fields of every level.
func coarseEnergy(ctx context.Context, m *material) (*figure, error) {
	levels, err := m.coarsened(ctx)
	if err != nil {
		return nil, err
	}
	t := m.trained
	site := newPanel("", "field at a site / its spread", "−ln density (nats)")
	mean := newPanel("", "mean field / its spread", "−ln density (nats)")
	uniform := newPanel("", "uniform field / spread of a site", "effective energy (nats)")
	drawn := newTable("kind", "level [1]", "field [1]", "energy [nats]", "error [nats]", "effective_draws [1]", "reliable")
	results := newTable("level [1]", "lattice", "spread of a site [1]", "depth of the wells, site [nats]", "spread of the mean [1]", "depth of the wells, mean [nats]")
	for k := range levels.Fields {
		m.tell(fmt.Sprintf("level %d", k))
		name, colour := fmt.Sprintf("level %d", k), hue(k)
		spread, siteWell, meanSpread, meanWell := math.NaN(), math.NaN(), math.NaN(), math.NaN()
		if p, err := rg.SitePotential(levels, k, potentialBins); err == nil {
			curve(site, name, k, p.Values, lowered(p.Energy), p.Error, p.Spread)
			addCurve(drawn, "site", k, p.Values, p.Energy, p.Error)
			spread, siteWell = p.Spread, well(p.Values, p.Energy)
		}
		if p, err := rg.MeanPotential(levels, k, potentialBins); err == nil {
			curve(mean, name, k, p.Values, lowered(p.Energy), p.Error, p.Spread)
			addCurve(drawn, "mean", k, p.Values, p.Energy, p.Error)
			meanSpread, meanWell = p.Spread, well(p.Values, p.Energy)
		}
		size := t.Config.L >> k
		results.add(k, fmt.Sprintf("%d × %d", size, size), spread, siteWell, meanSpread, meanWell)
		if math.IsNaN(spread) {
			continue
		}
		values := evenlySpaced(-coarseReach*spread, coarseReach*spread, coarseValues)
		p, err := rg.AlongUniform(ctx, t.Flow, t.Config.Symmetry, t.Energy, k, values, coarseDraws, m.Seed, m.Threads)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			continue
		}
		energy := lowered(p.Energy)
		for i, v := range values {
			drawn.add("uniform", k, v, p.Energy[i], p.Error[i], p.Effective[i], yes(p.Reliable[i]))
			if !p.Reliable[i] {
				energy[i] = math.NaN()
			}
		}
		uniform.line(name, stroke(colour, 0), scaled(values, 1/spread), energy)
	}
	uniform.Y.Min, uniform.Y.Max = 0, min(uniform.Y.Max, 60)
	for _, p := range []*panel{site, mean} {
		p.Y.Min, p.Y.Max = 0, 1.4*mostDrawn // with room for the legend
	}
	mean.Legend = newPanel("", "", "").Legend
	uniform.Legend = mean.Legend
	return &figure{
		sheet: sheet{diagrams(60*vg.Millimeter, []*panel{site, mean, uniform})},
		text: fmt.Sprintf("The energy of the coarse field alone, the finer latents integrated out, level by level; level 0 is the field itself. Left the potential of one site, in the middle that "+
			"of the mean over the lattice, both −ln of a density from the exact samples; right the effective energy of uniform coarse fields, from %d draws of the fine latents, where "+
			"the effective number of draws is at least 10 (elsewhere it is in the data only). Fields are divided by the root of their mean square, energies have their least value subtracted. "+
			"The depth of the wells is the energy at 0 above the least.", coarseDraws),
		results: results,
		data:    []data{{"", drawn}},
	}, nil
}

// curve draws a potential of a level.
func curve(p *panel, name string, level int, values, energy, err []float64, spread float64) {
	var x, y, e []float64
	for i, v := range values {
		if i > 1 && v-values[i-1] > 1.5*(values[i-1]-values[i-2]) { // bins between are empty
			x, y, e = append(x, math.NaN()), append(y, math.NaN()), append(e, 0)
		}
		x, y, e = append(x, v/spread), append(y, energy[i]), append(e, err[i])
		if energy[i] > mostDrawn {
			y[len(y)-1] = math.NaN()
		}
	}
	p.within(name, hue(level), x, y, e)
}

func addCurve(t *table, kind string, level int, values, energy, err []float64) {
	for i, v := range values {
		t.add(kind, level, v, energy[i], err[i], math.NaN(), "")
	}
}

// lowered is a list less its least value.
func lowered(values []float64) []float64 {
	least := math.Inf(1)
	for _, v := range values {
		least = min(least, v)
	}
	low := make([]float64, len(values))
	for i, v := range values {
		low[i] = v - least
	}
	return low
}

// well is the energy nearest to 0 above the least.
func well(values, energy []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	at := 0
	for i, v := range values {
		if math.Abs(v) < math.Abs(values[at]) {
			at = i
		}
	}
	return lowered(energy)[at]
}
