package rg

import (
	"context"
	"fmt"

	"neuralrg/model"
)

// Levels are configurations at every level of renormalization, fine to coarse.
type Levels struct {
	N    int
	Sign []int8 // which of x and -x was renormalized, as in Sample
	// Fields[k] are the coarse fields of level k of Sign*x, on a lattice of L/2^k
	// by L/2^k, site-major: Fields[0] the fields themselves, the last what is left
	// after all levels.
	Fields [][]float32
	Z      []float32 // all latents, site-major; Shape.Level says where each was split off
}

// Coarsen renormalizes fields x[site*n + sample] level by level. Of a flow made
// symmetric the sign of each is chosen as for Sample, with random numbers of the
// seed. At most so many threads work, on which no bit depends. The error is that
// of ctx, or has a Hint.
func Coarsen(ctx context.Context, f *model.Flow, symmetric bool, x []float32, seed uint64, threads int) (*Levels, error) {
	n, err := count(f.Shape, x)
	if err != nil {
		return nil, err
	}
	l := newLevels(f.Shape, n)
	err = byBatches(ctx, f, n, seed, threads, func(p *passes, b *Sample, first int) {
		cut(b.X, x, n, b.N, first)
		p.renormalize(b, symmetric)
		copy(l.Sign[first:], b.Sign)
		for i := range b.X {
			b.X[i] *= float32(b.Sign[i%b.N])
		}
		paste(l.Fields[0], b.X, n, b.N, first)
		for k := range f.Shape.Levels() {
			f.RenormalizeLevels(p.tape, b.X, b.LogQ, b.X, k, k+1)
			coarse := b.Z[:len(l.Fields[k+1])/n*b.N]
			kept(coarse, b.X, f.Shape.L, k+1)
			paste(l.Fields[k+1], coarse, n, b.N, first)
		}
		paste(l.Z, b.X, n, b.N, first)
	})
	if err != nil {
		return nil, err
	}
	if !finite(l.Z) {
		return nil, &problem{"the flow gives latents that are not finite", "see that the fields are finite, or take a flow that has learnt more"}
	}
	return l, nil
}

func newLevels(s model.Shape, n int) *Levels {
	l := &Levels{N: n, Sign: make([]int8, n), Z: make([]float32, s.Sites()*n)}
	for k := range s.Levels() + 1 {
		side := s.L >> k
		l.Fields = append(l.Fields, make([]float32, side*side*n))
	}
	return l
}

// kept copies the values at the sites of a level's lattice to one of their own.
func kept(coarse, x []float32, L, level int) {
	side := L >> level
	n := len(coarse) / (side * side)
	for site := range side * side {
		row, column := site/side<<level, site%side<<level
		copy(coarse[site*n:][:n], x[(row*L+column)*n:])
	}
}

// count is the number of configurations in a batch.
func count(s model.Shape, x []float32) (int, error) {
	n := len(x) / s.Sites()
	if n == 0 || len(x) != n*s.Sites() {
		return 0, &problem{
			fmt.Sprintf("%d values are no configurations of size %d", len(x), s.L),
			fmt.Sprintf("a configuration has %d", s.Sites()),
		}
	}
	return n, nil
}
