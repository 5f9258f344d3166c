package rg

import (
	"context"
	"fmt"
	"math"
	"slices"

	"neuralrg/model"
)

// Responses are the changes of the mean field with some latents, d<x>/dz: means
// over samples of the derivatives dx/dz. Of a symmetrised flow they are those of
// q(x); of q(-x) they have the other sign.
type Responses struct {
	L       int         `json:"L"`
	Levels  int         `json:"levels"`  // of the flow
	Samples int         `json:"samples"` // that the means are of
	Latents []int       `json:"latents"` // site indices, row*L + column
	Map     [][]float32 `json:"map"`     // of each latent, row-major: field per unit of the latent
	Error   [][]float32 `json:"error"`   // standard error of Map
}

// mostResponses bounds the values of all maps together: a quarter of a gigabyte
// for these and as much for their errors.
const mostResponses = 1 << 26

// Respond returns the responses to the given latents at the latents z,
// z[site*n+sample], of n >= 2 samples, by exact derivatives (model.Tangent). The
// work is that of about four generations for each sample and latent; latents
// whose causal cones do not meet share theirs. At most so many threads work, at
// least one; no bit depends on their number. The error is that of ctx, or has a
// Hint.
func Respond(ctx context.Context, f *model.Flow, latents []int, z []float32, threads int) (*Responses, error) {
	r := &Responses{
		L: f.Shape.L, Levels: f.Shape.Levels(), Samples: len(z) / f.Shape.Sites(),
		Latents: slices.Clone(latents),
		Map:     make([][]float32, len(latents)), Error: make([][]float32, len(latents)),
	}
	if err := r.check(len(z)); err != nil {
		return nil, err
	}
	for i := range latents {
		r.Map[i], r.Error[i] = make([]float32, f.Shape.Sites()), make([]float32, f.Shape.Sites())
	}
	if err := r.fill(ctx, f, z, threads); err != nil {
		return nil, err
	}
	for _, m := range slices.Concat(r.Map, r.Error) {
		if !finite(m) {
			return nil, &problem{"the response is not finite", "choose another latent, or an earlier checkpoint"}
		}
	}
	return r, nil
}

// check says what is wrong with the latents, or with a number of values.
func (r *Responses) check(values int) error {
	sites := r.L * r.L
	for _, latent := range r.Latents {
		if latent < 0 || latent >= sites {
			return &problem{fmt.Sprintf("there is no latent %d", latent), fmt.Sprintf("the latents of this flow are 0 to %d", sites-1)}
		}
	}
	switch {
	case len(r.Latents) == 0:
		return &problem{"no latent is asked for", "name one or more"}
	case len(r.Latents) > mostResponses/sites:
		return &problem{
			fmt.Sprintf("the responses to %d latents of %d sites need too much memory", len(r.Latents), sites),
			fmt.Sprintf("ask for at most %d latents", mostResponses/sites),
		}
	case values%sites != 0:
		return &problem{fmt.Sprintf("%d values are no whole number of samples", values), fmt.Sprintf("a sample has %d", sites)}
	case r.Samples < 2:
		return &problem{fmt.Sprintf("%d samples have no standard error", r.Samples), "take 2 or more; 64 are usual"}
	}
	return nil
}

func finite(values []float32) bool {
	return !slices.ContainsFunc(values, func(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) })
}

// fill computes all maps, some groups of latents at a time.
func (r *Responses) fill(ctx context.Context, f *model.Flow, z []float32, threads int) error {
	columns := passColumns(f.Shape.Sites())
	work := slices.Collect(slices.Chunk(apart(f.Shape, r.Latents), max(1, columns/r.Samples)))
	return share(ctx, len(work), threads, func() func(int) {
		w := newResponder(f, columns)
		return func(i int) { w.respond(ctx, r, work[i], z) }
	})
}

// passColumns is the number of samples that pass through a flow together: enough
// to fill the vectors of the kernels, and few enough for the second cache.
func passColumns(sites int) int { return max(16, min(256, 1<<16/sites)) }

// responder is the workspace of one thread.
type responder struct {
	flow  *model.Flow
	tape  *model.Tape
	x, dx []float32 // [site*columns + column]: the same samples once for each group
	sums  []moments // of each group
}

func newResponder(f *model.Flow, columns int) *responder {
	return &responder{
		flow: f,
		tape: model.NewTape(f.Shape, columns),
		x:    make([]float32, f.Shape.Sites()*columns),
		dx:   make([]float32, f.Shape.Sites()*columns),
	}
}

// respond computes the maps of some groups, with so many samples at a time that
// those of all groups fit into a pass.
func (w *responder) respond(ctx context.Context, r *Responses, groups []group, z []float32) {
	w.sums = w.sums[:0]
	for range groups {
		w.sums = append(w.sums, newMoments(w.flow.Shape.Sites()))
	}
	most := len(w.x) / w.flow.Shape.Sites() / len(groups)
	for first := 0; first < r.Samples && ctx.Err() == nil; first += most {
		w.pass(r, groups, z, first, min(most, r.Samples-first))
	}
	for i, members := range groups {
		for _, m := range members {
			for _, site := range m.cone {
				mean, err := w.sums[i].mean(site)
				r.Map[m.index][site], r.Error[m.index][site] = float32(mean), float32(err)
			}
		}
	}
}

// pass adds the tangents at n samples, from one of them on.
func (w *responder) pass(r *Responses, groups []group, z []float32, first, n int) {
	sites, columns := w.flow.Shape.Sites(), n*len(groups)
	x, dx := w.x[:sites*columns], w.dx[:sites*columns]
	clear(dx)
	for site := range sites {
		for i := range groups {
			copy(x[site*columns+i*n:][:n], z[site*r.Samples+first:])
		}
	}
	for i, members := range groups {
		for _, m := range members {
			along := dx[r.Latents[m.index]*columns+i*n:][:n]
			for sample := range along {
				along[sample] = 1
			}
		}
	}
	w.flow.Tangent(w.tape, x, dx, x, dx)
	for i := range groups {
		w.sums[i].add(dx[i*n:], columns, n)
	}
}

// moments are running means and sums of squared deviations, a pair for each site
// (Welford, Technometrics 4, 419 (1962)).
type moments struct {
	n           int
	means, sums []float64
}

func newMoments(sites int) moments {
	return moments{means: make([]float64, sites), sums: make([]float64, sites)}
}

// add adds n samples, values[site*stride+sample].
func (m *moments) add(values []float32, stride, n int) {
	for site := range m.means {
		for sample, value := range values[site*stride:][:n] {
			d := float64(value) - m.means[site]
			m.means[site] += d / float64(m.n+sample+1)
			m.sums[site] += d * (float64(value) - m.means[site])
		}
	}
	m.n += n
}

// mean is the mean at a site and its standard error.
func (m *moments) mean(site int) (mean, err float64) {
	n := float64(m.n)
	return m.means[site], math.Sqrt(m.sums[site] / (n * (n - 1)))
}
