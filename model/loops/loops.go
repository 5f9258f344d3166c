// Package loops offers the inner loops of a flow by themselves, on operands of
// their own, for who wants to measure them.
package loops

import (
	"fmt"
	"math/rand/v2"

	"neuralrg/model/internal/kernel"
)

// Columns is how many columns, one block of one sample each, a Loop works on in
// one turn: a full tile.
const Columns = kernel.Tile

// Set is the inner loops of one of model.Implementations.
type Set struct {
	Name  string
	Peak  Loop // independent multiply-adds in registers, which nothing outdoes
	Loops []Loop
}

// Loop is one kernel on operands of its own. One goroutine turns it at a time.
type Loop struct {
	Name string
	// Turn runs the kernel so many times, and returns how many floating-point
	// operations the matrix products among these were.
	Turn func(times int) (flops float64)
}

// Sets are the inner loops of all implementations, the fastest first, for layers
// of the paper's network, 2-10-10-10-2, and for its affine couplings.
func Sets() (sets []Set) {
	for _, k := range kernel.Implementations() {
		sets = append(sets, Set{
			Name: k.Name,
			Peak: Loop{"peak", func(times int) float64 { return k.Peak(1000 * times) }},
			Loops: append(append(append(
				dense(k, 2, 10, "first"), dense(k, 10, 10, "hidden")...), dense(k, 10, 2, "last")...), affine(k)...),
		})
	}
	return sets
}

// dense are the loops of one layer. What they make of their operands stays in
// range however often they are turned: those that replace an operand by a
// product have small weights.
func dense(k *kernel.Set, in, out int, layer string) []Loop {
	random := rand.New(rand.NewPCG(uint64(in), uint64(out)))
	x, y := normals(random, in), normals(random, out)
	dx, dy, h := normals(random, in), normals(random, out), normals(random, in)
	w, b := make([]float32, in*out), make([]float32, out)
	for i := range w {
		w[i] = float32(random.NormFloat64()) / 32
	}
	dw, db := make([]float32, in*out), make([]float32, out)
	loop := func(what string, run func()) Loop {
		return Loop{
			fmt.Sprintf("%s layer, %d->%d, %s", layer, in, out, what),
			func(times int) float64 {
				for range times {
					run()
				}
				return 2 * float64(in*out*Columns*times)
			},
		}
	}
	forward := loop("forward", func() { k.DenseELU(y, x, w, b, Columns) })
	if layer == "last" {
		forward = loop("forward", func() { k.Dense(y, x, w, b, Columns) })
	}
	back := loop("back", func() { k.DenseBackELU(h, dy, w, Columns) })
	if layer == "first" {
		back = loop("back", func() { k.DenseBack(dx, dy, w, Columns) })
	}
	return []Loop{forward, back, loop("gradient", func() { k.DenseGrad(dw, db, dy, x, Columns) })}
}

// affine are the loops of one changed value. With scale 0 they leave values in
// range however often they are turned.
func affine(k *kernel.Set) []Loop {
	r := normals(rand.New(rand.NewPCG(1, 1)), 5)
	loop := func(name string, run func()) Loop {
		return Loop{name, func(times int) float64 {
			for range times {
				run()
			}
			return 0
		}}
	}
	return []Loop{
		loop("affine, generation", func() { k.Affine(&r[0], &r[1], &r[2], &r[3], 0, Columns) }),
		loop("affine, renormalization", func() { k.AffineInverse(&r[0], &r[1], &r[2], &r[3], 0, Columns) }),
		loop("affine, generation, back", func() { k.AffineBack(&r[0], &r[1], &r[2], &r[3], &r[4], 0, Columns) }),
		loop("affine, renormalization, back", func() { k.AffineInverseBack(&r[0], &r[1], &r[2], &r[3], &r[4], 0, Columns) }),
	}
}

func normals(random *rand.Rand, rows int) []kernel.Row {
	m := make([]kernel.Row, rows)
	for r := range m {
		for c := range m[r] {
			m[r][c] = float32(random.NormFloat64())
		}
	}
	return m
}
