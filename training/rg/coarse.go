package rg

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"neuralrg/model"
	"neuralrg/physics"
)

// CoarseProfile is the effective energy of the coarse fields of a level along the
// uniform ones, in nats: that of y = v on all sites of the coarse lattice.
type CoarseProfile struct {
	Level  int       `json:"level"`  // 0 is the fields themselves
	Size   int       `json:"size"`   // of the coarse lattice, L/2^level
	Draws  int       `json:"draws"`  // of the fine latents; 1 at level 0, which has none and is exact
	Values []float64 `json:"values"` // v
	Energy []float64 `json:"energy"`
	Error  []float64 `json:"error"` // standard error
	// Effective is the effective number of the draws, and Reliable says where it is
	// enough for the error to mean something.
	Effective []float64 `json:"effective"`
	Reliable  []bool    `json:"reliable"`
}

const (
	// fewEffective is the number of effective draws from which an error is given
	// credit: with fewer the spread of the weights is itself not known.
	fewEffective = 10
	// coarseStream keeps the random numbers of fine latents apart from other uses of
	// a seed.
	coarseStream = 0x72672d66696e65 // "rg-fine"
	passDraws    = 64               // that go through the flow together
	// mostDraws is the most draws of a profile.
	mostDraws = 1 << 20
)

