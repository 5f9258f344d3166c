package rg

import (
	"context"
	"math"
	"math/rand/v2"

	"neuralrg/model"
	"neuralrg/physics"
)

const (
	// fineStream keeps the random numbers of fine latents apart from other uses of a
	// seed.
	fineStream = 0x72672d66696e65 // "rg-fine"
	// passDraws is the number of draws that go through the flow together.
	passDraws = 64
)

// fineWeights weigh the latents w of the levels before one, at coarse fields y of
// that level, by the logarithm of
//
//	exp(-U(x)) |det dx/d(y, w)| / N(w),  x = G(y, w),
//
// times 2 r(x) for a symmetrised flow.
type fineWeights struct {
	flow      *model.Flow
	symmetric bool
	energy    physics.Energy
	level     int
}

// draw weighs normal w, the same at each of the coarse fields: [field][draw].
func (w fineWeights) draw(ctx context.Context, fields [][]float32, draws int, seed uint64, threads int) ([][]float64, error) {
	all := make([][]float64, len(fields))
	for i := range all {
		all[i] = make([]float64, draws)
	}
	blocks := (draws + passDraws - 1) / passDraws
	err := share(ctx, blocks, threads, func() func(int) {
		p := newPasses(w.flow, passDraws)
		z := make([]float32, w.flow.Shape.Sites()*passDraws)
		return func(i int) {
			p.rng = rand.New(rand.NewPCG(seed, fineStream+uint64(i)))
			first, last := i*passDraws, min((i+1)*passDraws, draws)
			b := p.batch.head(last - first)
			z := z[:len(b.Z)]
			p.normals(z)
			for k, y := range fields {
				if ctx.Err() != nil {
					return
				}
				copy(b.Z, z)
				w.each(func(site, coarse int) {
					for at := range b.N {
						b.Z[site*b.N+at] = y[coarse]
					}
				})
				w.weigh(p, b, all[k][first:last])
			}
		}
	})
	return all, err
}

// each calls do for every site of the coarse lattice, and its number there.
func (w fineWeights) each(do func(site, coarse int)) {
	L, size := w.flow.Shape.L, w.flow.Shape.L>>w.level
	for i := range size * size {
		do(i/size<<w.level*L+i%size<<w.level, i)
	}
}

// weigh weighs the samples of which b.Z holds the coarse fields, and at all other
// sites the fine latents. It uses up the batch.
func (w fineWeights) weigh(p *passes, b *Sample, logWeight []float64) {
	logDet := make([]float64, b.N)
	w.flow.GenerateLevels(p.tape, b.X, logDet, b.Z, 0, w.level)
	w.energy.Eval(b.Energy, nil, b.X)
	fine := w.logNormal(b)
	for at := range logWeight {
		logWeight[at] = logDet[at] - b.Energy[at] - fine[at]
	}
	if !w.symmetric {
		return
	}
	// ln 2 r(x) = ln q(x) - ln q_sym(x), where ln q(x) takes the levels from y on only.
	w.flow.RenormalizeLevels(p.tape, b.Z, b.LogQ, b.Z, w.level, w.flow.Shape.Levels())
	p.reflect(b)
	for at, l := range logNormal(b.Z, b.N) {
		plus := b.LogQ[at] + l - logDet[at]
		symmetric, _, _ := model.LogQSym(plus, p.minus[at])
		logWeight[at] += plus - symmetric
	}
}

// logNormal is ln N(w).
func (w fineWeights) logNormal(b *Sample) []float64 {
	fine := logNormal(b.Z, b.N)
	w.each(func(site, _ int) {
		for at, l := range logNormal(b.Z[site*b.N:][:b.N], b.N) {
			fine[at] -= l
		}
	})
	return fine
}

// logNormal is the logarithm of the standard normal density of n samples.
func logNormal(z []float32, n int) []float64 {
	sum := make([]float64, n)
	for first := 0; first < len(z); first += n {
		for at, v := range z[first:][:n] {
			sum[at] -= (float64(v)*float64(v) + math.Log(2*math.Pi)) / 2
		}
	}
	return sum
}
