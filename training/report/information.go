package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"

	"neuralrg/model"
	"neuralrg/sampling"
	"neuralrg/training/rg"
)

const (
	mostInformed     = 256 // variables of a matrix of mutual information
	fewestInformants = 512 // samples that it takes
)

// informations are what fields and latents know of each other.
type informations struct {
	fields, drawn  *rg.Information // of the model, and of draws of the flow
	latents, again *rg.Information // that the flow takes these to
	total          *rg.TotalCorrelation
	untold         error // why there is no total
}

// informed estimates all of it.
func (m *material) informed(ctx context.Context) (*informations, error) {
	return m.information.get(func() (*informations, error) {
		if m.Samples < fewestInformants {
			return nil, &problem{text: fmt.Sprintf("mutual information from %d samples would be noise", m.Samples), hint: fmt.Sprintf("give --samples %d or more", fewestInformants)}
		}
		s, err := m.exactSamples(ctx)
		if err != nil {
			return nil, err
		}
		t, shape := m.trained, m.trained.Flow.Shape
		q, err := rg.Drawn(ctx, t.Flow, t.Config.Symmetry, t.Energy, m.Samples, m.Seed, m.Threads)
		if err != nil {
			return nil, err
		}
		options := func(what string) rg.Options {
			return rg.Options{Seed: m.Seed, Threads: m.Threads, Tell: func(done, of int) { m.tell(fmt.Sprintf("%s, %d of %d pairs", what, done, of)) }}
		}
		sites := chosen(shape)
		all, apart := &informations{}, 3*s.N/4 // where the samples begin that serve for the tree alone
		if all.fields, err = rg.FieldInformation(ctx, shape.L, s.X, sites, options("fields of the model")); err != nil {
			return nil, err
		}
		if all.drawn, err = rg.FieldInformation(ctx, shape.L, q.X, sites, options("fields of the flow")); err != nil {
			return nil, err
		}
		slices.SortStableFunc(sites, func(a, b int) int { return order(shape, b) - order(shape, a) })
		o := options("latents")
		o.To = apart
		if all.latents, err = rg.LatentInformation(ctx, shape, s.Z, sites, o); err != nil {
			return nil, err
		}
		back, err := rg.Coarsen(ctx, t.Flow, t.Config.Symmetry, q.X, m.Seed, m.Threads)
		if err != nil {
			return nil, err
		}
		o = options("latents of the flow's draws")
		o.To = apart
		if all.again, err = rg.LatentInformation(ctx, shape, back.Z, sites, o); err != nil {
			return nil, err
		}
		o = options("tree")
		o.From = apart
		all.total, all.untold = rg.EstimateTotalCorrelation(ctx, shape, s, t.Energy.LnZDual(), all.latents, o)
		return all, ctx.Err()
	})
}

// chosen are all sites, or on a large lattice those that survive the first levels.
func chosen(s model.Shape) (sites []int) {
	step := 1
	for (s.L/step)*(s.L/step) > mostInformed {
		step *= 2
	}
	for row := 0; row < s.L; row += step {
		for column := 0; column < s.L; column += step {
			sites = append(sites, row*s.L+column)
		}
	}
	return sites
}

// order puts latents of higher levels, and last what remains above them, higher.
func order(s model.Shape, site int) int {
	if remains(s, site) {
		return s.Levels()
	}
	return s.Level(site)
}

// each is all of them, in the order of the page: a row of the model, and one of the flow.
func (all *informations) each() []known {
	return []known{
		{"fields of the model", "site, row by row", all.fields},
		{"latents under the model", "latent, the coarsest first", all.latents},
		{"fields of the flow", "site, row by row", all.drawn},
		{"latents of the flow's draws", "latent, the coarsest first", all.again},
	}
}

// known is what variables of a kind know of each other.
type known struct {
	of, order string
	*rg.Information
}

// matrices shows the mutual information of pairs of fields, and of latents.
func matrices(ctx context.Context, m *material) (*figure, error) {
	all, err := m.informed(ctx)
	if err != nil {
		return nil, err
	}
	four := all.each()
	values := make([][]float64, len(four))
	for i, k := range four {
		values[i] = offDiagonal(k.Information)
	}
	key := from0("mutual information (nats)", values...)
	panels := make([]*panel, len(four))
	drawn := newTable("of", "site_a [1]", "site_b [1]", "pairs [1]", "mutual_information [nats]", "error [nats]")
	results := newTable("of", "variables [1]", "samples [1]", "largest [nats]", "error [nats]", "largest_by_chance [nats]", "noise [nats]")
	for i, k := range four {
		n := len(k.Sites)
		panels[i] = newMatrix(k.of, k.order, k.order, key, values[i], n, 0, float64(n))
		for _, c := range k.Classes {
			drawn.add(k.of, c.Sites[0], c.Sites[1], c.Pairs, rounded(c.Value), rounded(c.Error))
		}
		results.add(k.of, n, k.Samples, k.Largest.Value, k.Largest.Error, k.Largest.Chance, k.Baseline.Deviation)
	}
	b := diagrams(72*vg.Millimeter, panels[:2], panels[2:])
	b.key = &key
	return &figure{
		sheet: sheet{b},
		text: "The mutual information of pairs, estimated by nearest neighbours (Kraskov, Stögbauer and Grassberger): left of the fields, right of the latents that " +
			"the flow turns them into, above of exact samples and below of the flow's own draws, with one scale of colours. Independent latents would have none, and those of the flow's own draws are independent: " +
			"what they show is noise. Pairs that a translation of the flow's blocks takes into each other share one estimate; the data have each once, with the number of such pairs. The noise is the standard deviation " +
			"of an estimate where there is nothing, from permutations; the largest of so many is large by chance too.",
		results: results,
		data:    []data{{"", drawn}},
	}, nil
}