// AlongUniform estimates the effective energy
//
//	U_k(y) = -ln p(y) - ln Z
//
// of uniform coarse fields y = v of a level k, where p(y) is the density of the
// coarse fields that the flow makes of the target exp(-U(x))/Z, whatever the latents
// w of the finer levels: these are integrated out. With x = G(y, w), the first k
// levels of generation,
//
//	exp(-U_k(y)) = integral over w of exp(-U(x)) |det dx/d(y, w)|
//	             = mean over normal w of exp(-U(x)) |det dx/d(y, w)| / N(w).
//
// So U_0 is the energy U itself, and after all levels of a full flow, where y is one
// number, U_k is its potential of mean force. The mean is that of weights, and an
// estimate of its logarithm from few effective ones is too large an energy, by about
// half of one over their number, while the error is one over its root.
//
// A symmetrised flow looks at s x, with a random sign s that is + with probability
// r = q(x)/[q(x) + q(-x)], and its coarse field is that of s x times s: so the sign
// comes back, p(y) is even, and U_0 is still U. For such x one sees the density
// 2 r(x) p(x), and
//
//	exp(-U_k(y)) = half the sum over s = +-1 of the mean above
//	               with exp(-U(x)) 2 r(x) at x = G(s y, w).
//
// The draws are the same for all values: differences are surer than the errors say.
// No bit depends on the threads.
func AlongUniform(ctx context.Context, f *model.Flow, symmetric bool, e physics.Energy, level int, values []float64, draws int, seed uint64, threads int) (*CoarseProfile, error) {
	if err := checkCoarse(f, e, level, draws); err != nil {
		return nil, err
	}
	if level == 0 {
		draws = 1 // there is nothing to draw
	}
	w := newCoarseWeights(f, symmetric, e, level, values, draws)
	blocks := (draws + passDraws - 1) / passDraws
	err := share(ctx, blocks, threads, func() func(int) {
		p := newPasses(f, passDraws)
		return func(i int) {
			p.rng = rand.New(rand.NewPCG(seed, coarseStream+uint64(i)))
			w.fill(ctx, p, i*passDraws, min((i+1)*passDraws, draws))
		}
	})
	if err != nil {
		return nil, err
	}
	c := &CoarseProfile{Level: level, Size: f.Shape.L >> level, Draws: draws, Values: slices.Clone(values)}
	for _, v := range values {
		if err := c.add(w.of(v)); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// add appends what the logarithms of weights tell of one value.
func (c *CoarseProfile) add(logWeights []float64) error {
	for _, l := range logWeights {
		if math.IsNaN(l) || math.IsInf(l, 0) {
			return &problem{
				fmt.Sprintf("the energy of a coarse field of %v at level %d is not finite", c.Values[len(c.Energy)], c.Level),
				"take values nearer to zero, or a flow that has not diverged",
			}
		}
	}
	largest := floats.Max(logWeights)
	weights := make([]float64, len(logWeights))
	for b, l := range logWeights {
		weights[b] = math.Exp(l - largest)
	}
	mean, deviation := stat.MeanStdDev(weights, nil)
	n := float64(len(weights))
	if c.Level == 0 {
		deviation = 0
	}
	effective := n * n * mean * mean / floats.Dot(weights, weights)
	c.Energy = append(c.Energy, -largest-math.Log(mean))
	c.Error = append(c.Error, deviation/mean/math.Sqrt(n))
	c.Effective = append(c.Effective, effective)
	c.Reliable = append(c.Reliable, effective >= fewEffective || c.Level == 0)
	return nil
}

// checkCoarse says what is wrong with the arguments of a coarse profile.
func checkCoarse(f *model.Flow, e physics.Energy, level, draws int) error {
	switch {
	case f.Shape.Sites() != e.Sites():
		return &problem{
			fmt.Sprintf("a flow of %d sites and an energy of %d", f.Shape.Sites(), e.Sites()),
			"take the energy that the flow was trained on",
		}
	case level < 0 || level > f.Shape.Levels():
		return noLevel(level, f.Shape)
	case draws < 2 || draws > mostDraws:
		return &problem{
			fmt.Sprintf("a coarse energy from %d draws", draws),
			fmt.Sprintf("ask for 2 to %d", mostDraws),
		}
	}
	return nil
}

// coarseWeights are ln of [exp(-U(x)) |det dx/d(y, w)| / N(w)] for draws of the fine
// latents w, times 2 r(x) for a symmetrised flow, at each of some values of the
// uniform coarse field y.
type coarseWeights struct {
	flow      *model.Flow
	symmetric bool
	energy    physics.Energy
	level     int
	values    []float32   // each once, in order
	log       [][]float64 // [value][draw]
}

// newCoarseWeights makes room for the weights. Those of a symmetrised flow are
// wanted at minus each value too.
func newCoarseWeights(f *model.Flow, symmetric bool, e physics.Energy, level int, values []float64, draws int) *coarseWeights {
	w := &coarseWeights{flow: f, symmetric: symmetric, energy: e, level: level}
	for _, v := range values {
		w.values = append(w.values, float32(v))
		if symmetric {
			w.values = append(w.values, -float32(v))
		}
	}
	slices.Sort(w.values)
	w.values = slices.Compact(w.values)
	for range w.values {
		w.log = append(w.log, make([]float64, draws))
	}
	return w
}

// fill sets the weights of the draws from first to before last.
func (w *coarseWeights) fill(ctx context.Context, p *passes, first, last int) {
	b := p.batch.head(last - first)
	z := make([]float32, len(b.Z))
	logNormal := w.fine(p, z, b.N)
	for i, v := range w.values {
		if ctx.Err() != nil {
			return
		}
		copy(b.Z, z)
		for site := range w.flow.Shape.Sites() {
			if w.coarse(site) {
				for at := range b.N {
					b.Z[site*b.N+at] = v
				}
			}
		}
		logWeight := w.log[i][first:last]
		w.flow.GenerateLevels(p.tape, b.X, logWeight, b.Z, 0, w.level)
		w.energy.Eval(b.Energy, nil, b.X)
		for at := range logWeight {
			logWeight[at] -= b.Energy[at] + logNormal[at]
		}
		if w.symmetric {
			w.addSign(p, b, logWeight)
		}
	}
}

// coarse says whether a site is one of the coarse lattice.
func (w *coarseWeights) coarse(site int) bool {
	L := w.flow.Shape.L
	return (site/L|site%L)&(1<<w.level-1) == 0
}

// fine draws the latents of the finer levels, and returns their ln N(w).
func (w *coarseWeights) fine(p *passes, z []float32, n int) []float64 {
	logNormal := make([]float64, n)
	for site := range w.flow.Shape.Sites() {
		if w.coarse(site) {
			continue
		}
		row := z[site*n:][:n]
		p.normals(row)
		for b, v := range row {
			logNormal[b] -= float64(v)*float64(v)/2 + math.Log(2*math.Pi)/2
		}
	}
	return logNormal
}

// addSign adds ln 2 r(x) = ln q(x) - ln q_sym(x).
func (w *coarseWeights) addSign(p *passes, b *Sample, logWeight []float64) {
	w.flow.Renormalize(p.tape, b.Z, b.LogQ, b.X)
	p.reflect(b)
	for at, plus := range b.LogQ {
		symmetric, _, _ := model.LogQSym(plus, p.minus[at])
		logWeight[at] += plus - symmetric
	}
}

// of are the weights at a value, the mean over both signs of a symmetrised flow.
func (w *coarseWeights) of(v float64) []float64 {
	i, _ := slices.BinarySearch(w.values, float32(v))
	if !w.symmetric {
		return w.log[i]
	}
	j, _ := slices.BinarySearch(w.values, -float32(v))
	mean := make([]float64, len(w.log[i]))
	for b, plus := range w.log[i] {
		mean[b], _, _ = model.LogQSym(plus, w.log[j][b])
	}
	return mean
}
