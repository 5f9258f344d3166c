package report

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"

	"neuralrg/sampling"
	"neuralrg/training/rg"
)

const (
	potentialBins = 33
	coarseValues  = 25
	coarseDraws   = 512
	foundSamples  = 48  // to see which share the draws find
	mostDrawn     = 8.0 // of the potentials, nats
	coarseReach   = 2.0 // of uniform fields, in spreads of the level
)

// coarseDiagrams are the three panels with their numbers.
type coarseDiagrams struct {
	site, mean, uniform *panel
	drawn, results      *table
}

// coarseEnergy shows the energy of the coarse fields of every level.
func coarseEnergy(ctx context.Context, m *material) (*figure, error) {
	levels, err := m.coarsened(ctx)
	if err != nil {
		return nil, err
	}
	c := &coarseDiagrams{
		site:    newPanel("", "field at a site / its spread", "−ln density (nats)"),
		mean:    newPanel("", "mean field / its spread", "−ln density (nats)"),
		uniform: newPanel("", "uniform field / spread of a site", "effective energy (nats)"),
		drawn:   newTable("kind", "level [1]", "field [1]", "energy [nats]", "error [nats]", "effective_draws [1]", "reliable"),
		results: newTable("level [1]", "lattice", "spread_site [1]", "wells_site [nats]", "spread_mean [1]", "wells_mean [nats]", "share_found [1]", "error_share [1]"),
	}
	for k := range levels.Fields {
		m.tell(fmt.Sprintf("level %d", k))
		site, siteWell := c.potential(c.site, "site", k, func() (*rg.Potential, error) { return rg.SitePotential(levels, k, potentialBins) })
		mean, meanWell := c.potential(c.mean, "mean", k, func() (*rg.Potential, error) { return rg.MeanPotential(levels, k, potentialBins) })
		found, err := c.alongUniform(ctx, m, levels, k, site)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			found = unknown
		}
		size := m.trained.Config.L >> k
		c.results.add(k, fmt.Sprintf("%d × %d", size, size), site, siteWell, mean, meanWell, found.Value, found.Error)
	}
	c.uniform.Y.Min, c.uniform.Y.Max = 0, min(c.uniform.Y.Max, 60)
	for _, p := range []*panel{c.site, c.mean} {
		p.Y.Min, p.Y.Max = 0, 1.4*mostDrawn // with room for the legend
	}
	c.mean.Legend = newPanel("", "", "").Legend
	c.uniform.Legend = c.mean.Legend
	return &figure{
		sheet: sheet{diagrams(60*vg.Millimeter, []*panel{c.site, c.mean, c.uniform})},
		text: fmt.Sprintf("The energy of the coarse field alone, the finer latents integrated out, level by level; level 0 is the field itself. Left the potential of one site, in the middle that "+
			"of the mean over the lattice, both −ln of a density from the exact samples; right the effective energy of uniform coarse fields, from %d draws of the fine latents, where "+
			"the effective number of draws is at least 10 (elsewhere it is in the data only). Fields are divided by their spread, the root of their mean square, and energies have their least value subtracted. "+
			"The table has the depth of the wells, which is the energy at 0 above the least, and what share of exp(−U) of coarse fields as the model has them these draws find, by exact samples: "+
			"where it is below 1 the energies on the right are too large, by about −ln of it.", coarseDraws),
		results: c.results,
		data:    []data{{"", c.drawn}},
	}, nil
}

// potential draws a potential of a level, and returns the spread and the depth of
// its wells, which are not numbers if it cannot be had.
func (c *coarseDiagrams) potential(p *panel, kind string, level int, of func() (*rg.Potential, error)) (spread, wells float64) {
	u, err := of()
	if err != nil {
		return math.NaN(), math.NaN()
	}
	energy := lowered(u.Energy)
	var x, y, e []float64
	for i, v := range u.Values {
		c.drawn.add(kind, level, rounded(v), rounded(u.Energy[i]), rounded(u.Error[i]), math.NaN(), "")
		if i > 1 && v-u.Values[i-1] > 1.5*(u.Values[i-1]-u.Values[i-2]) { // bins between are empty
			x, y, e = append(x, math.NaN()), append(y, math.NaN()), append(e, 0)
		}
		x, y, e = append(x, v/u.Spread), append(y, energy[i]), append(e, u.Error[i])
		if energy[i] > mostDrawn {
			y[len(y)-1] = math.NaN()
		}
	}
	p.within(fmt.Sprintf("level %d", level), hue(level), x, y, e)
	return u.Spread, well(u.Values, u.Energy)
}

// alongUniform draws the effective energy of uniform coarse fields of a level, and
// returns the share that its draws find; at level 0 there are none.
func (c *coarseDiagrams) alongUniform(ctx context.Context, m *material, levels *rg.Levels, level int, spread float64) (found sampling.Quantity, err error) {
	if math.IsNaN(spread) {
		return unknown, nil
	}
	t := m.trained
	values := evenlySpaced(-coarseReach*spread, coarseReach*spread, coarseValues)
	u, err := rg.AlongUniform(ctx, t.Flow, t.Config.Symmetry, t.Energy, level, values, coarseDraws, m.Seed, m.Threads)
	if err != nil {
		return unknown, err
	}
	energy := lowered(u.Energy)
	for i, v := range values {
		c.drawn.add("uniform", level, rounded(v), rounded(u.Energy[i]), rounded(u.Error[i]), rounded(u.Effective[i]), yes(u.Reliable[i]))
		if !u.Reliable[i] {
			energy[i] = math.NaN()
		}
	}
	c.uniform.line("", stroke(hue(level), 0), scaled(values, 1/spread), energy)
	if level == 0 {
		return unknown, nil
	}
	return rg.Found(ctx, t.Flow, t.Config.Symmetry, t.Energy, levels, level, min(foundSamples, levels.N), coarseDraws, m.Seed, m.Threads)
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