// offDiagonal is a matrix without its diagonal, where the information is infinite.
func offDiagonal(r *rg.Information) []float64 {
	values := doubles(r.Value)
	for i := range r.Sites {
		values[i*(len(r.Sites)+1)] = math.NaN()
	}
	return values
}

// distances shows how mutual information falls off.
func distances(ctx context.Context, m *material) (*figure, error) {
	all, err := m.informed(ctx)
	if err != nil {
		return nil, err
	}
	drawn := newTable("of", "levels", "distance [sites or blocks]", "pairs [1]", "mean_information [nats]", "error [nats]")
	list := func(of string, d rg.DistanceAverage) {
		drawn.add(of, fmt.Sprintf("%d, %d", d.Levels[0], d.Levels[1]), d.Distance, d.Pairs, d.Value, d.Error)
	}
	add := func(p *panel, of string, name string, c int, averages []rg.DistanceAverage) {
		slices.SortFunc(averages, func(a, b rg.DistanceAverage) int { return cmp.Compare(a.Distance, b.Distance) })
		var at []float64
		var q []sampling.Quantity
		for _, d := range averages {
			list(of, d)
			at, q = append(at, d.Distance), append(q, d.Quantity)
		}
		p.quantities(name, hue(c), at, q)
	}
	fields := newPanel("fields", "distance (sites)", "mean mutual information (nats)")
	add(fields, "fields of the model", "model", 0, slices.Clone(all.fields.ByDistance))
	add(fields, "fields of the flow", "flow", 1, slices.Clone(all.drawn.ByDistance))
	fields.Y.Min, fields.Y.Max = 0, 1.25*fields.Y.Max
	latents := newPanel("latents of one level", "distance (blocks)", "mean mutual information (nats)")
	by := map[[2]int][]rg.DistanceAverage{}
	for _, d := range all.latents.ByDistance {
		by[d.Levels] = append(by[d.Levels], d)
	}
	for level := range m.trained.Flow.Shape.Levels() {
		if list := by[[2]int{level, level}]; len(list) > 0 {
			add(latents, "latents under the model", fmt.Sprintf("level %d", level), level, list)
		}
	}
	latents.level("", 0)
	for _, d := range all.latents.ByDistance {
		if d.Levels[0] != d.Levels[1] {
			list("latents under the model", d)
		}
	}
	for _, d := range all.again.ByDistance {
		list("latents of the flow's draws", d)
	}
	why := ""
	if all.untold != nil {
		why = fmt.Sprintf(" The total correlation is not to be had: %v.", all.untold)
	}
	return &figure{
		sheet: sheet{diagrams(60*vg.Millimeter, []*panel{fields, latents})},
		text: "The mean mutual information of pairs at a distance: left of the fields, of the model and of the flow's own draws; right of the latents of one level under the model, by the distance of their blocks. " +
			"Below what the latents know of each other all together, their total correlation: KL(p‖q) less what the marginals of the latents differ from normal ones, and two bounds from below, by the correlations of the latents " +
			"made normal one by one, and by the tree of the pairs with the most information (Chow and Liu), which was chosen by other samples. All of the model's structure that the flow has not taken up is in it. " +
			"Then the means of the mutual information over all pairs of two levels." + why,
		results: totals(all),
		data:    []data{{"", drawn}},
	}, nil
}

// totals are the bounds on the total correlation, and the means by level.
func totals(all *informations) *table {
	t := newTable("quantity", "value [nats]", "error [nats]")
	if c := all.total; c != nil {
		t.add("total correlation of the fields", c.Fields.Value, c.Fields.Error)
		t.add("KL(p‖q), an upper bound", c.Upper.Value, c.Upper.Error)
		t.add("sum of KL of the marginals from normal ones", c.Marginals.Value, c.Marginals.Error)
		t.add("total correlation of the latents, the difference", c.Value.Value, c.Value.Error)
		if c.Gaussian != nil {
			t.add("bound from below, by correlations", c.Gaussian.Value, c.Gaussian.Error)
		}
		t.add(fmt.Sprintf("bound from below, by a tree of %d pairs", len(c.Tree)), c.TreeBound.Value, c.TreeBound.Error)
	}
	for _, l := range all.latents.ByLevel {
		t.add(fmt.Sprintf("mean of pairs of levels %d and %d", l.Levels[0], l.Levels[1]), l.Value, l.Error)
	}
	return t
}
