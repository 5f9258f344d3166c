package model

import (
	"testing"

	"neuralrg/model/internal/kernel"
)

// TestTilesHoldTheBlocks compares what goes into tiles, and out of them, with
// the definition of the blocks: corners at multiples of 2d, shifted by the
// offset, round the torus; columns block by block, sample by sample.
func TestTilesHoldTheBlocks(t *testing.T) {
	for _, size := range []int{4, 8, 32} {
		s := Shape{L: size, Repeat: 1}
		for b := range s.bijectors() {
			for _, n := range []int{1, 2, 3, 7, 8, 9, 60, 64, 255, 256, 300} {
				checkTiles(t, s.blocks(b), n)
			}
		}
	}
}

func checkTiles(t *testing.T, g blocks, n int) {
	t.Helper()
	sites := g.size * g.size
	x, back := make([]float32, sites*n), make([]float32, sites*n)
	for i := range x {
		x[i] = float32(i)
	}
	site := func(block, value int) int {
		side := g.size / (2 * g.distance)
		y := block/side*2*g.distance + g.offset + value/2*g.distance
		x := block%side*2*g.distance + g.offset + value%2*g.distance
		return y%g.size*g.size + x%g.size
	}
	values, sums := make([]float64, n), make([]float64, n)
	for i := range values {
		values[i] = float64(i + 1)
	}
	inside := map[int]bool{}
	for number := range g.tiles(n) {
		const untouched = -1
		var v tile
		var row kernel.Row
		for lane := range row {
			row[lane] = untouched
			for i := range v {
				v[i][lane] = untouched
			}
		}
		g.gather(&v, number, n, x)
		g.spread(&row, number, values)
		for lane := range row {
			column := number*kernel.Tile + lane
			block, sample := column/n, column%n
			for i := range v {
				want := untouched
				if block < g.count() {
					want = site(block, i)*n + sample
					inside[want] = true
				}
				if v[i][lane] != float32(want) {
					t.Fatalf("%+v, %d samples, tile %d: value %d of lane %d is element %v, not %d", g, n, number, i, lane, v[i][lane], want)
				}
			}
			if block < g.count() != (row[lane] == float32(sample+1)) {
				t.Fatalf("%+v, %d samples, tile %d: lane %d has the value of sample %v, not %d", g, n, number, lane, row[lane]-1, sample)
			}
		}
		g.scatter(&v, number, n, back)
		g.subtract(&row, number, sums)
	}
	for i := range back {
		if inside[i] != (back[i] == x[i]) && i > 0 {
			t.Fatalf("%+v, %d samples: element %d came back as %v", g, n, i, back[i])
		}
	}
	for i, sum := range sums {
		if want := -float64(g.count() * (i + 1)); sum != want {
			t.Fatalf("%+v: sample %d sums to %v, not %v", g, i, sum, want)
		}
	}
}
