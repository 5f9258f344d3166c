package report

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"

	"neuralrg/training/rg"
)

const (
	conditionDraws  = 512
	conditionValues = 9 // an odd number: 0 is one of them
	conditionReach  = 2.0
)

// conditional shows what changes in draws of the flow with the value of a latent.
func conditional(ctx context.Context, m *material) (*figure, error) {
	s := m.trained.Flow.Shape
	values := evenlySpaced(-conditionReach, conditionReach, conditionValues)
	magnetization := newPanel("", "value of the latent", "change of <m>")
	energy := newPanel("", "value of the latent", "change of <E>/N (J)")
	drawn := newTable("latent [1]", "level [1]", "value [1]", "change_m [1]", "error_m [1]", "change_energy_per_site [J]", "error_energy [J]")
	results := newTable("latent", "level [1]", "value [1]", "change_m [1]", "error_m [1]", "change_energy_per_site [J]", "error_energy [J]")
	page := sheet{diagrams(55*vg.Millimeter, []*panel{magnetization, energy})}
	for i, latent := range oneOfEach(s) {
		m.tell(place(s, latent))
		draws, err := m.condition(ctx, latent, values)
		if err != nil {
			return nil, err
		}
		middle := draws[len(draws)/2]
		var of [4][]float64
		for k, v := range values {
			c := changes(draws[k], middle, s.L)
			for j := range of {
				of[j] = append(of[j], c[j])
			}
			drawn.add(latent, s.Level(latent), v, c[0], c[1], c[2], c[3])
			if k == 0 || k == len(values)-1 {
				results.add(place(s, latent), s.Level(latent), v, c[0], c[1], c[2], c[3])
			}
		}
		magnetization.within("", hue(i), values, of[0], of[1])
		energy.within(fmt.Sprintf("%s, %s", place(s, latent), levelName(s, latent)), hue(i), values, of[2], of[3])
		if i == 0 {
			page = append(page, conditioned(draws, middle, place(s, latent), s.L, values)...)
		}
	}
	energy.Y.Max += 0.6 * (energy.Y.Max - energy.Y.Min) // for the legend
	return &figure{
		sheet: page,
		text: fmt.Sprintf("Draws of the flow with one latent fixed and all others drawn: how the means of the magnetization and of the energy change from where the latent is 0, over %d draws "+
			"in which the others are the same, with bands of one standard error. In the pictures one of the draws at five values of %s, and below it the mean change of the field. "+
			"The flow is taken without its symmetrisation, which would give either sign to each draw.", conditionDraws, place(s, oneOfEach(s)[0])),
		results: results,
		data:    []data{{"", drawn}},
	}, nil
}

// condition draws with a latent at each of some values.
func (m *material) condition(ctx context.Context, latent int, values []float64) ([]*rg.Sample, error) {
	draws := make([]*rg.Sample, len(values))
	for k, v := range values {
		var err error
		if draws[k], err = rg.Condition(ctx, m.trained.Flow, m.trained.Energy, latent, v, conditionDraws, m.Seed, m.Threads); err != nil {
			return nil, err
		}
	}
	return draws, nil
}

// conditioned are pictures of a draw, and of the mean change.
func conditioned(draws []*rg.Sample, middle *rg.Sample, name string, L int, values []float64) sheet {
	var fields, change [][]float64
	var titles []string
	for k := 0; k < len(values); k += 2 {
		titles = append(titles, fmt.Sprintf("%s = %s", name, decimal(values[k])))
		fields = append(fields, doubles(fieldsOf(draws[k], 0)))
		mean := make([]float64, L*L)
		for i, v := range draws[k].X {
			mean[i/middle.N] += float64(v-middle.X[i]) / float64(middle.N)
		}
		change = append(change, mean)
	}
	key, other := around("field x", fields...), around("mean change of the field", change...)
	var above, below []*panel
	for i, title := range titles {
		above = append(above, newPicture(title, key, fields[i], L))
		below = append(below, newPicture("", other, change[i], L))
	}
	return sheet{gallery(key, len(above), 30*vg.Millimeter, above...), gallery(other, len(below), 30*vg.Millimeter, below...)}
}

// changes are the mean changes of the magnetization and of the energy a site from
// other draws to these, sample by sample, each with its error.
func changes(to, from *rg.Sample, L int) (c [4]float64) {
	m, e := conditionalMeans(to, L)
	m0, e0 := conditionalMeans(from, L)
	for b := range m {
		m[b], e[b] = m[b]-m0[b], e[b]-e0[b]
	}
	c[0], c[1] = meanError(m)
	c[2], c[3] = meanError(e)
	return c
}

// conditionalMeans are the means of the magnetization and of the energy a site over
// the spins of each sample given its fields, for which they are independent.
func conditionalMeans(s *rg.Sample, L int) (m, e []float64) {
	m, e = make([]float64, s.N), make([]float64, s.N)
	sites := float64(L * L)
	spin := func(site, b int) float64 { return math.Tanh(float64(s.X[site*s.N+b])) }
	for b := range s.N {
		for site := range L * L {
			right, below := site/L*L+(site+1)%L, (site+L)%(L*L)
			m[b] += spin(site, b) / sites
			e[b] -= spin(site, b) * (spin(right, b) + spin(below, b)) / sites
		}
	}
	return m, e
}
