package report

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/plot/vg"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/sampling"
)

// The random numbers of figures, each apart from other uses of a seed.
const (
	galleryStream = 0x67616c6c // "gall"
	drawStream    = 0x64726177 // "draw"
)

const (
	galleryDraws = 3    // latents that are shown by every flow
	drawsForM2   = 1024 // of each flow, for its <m²>
)

// samplesByEpoch shows what the flows of some epochs make of the same
// latents.
func samplesByEpoch(ctx context.Context, m *material) (*figure, error) {
	if len(m.kept) < 2 {
		return nil, &problem{text: fmt.Sprintf("only the checkpoint of epoch %d is kept", m.trained.Epoch), hint: "a run keeps its first, its best and its last three"}
	}
	flows, err := m.learners(ctx)
	if err != nil {
		return nil, err
	}
	var (
		fields   [][][]float64 // by epoch and draw
		all      [][]float64
		pictures []*panel
		c        = m.trained.Config
	)
	for _, k := range flows {
		drawn := generated(k.flow, c.Sites(), m.Seed)
		fields, all = append(fields, drawn), append(all, drawn...)
	}
	key := around("field x", all...)
	drawn := newTable("epoch [1]", "draw [1]", "row [1]", "column [1]", "field [1]")
	for d := range galleryDraws {
		for i, k := range flows {
			title := ""
			if d == 0 {
				title = fmt.Sprintf("epoch %d", k.epoch)
			}
			pictures = append(pictures, newPicture(title, key, fields[i][d], c.L))
			for site, v := range fields[i][d] {
				drawn.add(k.epoch, d, site/c.L, site%c.L, rounded(v))
			}
		}
	}
	early := ""
	results := newTable("epoch [1]", "flow", "m2 [1]", "error [1]", "exact_m2 [1]")
	exact := math.NaN()
	if v := m.runs[0].Exact.MagnetizationSquared; v != nil {
		exact = *v
	}
	for _, k := range flows {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		whence := "kept"
		if k.again {
			whence, early = "trained again", ", and at early epochs by training again from the first of these, with the same settings and random numbers"
		}
		mean, err := magnetised(sampling.NewDensity(k.flow, c.Symmetry), m)
		results.add(k.epoch, whence, mean, err, exact)
	}
	return &figure{
		sheet: sheet{gallery(key, len(flows), 40*vg.Millimeter, pictures...)},
		text: fmt.Sprintf("The fields that the flow makes of the same %d draws of the latents, one a row, at the checkpoints that the run has kept%s. "+
			"A symmetrised flow gives each of them either sign; the sign shown is the one that it generates. "+
			"The table has m2 = ⟨m²⟩, the mean squared magnetization, of %d draws of each flow, without weights, beside that of the model.", galleryDraws, early, drawsForM2),
		results: results,
		data:    []data{{"", drawn}},
	}, nil
}

// generated are the fields of the latents of the gallery, row-major.
func generated(f *model.Flow, sites int, seed uint64) [][]float64 {
	random := rand.New(rand.NewPCG(seed, galleryStream))
	x := make([]float32, sites*galleryDraws)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	f.Generate(model.NewTape(f.Shape, galleryDraws), x, make([]float64, galleryDraws), x)
	fields := make([][]float64, galleryDraws)
	for d := range fields {
		fields[d] = sampleOf(x, galleryDraws, d)
	}
	return fields
}

// sampleOf is one of n samples that stand site by site.
func sampleOf(x []float32, n, i int) []float64 {
	field := make([]float64, 0, len(x)/n)
	for ; i < len(x); i += n {
		field = append(field, float64(x[i]))
	}
	return field
}

// magnetised is <m²> of a flow by its draws, with its standard error.
func magnetised(q *sampling.Density, m *material) (mean, err float64) {
	q.Threads = m.Threads
	x, m2 := make([]float32, q.Sites()*drawsForM2), make([]float64, drawsForM2)
	q.Draw(rand.New(rand.NewPCG(m.Seed, drawStream)), x, m2)
	physics.MagnetizationSquared(m2, x)
	return meanError(m2)
}

// meanError is the mean of independent values with its standard error.
func meanError(values []float64) (mean, err float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		err += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(err / n / (n - 1))
}
