package rg

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"neuralrg/sampling"
)

const (
	// neighbour is the one by which mutual information is estimated.
	neighbour = 3
	// permutations make the baseline.
	permutations = 20
)

// estimates are the mutual information of the pairs of some classes, all from the
// same samples.
type estimates struct {
	of       []estimate // of each class
	baseline Baseline
}

// estimate is the mean over some pairs.
type estimate struct {
	pairs int
	value float64
	parts []float64 // what disjoint parts of the sample make of it
}

// sum adds estimates, so many times each by the number of the class. Its error is
// that of the sums of their parts, which have in common what the pairs have; or
// that of the baseline, for independent pairs, if this is larger. The former is
// itself uncertain, and a little small where there is not much information.
func (e estimates) sum(times map[int]int) sampling.Quantity {
	var total, noise float64
	var parts []float64
	for _, class := range slices.Sorted(maps.Keys(times)) { // sums of floats depend on the order
		n, c := float64(times[class]), e.of[class]
		if parts == nil {
			parts = make([]float64, len(c.parts))
		}
		total += n * c.value
		floats.AddScaled(parts, n, c.parts)
		noise += n * n / float64(c.pairs)
	}
	return sampling.Quantity{
		Value: total,
		Error: max(sampling.ErrorOfParts(parts), e.baseline.Deviation*math.Sqrt(noise)),
	}
}

// mean is the sum divided by the number of terms.
func (e estimates) mean(times map[int]int) sampling.Quantity {
	var count float64
	for _, n := range times {
		count += float64(n)
	}
	q := e.sum(times)
	return sampling.Quantity{Value: q.Value / count, Error: q.Error / count}
}

// largest of the estimates, with the first pair of its class. The largest of n
// independent numbers is below its median if each is below the quantile 2^(-1/n).
func (e estimates) largest(members [][]pair) Largest {
	at := 0
	for i := range e.of {
		if e.of[i].value > e.of[at].value {
			at = i
		}
	}
	quantile := distuv.UnitNormal.Quantile(math.Exp2(-1 / float64(len(e.of))))
	return Largest{
		Sites:    members[at][0],
		Quantity: e.mean(map[int]int{at: 1}),
		Chance:   e.baseline.Mean + quantile*e.baseline.Deviation/math.Sqrt(float64(e.of[at].pairs)),
	}
}

// columns are the values of each variable in some samples.
type columns struct {
	x                []float32 // all of them: [site*stride + sample]
	stride, first, n int
}

// columns are those of the samples wanted.
func (o Options) columns(x []float32, sites int) (columns, error) {
	stride := len(x) / sites
	to := o.To
	if to == 0 {
		to = stride
	}
	if o.From < 0 || o.From > to || to > stride {
		return columns{}, &problem{
			fmt.Sprintf("samples %d to %d of %d", o.From, to, stride),
			"the first is 0, and the last comes before as many as there are",
		}
	}
	return columns{x, stride, o.From, to - o.From}, nil
}

// read copies the values of a variable.
func (c columns) read(dst []float64, site int) []float64 {
	for i, v := range c.x[site*c.stride+c.first:][:c.n] {
		dst[i] = float64(v)
	}
	return dst
}

// checkFinite says which of some variables is not. Not all of them may be read:
// others of their class stand for them.
func (c columns) checkFinite(sites []int) error {
	for _, site := range sites {
		for _, v := range c.x[site*c.stride+c.first:][:c.n] {
			if v-v != 0 {
				return notFinite(site)
			}
		}
	}
	return nil
}

// estimate takes the pairs of each class; there is at least one. After an error
// no other class is begun.
func (c columns) estimate(ctx context.Context, classes [][]pair, o Options) (estimates, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	e := estimates{of: make([]estimate, len(classes))}
	var mutex sync.Mutex
	done := 0
	_ = share(ctx, len(classes), o.Threads, func() func(int) {
		x, y := make([]float64, c.n), make([]float64, c.n)
		return func(i int) {
			var err error
			if e.of[i], err = c.one(x, y, classes[i]); err != nil {
				stop(err)
				return
			}
			mutex.Lock()
			defer mutex.Unlock()
			done++
			if o.Tell != nil {
				o.Tell(done, len(classes))
			}
		}
	})
	if err := context.Cause(ctx); err != nil {
		return estimates{}, err
	}
	var err error
	e.baseline, err = c.baseline(classes[0][0], o.Seed)
	return e, err
}

// one is the estimate of a class, with room for two variables.
func (c columns) one(x, y []float64, pairs []pair) (estimate, error) {
	e := estimate{pairs: len(pairs)}
	weight := 1 / float64(len(pairs))
	for i, p := range pairs {
		value, parts, err := sampling.MutualInformationOfParts(c.read(x, p[0]), c.read(y, p[1]), neighbour)
		if err != nil {
			return e, err
		}
		if i == 0 {
			e.parts = make([]float64, len(parts))
		}
		e.value += weight * value
		floats.AddScaled(e.parts, weight, parts)
	}
	return e, nil
}

// baseline is that of one pair.
func (c columns) baseline(p pair, seed uint64) (b Baseline, err error) {
	x, y := make([]float64, c.n), make([]float64, c.n)
	b.Mean, b.Deviation, err = sampling.ShuffledInformation(c.read(x, p[0]), c.read(y, p[1]), neighbour, permutations, seed)
	return b, err
}
