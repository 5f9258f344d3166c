package report

import (
	"context"
	"fmt"

	"gonum.org/v1/plot/vg"

	"neuralrg/training/rg"
)

// marginals shows the distributions of single latents under the model.
func marginals(ctx context.Context, m *material) (*figure, error) {
	samples, err := m.exactSamples(ctx)
	if err != nil {
		return nil, err
	}
	s := m.trained.Flow.Shape
	sites := make([]int, s.Sites())
	for i := range sites {
		sites[i] = i
	}
	all, err := rg.Marginals(s, samples.Z, sites)
	if err != nil {
		return nil, err
	}
	worst := map[string]rg.Marginal{}
	numbers := newTable("latent [1]", "level [1]", "mean [1]", "error_mean [1]", "deviation [1]", "error_deviation [1]", "excess_kurtosis [1]", "error_kurtosis [1]",
		"kl_from_normal [nats]", "error_kl [nats]", "kolmogorov [1]", "kolmogorov_by_chance [1]")
	for _, l := range all {
		name := levelName(s, l.Site)
		if w, known := worst[name]; !known || l.Divergence.Value > w.Divergence.Value {
			worst[name] = l
		}
		row := []any{l.Site, l.Level}
		for _, v := range []float64{l.Mean.Value, l.Mean.Error, l.Deviation.Value, l.Deviation.Error, l.Kurtosis.Value, l.Kurtosis.Error, l.Divergence.Value, l.Divergence.Error, l.Kolmogorov, l.Chance} {
			row = append(row, rounded(v))
		}
		numbers.add(row...)
	}
	density := newPanel("", "z", "density under the model")
	quantiles := newPanel("", "normal quantile", "quantile of the latent − normal")
	results := newTable("latent", "of", "mean [1]", "deviation [1]", "excess_kurtosis [1]", "kl_from_normal [nats]", "error_kl [nats]", "kolmogorov [1]", "kolmogorov_by_chance [1]")
	drawn := newTable("latent [1]", "level [1]", "z [1]", "density [1]", "normal_density [1]")
	points := newTable("latent [1]", "level [1]", "normal_quantile [1]", "quantile [1]", "error [1]")
	normal := pairs(rg.NormalHistogram())
	centres := make([]float64, len(normal))
	for i := range centres {
		centres[i] = rg.HistogramFrom + (2*float64(i)+1)*rg.HistogramWidth
	}
	for level := range s.Levels() + 1 {
		name, colour := fmt.Sprintf("level %d", level), stroke(hue(level), 0)
		if level == s.Levels() {
			name, colour = "coarsest", stroke(ink, 0)
		}
		w, there := worst[name]
		if !there {
			continue
		}
		colour.Width *= 0.7
		histogram := pairs(w.Histogram)
		density.line(name, colour, centres, histogram)
		var at, difference []float64
		for _, q := range w.Quantiles {
			at, difference = append(at, q.Normal), append(difference, q.Sample-q.Normal)
			points.add(w.Site, w.Level, q.Normal, q.Sample, q.Error)
		}
		quantiles.line("", colour, at, difference)
		for i, z := range centres {
			drawn.add(w.Site, w.Level, z, histogram[i], normal[i])
		}
		results.add(place(s, w.Site), "worst of "+name, w.Mean.Value, w.Deviation.Value, w.Kurtosis.Value, w.Divergence.Value, w.Divergence.Error, w.Kolmogorov, w.Chance)
	}
	density.line("normal", dashed(), centres, normal)
	quantiles.level("", 0)
	density.Y.Max *= 1.25
	return &figure{
		sheet: sheet{diagrams(60*vg.Millimeter, []*panel{density, quantiles})},
		text: fmt.Sprintf("The distribution of single latents under the model, from %d exact samples, of each level that latent which differs most from a normal one by its KL divergence: "+
			"left the densities, right the quantiles less the normal ones. One normal sample in twenty differs by more than what the Kolmogorov distance is by chance. "+
			"The data have the numbers of all latents.", samples.N),
		results: results,
		data:    []data{{"", drawn}, {"quantiles", points}, {"all", numbers}},
	}, nil
}

// pairs is a histogram with two bins in one.
func pairs(h []float64) []float64 {
	wide := make([]float64, len(h)/2)
	for i := range wide {
		wide[i] = (h[2*i] + h[2*i+1]) / 2
	}
	return wide
}
