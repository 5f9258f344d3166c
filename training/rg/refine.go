package rg

import (
	"context"
	"math/rand/v2"

	"neuralrg/model"
)

// Refine generates fields from latents z[site*n + sample] coarse to fine: of what
// it returns, entry i is the fields where only the latents on the lattice of
// level Levels()-i, those from which its coarse fields are generated, have their
// values, and all finer ones those of the latents fine, or zero where that is
// nil. So entry 0 knows the coarsest latents alone, and the last one is the
// fields of z. With the roles exchanged, Refine(ctx, f, anew, z, threads), the
// fine latents stay and the coarse ones are others. At most so many threads work,
// on which no bit depends. The error is that of ctx, or has a Hint.
func Refine(ctx context.Context, f *model.Flow, z, fine []float32, threads int) ([][]float32, error) {
	var stages [][]float32
	for level := f.Shape.Levels(); level >= 0; level-- {
		latents, err := Mix(f.Shape, z, fine, level)
		if err == nil {
			err = generate(ctx, f, latents, threads)
		}
		if err != nil {
			return nil, err
		}
		stages = append(stages, latents)
	}
	return stages, nil
}

// Mix returns the latents that are those of coarse on the lattice of a level, at
// the sites whose coordinates are multiples of 2^level, and those of fine, or
// zero where that is nil, at all others. Levels are from 0, where all are coarse,
// to Levels(). The error has a Hint.
func Mix(s model.Shape, coarse, fine []float32, level int) ([]float32, error) {
	n, err := count(s, coarse)
	if err != nil {
		return nil, err
	}
	if fine != nil && len(fine) != len(coarse) {
		return nil, &problem{"there are not as many fine latents as coarse ones", "give latents of as many configurations"}
	}
	if level < 0 || level > s.Levels() {
		return nil, noLevel(level, s)
	}
	mixed := make([]float32, len(coarse))
	copy(mixed, fine)
	for row := 0; row < s.L; row += 1 << level {
		for column := 0; column < s.L; column += 1 << level {
			at := (row*s.L + column) * n
			copy(mixed[at:at+n], coarse[at:])
		}
	}
	return mixed, nil
}

// Normals are latents of n configurations as the flow's prior has them,
// independent standard normal numbers of a seed.
func Normals(s model.Shape, n int, seed uint64) []float32 {
	random := rand.New(rand.NewPCG(seed, normalStream))
	z := make([]float32, s.Sites()*n)
	for i := range z {
		z[i] = float32(random.NormFloat64())
	}
	return z
}

// generate replaces latents by their fields.
func generate(ctx context.Context, f *model.Flow, z []float32, threads int) error {
	n, err := count(f.Shape, z)
	if err != nil {
		return err
	}
	err = byBatches(ctx, f, n, 0, threads, func(p *passes, b *Sample, first int) {
		cut(b.Z, z, n, b.N, first)
		f.Generate(p.tape, b.X, b.LogQ, b.Z)
		paste(z, b.X, n, b.N, first)
	})
	if err == nil && !finite(z) {
		return &problem{"the flow gives fields that are not finite", "see that the latents are finite and not extreme, or take a flow that has not diverged"}
	}
	return err
}
