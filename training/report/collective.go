package report

import (
	"context"

	"gonum.org/v1/plot/vg"

	"neuralrg/sampling"
	"neuralrg/training/rg"
)

// mostCollective is how many latents are listed.
const mostCollective = 8

// collective shows which latents go with the magnetization, the energy and the
// staggered magnetization.
func collective(ctx context.Context, m *material) (*figure, error) {
	samples, err := m.exactSamples(ctx)
	if err != nil {
		return nil, err
	}
	s := m.trained.Flow.Shape
	all, err := rg.Collectives(s, samples)
	if err != nil {
		return nil, err
	}
	numbers := newTable("latent [1]", "level [1]", "r_m [1]", "error_r_m [1]", "r_staggered [1]", "error_r_staggered [1]", "r_energy [1]", "error_r_energy [1]",
		"r_square_m2 [1]", "error_r_square_m2 [1]", "r_square_staggered2 [1]", "error_r_square_staggered2 [1]", "r_square_energy [1]", "error_r_square_energy [1]")
	maps := make([][]float64, 6)
	for _, c := range all {
		row := []any{c.Site, c.Level}
		for k, q := range []sampling.Quantity{c.Value.Magnetization, c.Value.Staggered, c.Value.Energy, c.Square.Magnetization, c.Square.Staggered, c.Square.Energy} {
			maps[k] = append(maps[k], q.Value)
			row = append(row, rounded(q.Value), rounded(q.Error))
		}
		numbers.add(row...)
	}
	key := around("correlation coefficient", maps...)
	var pictures []*panel
	for k, title := range []string{"z with m", "z with staggered m", "z with E", "z² with m²", "z² with staggered m²", "z² with E"} {
		pictures = append(pictures, newPicture(title, key, maps[k], s.L))
	}
	page := sheet{gallery(key, 3, 40*vg.Millimeter, pictures...)}
	shown := []data{{"", numbers}}
	if levels, err := rg.ExplainedByLevel(ctx, s, samples); err == nil && len(levels) > 0 {
		p, t := explained(levels)
		b := diagrams(50*vg.Millimeter, []*panel{p})
		b.width = pageWidth / 2
		page = append(page, b)
		shown = append(shown, data{"explained", t})
	}
	results := newTable("latent", "of", "correlation", "r [1]", "error [1]")
	for i, c := range rg.RankCollective(all) {
		if i == mostCollective {
			break
		}
		name, r := c.Strongest()
		results.add(place(s, c.Site), levelName(s, c.Site), name, r.Value, r.Error)
	}
	return &figure{
		sheet: page,
		text: "Which latents are collective variables: the correlation of each, at its place on the lattice, with the magnetization m, the staggered one and the energy E of the spins, over exact samples, " +
			"and of its square with m², the staggered m² and E. Of a symmetrised flow the latents belong to the sample with the sign that it looks at, and so do m and the staggered m. " +
			"Below, the share of the variance that is a linear function of all latents of a level together. The table has the strongest correlations.",
		results: results,
		data:    shown,
	}, nil
}

// explained draws shares of variances by level.
func explained(levels []rg.Explained) (*panel, *table) {
	p := newPanel("", "level", "share of the variance")
	t := newTable("lowest_level [1]", "highest_level [1]", "latents [1]", "m [1]", "error_m [1]", "staggered [1]", "error_staggered [1]", "energy [1]", "error_energy [1]")
	var at []float64
	var m, staggered, energy []sampling.Quantity
	for _, e := range levels {
		t.add(e.From, e.To, e.Latents, e.Magnetization.Value, e.Magnetization.Error, e.Staggered.Value, e.Staggered.Error, e.Energy.Value, e.Energy.Error)
		if e.From != e.To {
			continue
		}
		at = append(at, float64(e.From))
		m, staggered, energy = append(m, e.Magnetization), append(staggered, e.Staggered), append(energy, e.Energy)
	}
	p.quantities("m", hue(0), at, m)
	p.quantities("staggered m", hue(2), at, staggered)
	p.quantities("E", hue(1), at, energy)
	p.X.Tick.Marker = counts{}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = p.X.Min-0.3, p.X.Max+0.3, min(p.Y.Min, -0.05), max(p.Y.Max, 1)+0.35
	return p, t
}
