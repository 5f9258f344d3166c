package report

import (
	"context"
	"fmt"

	"gonum.org/v1/plot/vg"

	"neuralrg/model"
	"neuralrg/sampling"
	"neuralrg/training/rg"
)

// survivalSamples are those that correlations before and after are of.
const survivalSamples = 2048

// resampling shows what the coarse latents carry, and what the fine ones.
func resampling(ctx context.Context, m *material) (*figure, error) {
	samples, err := m.exactSamples(ctx)
	if err != nil {
		return nil, err
	}
	f, s := m.trained.Flow, m.trained.Flow.Shape
	survival, err := rg.Survive(ctx, f, m.trained.Energy, latentsOf(samples, survivalSamples), m.Seed, m.Threads)
	if err != nil {
		return nil, err
	}
	results := newTable("level [1]", "coarse_latents [1]", "m_coarse_kept [1]", "error_m_coarse_kept [1]", "energy_coarse_kept [1]", "error_energy_coarse_kept [1]",
		"m_fine_kept [1]", "error_m_fine_kept [1]", "energy_fine_kept [1]", "error_energy_fine_kept [1]")
	kept := newPanel("coarse latents kept, finer drawn anew", "kept from level", "correlation before and after")
	fine := newPanel("finer latents kept, coarse drawn anew", "drawn anew from level", "correlation before and after")
	var at []float64
	of := map[string][]sampling.Quantity{}
	for _, v := range survival {
		at = append(at, float64(v.Level))
		of["cm"], of["ce"] = append(of["cm"], v.Coarse.Magnetization), append(of["ce"], v.Coarse.Energy)
		of["fm"], of["fe"] = append(of["fm"], v.Fine.Magnetization), append(of["fe"], v.Fine.Energy)
		results.add(v.Level, v.Latents, v.Coarse.Magnetization.Value, v.Coarse.Magnetization.Error, v.Coarse.Energy.Value, v.Coarse.Energy.Error,
			v.Fine.Magnetization.Value, v.Fine.Magnetization.Error, v.Fine.Energy.Value, v.Fine.Energy.Error)
	}
	kept.quantities("magnetization", hue(0), at, of["cm"])
	kept.quantities("energy", hue(1), at, of["ce"])
	fine.quantities("magnetization", hue(0), at, of["fm"])
	fine.quantities("energy", hue(1), at, of["fe"])
	for _, p := range []*panel{kept, fine} {
		p.X.Min, p.X.Max, p.X.Tick.Marker = -0.3, float64(s.Levels())+0.3, counts{}
		p.Y.Min, p.Y.Max = -0.15, 1.3
	}
	pictures, key, drawn, err := m.resampled(f, s, samples)
	if err != nil {
		return nil, err
	}
	return &figure{
		sheet: sheet{diagrams(55*vg.Millimeter, []*panel{kept, fine}), gallery(key, len(pictures)/2, 32*vg.Millimeter, pictures...)},
		text: "What the latents of some levels carry: the correlation, over exact samples, of the magnetization and of the energy before and after a part of the latents is drawn anew. " +
			"Where the finer ones are drawn anew, 1 means that the coarse ones determine it; where the coarse ones are, that the finer ones do. Below the same for one sample, " +
			"with the level from which on the latents count as coarse: in the first row those are kept and the finer drawn anew, in the second the other way round.",
		results: results,
		data:    []data{{"", results}, {"fields", drawn}},
	}, nil
}

// resampled are pictures of one sample with a part of its latents drawn anew.
func (m *material) resampled(f *model.Flow, s model.Shape, samples *rg.Sample) (pictures []*panel, key scale, drawn *table, err error) {
	own, anew := latentsOf(samples, 1), rg.Normals(s, 1, m.Seed+1)
	drawn = newTable("kept", "level [1]", "row [1]", "column [1]", "field [1]")
	type field struct {
		title  string
		values []float64
	}
	var fields []field
	var all [][]float64
	tape := model.NewTape(s, 1)
	for _, kept := range []string{"coarse", "fine"} {
		coarse, fine := own, anew
		if kept == "fine" {
			coarse, fine = anew, own
		}
		for level := range s.Levels() + 1 {
			z, err := rg.Mix(s, coarse, fine, level)
			if err != nil {
				return nil, key, nil, err
			}
			f.Generate(tape, z, make([]float64, 1), z)
			title := ""
			if kept == "coarse" {
				title = fmt.Sprintf("level %d", level)
			}
			values := doubles(z)
			for site, v := range values {
				drawn.add(kept, level, site/s.L, site%s.L, rounded(v))
			}
			fields, all = append(fields, field{title, values}), append(all, values)
		}
	}
	key = around("field x", all...)
	for _, one := range fields {
		pictures = append(pictures, newPicture(one.title, key, one.values, s.L))
	}
	return pictures, key, drawn, nil
}
