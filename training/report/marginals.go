package report

import (
	"context"
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

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
	d := newDistributions()
	numbers := newTable("latent [1]", "level [1]", "mean [1]", "error_mean [1]", "deviation [1]", "error_deviation [1]", "excess_kurtosis [1]", "error_kurtosis [1]",
		"kl_from_normal [nats]", "error_kl [nats]", "kolmogorov [1]", "kolmogorov_by_chance [1]")
	densities, quantiles := newTable("z [1]"), newTable("normal_quantile [1]")
	densities.addEach(d.centres)
	quantiles.addEach(normals(all[0]))
	worst := map[string]rg.Marginal{}
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
		densities.extend(latentColumn(l.Site), pairs(l.Histogram))
		quantiles.extend(latentColumn(l.Site), quantilesOf(l))
		d.quantiles.line("", draw.LineStyle{Color: pale(levelHue(s, l.Site)), Width: lineWidth / 3}, normals(l), deviations(l))
	}
	results := newTable("latent", "of", "mean [1]", "deviation [1]", "excess_kurtosis [1]", "kl_from_normal [nats]", "error_kl [nats]", "kolmogorov [1]", "kolmogorov_by_chance [1]")
	for level := range s.Levels() + 1 {
		name := fmt.Sprintf("level %d", level)
		if level == s.Levels() {
			name = "coarsest"
		}
		w, there := worst[name]
		if !there {
			continue
		}
		style := stroke(levelHue(s, w.Site), 0)
		style.Width *= 0.7
		d.draw(w, name, style)
		results.add(place(s, w.Site), "worst of "+name, w.Mean.Value, w.Deviation.Value, w.Kurtosis.Value, w.Divergence.Value, w.Divergence.Error, w.Kolmogorov, w.Chance)
	}
	d.finish()
	return &figure{
		sheet: sheet{diagrams(60*vg.Millimeter, []*panel{d.density, d.quantiles})},
		text: fmt.Sprintf("The distribution of single latents under the model, from %d exact samples: left the densities, right the quantiles less the normal ones, of each level of that latent which "+
			"differs most from a normal one by its KL divergence; the pale lines are the quantiles of all latents. One normal sample in twenty differs by more than what the Kolmogorov distance is by chance. "+
			"The data have the moments, the densities and the quantiles of all latents.", samples.N),
		results: results,
		data:    []data{{"", d.densities}, {"quantiles", d.points}, {"all", numbers}, {"all-densities", densities}, {"all-quantiles", quantiles}},
	}, nil
}

// distributions are densities and quantiles of latents, drawn and as numbers.
type distributions struct {
	density, quantiles *panel
	densities, points  *table // of those that are drawn
	centres, normal    []float64
}

func newDistributions() *distributions {
	d := &distributions{
		density:   newPanel("", "z", "density under the model"),
		quantiles: newPanel("", "normal quantile", "quantile of the latent − normal"),
		densities: newTable("latent [1]", "level [1]", "z [1]", "density [1]", "normal_density [1]"),
		points:    newTable("latent [1]", "level [1]", "normal_quantile [1]", "quantile [1]", "error [1]"),
		normal:    pairs(rg.NormalHistogram()),
	}
	for i := range d.normal {
		d.centres = append(d.centres, rg.HistogramFrom+(2*float64(i)+1)*rg.HistogramWidth)
	}
	return d
}

// draw draws those of a latent.
func (d *distributions) draw(l rg.Marginal, name string, style draw.LineStyle) {
	histogram := pairs(l.Histogram)
	d.density.line(name, style, d.centres, histogram)
	for i, z := range d.centres {
		d.densities.add(l.Site, l.Level, z, rounded(histogram[i]), rounded(d.normal[i]))
	}
	d.quantiles.line("", style, normals(l), deviations(l))
	for _, q := range l.Quantiles {
		d.points.add(l.Site, l.Level, q.Normal, rounded(q.Sample), rounded(q.Error))
	}
}

// finish draws what they are compared with.
func (d *distributions) finish() {
	d.density.line("normal", dashed(), d.centres, d.normal)
	d.quantiles.level("", 0)
	d.density.Y.Max *= 1.25
}

// normals are the normal quantiles of a latent's own.
func normals(l rg.Marginal) (at []float64) {
	for _, q := range l.Quantiles {
		at = append(at, q.Normal)
	}
	return at
}

// quantilesOf are those of a latent.
func quantilesOf(l rg.Marginal) (values []float64) {
	for _, q := range l.Quantiles {
		values = append(values, q.Sample)
	}
	return values
}

// deviations are a latent's quantiles less the normal ones.
func deviations(l rg.Marginal) (difference []float64) {
	for _, q := range l.Quantiles {
		difference = append(difference, q.Sample-q.Normal)
	}
	return difference
}

// pairs is a histogram with two bins in one.
func pairs(h []float64) []float64 {
	wide := make([]float64, len(h)/2)
	for i := range wide {
		wide[i] = (h[2*i] + h[2*i+1]) / 2
	}
	return wide
}
