package report

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"

	"neuralrg/training/rg"
)

// scales shows one configuration at every level, fine to coarse and back.
func scales(ctx context.Context, m *material) (*figure, error) {
	samples, err := m.exactSamples(ctx)
	if err != nil {
		return nil, err
	}
	f, s := m.trained.Flow, m.trained.Flow.Shape
	one := fieldsOf(samples, 0)
	levels, err := rg.Coarsen(ctx, f, m.trained.Config.Symmetry, one, m.Seed, m.Threads)
	if err != nil {
		return nil, err
	}
	still, err := rg.Refine(ctx, f, levels.Z, nil, m.Threads)
	if err != nil {
		return nil, err
	}
	anew, err := rg.Refine(ctx, f, levels.Z, rg.Normals(s, 1, m.Seed), m.Threads)
	if err != nil {
		return nil, err
	}
	key := scale{name: "field / root of its mean square at the level", low: -3, high: 3, stops: signed}
	var pictures []*panel
	drawn := newTable("row_of_pictures", "level [1]", "row [1]", "column [1]", "field [1]")
	add := func(name, title string, level, side int, x []float32) {
		values := doubles(x)
		for site, v := range values {
			drawn.add(name, level, site/side, site%side, rounded(v))
		}
		pictures = append(pictures, newPicture(title, key, scaled(values, 1/m.spreadAt(ctx, level, name)), side))
	}
	last := s.Levels()
	for k := range last + 1 {
		add("coarse", fmt.Sprintf("level %d", k), k, s.L>>k, levels.Fields[k])
	}
	for k := range last + 1 {
		add("fine_zero", "", k, s.L, still[last-k])
	}
	for k := range last + 1 {
		add("fine_anew", "", k, s.L, anew[last-k])
	}
	return &figure{
		sheet: sheet{gallery(key, last+1, 32*vg.Millimeter, pictures...)},
		text: "One exact sample. First row, from left to right: fine to coarse, the fields that are left after so many levels of renormalization. The other rows, from right to left: coarse to fine, " +
			"the fields made from the latents from that level on, with all finer latents zero (second row) and drawn anew (third row); at level 0 all latents have their values, and the sample is back. " +
			"A symmetrised flow looks at the sample or at its negative, and the one it looks at is shown.",
		data: []data{{"", drawn}},
	}, nil
}

// spreadAt is the root of the mean square of the fields: of the coarse ones of a
// level, or of those of the lattice itself.
func (m *material) spreadAt(ctx context.Context, level int, row string) float64 {
	if row != "coarse" {
		level = 0
	}
	levels, err := m.coarsened(ctx)
	if err != nil {
		return 1
	}
	sum := 0.0
	for _, v := range levels.Fields[level] {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(levels.Fields[level])))
}

// fieldsOf are those of one sample.
func fieldsOf(s *rg.Sample, i int) []float32 {
	one := make([]float32, 0, len(s.X)/s.N)
	for ; i < len(s.X); i += s.N {
		one = append(one, s.X[i])
	}
	return one
}

func doubles(x []float32) []float64 {
	values := make([]float64, len(x))
	for i, v := range x {
		values[i] = float64(v)
	}
	return values
}
