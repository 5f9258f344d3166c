package model

import (
	"iter"

	"neuralrg/model/internal/kernel"
)

// blocks are the 2x2 blocks of one bijector. A column is one block of one
// sample, number block*n + sample.
type blocks struct {
	size     int // of the lattice, a power of two
	distance int // of neighbours at this level
	offset   int // of the first corner: 0 for a disentangler, distance for a decimator
}

// blocks are those of bijector b in the order of renormalization.
func (s Shape) blocks(b int) blocks {
	g := blocks{size: s.L, distance: 1 << (b / 2 / s.Repeat)}
	if b%2 == 1 {
		g.offset = g.distance
	}
	return g
}

// count is the number of blocks.
func (g blocks) count() int {
	side := g.size / (2 * g.distance)
	return side * side
}

// sites of a block's four values, row by row from its corner.
func (g blocks) sites(block int) [4]int {
	side := g.size / (2 * g.distance)
	wrap := g.size - 1
	top := block/side*2*g.distance + g.offset
	left := block%side*2*g.distance + g.offset
	bottom := (top + g.distance) & wrap
	right := (left + g.distance) & wrap
	return [4]int{
		top*g.size + left, top*g.size + right,
		bottom*g.size + left, bottom*g.size + right,
	}
}

// span is a range of samples of one block, and where its columns lie in a tile.
type span struct{ block, sample, lane, width int }

// spans cuts the columns of tile number t, of n samples, into spans.
func (g blocks) spans(t, n int) iter.Seq[span] {
	first := t * kernel.Tile
	columns := min(g.count()*n-first, kernel.Tile)
	return func(yield func(span) bool) {
		for lane := 0; lane < columns; {
			block, sample := (first+lane)/n, (first+lane)%n
			width := min(n-sample, columns-lane)
			if !yield(span{block, sample, lane, width}) {
				return
			}
			lane += width
		}
	}
}

// tile is the four values of up to kernel.Tile columns.
type tile [4]kernel.Row

// tiles is the number of tiles that hold the columns of n samples.
func (g blocks) tiles(n int) int {
	return (g.count()*n + kernel.Tile - 1) / kernel.Tile
}

// columns is the number of columns in tile number t, of n samples.
func (g blocks) columns(t, n int) int {
	return min(g.count()*n-t*kernel.Tile, kernel.Tile)
}

// gather copies the values of tile number t from a batch.
func (g blocks) gather(v *tile, t, n int, x []float32) {
	for p := range g.spans(t, n) {
		for i, site := range g.sites(p.block) {
			copy(v[i][p.lane:p.lane+p.width], x[site*n+p.sample:])
		}
	}
}

// scatter copies the values of tile number t back into a batch.
func (g blocks) scatter(v *tile, t, n int, x []float32) {
	for p := range g.spans(t, n) {
		for i, site := range g.sites(p.block) {
			copy(x[site*n+p.sample:], v[i][p.lane:p.lane+p.width])
		}
	}
}

// subtract takes the sum of each column of tile number t from its sample's ln q.
func (g blocks) subtract(sum *kernel.Row, t int, logq []float64) {
	for p := range g.spans(t, len(logq)) {
		for i, s := range sum[p.lane : p.lane+p.width] {
			logq[p.sample+i] -= float64(s)
		}
	}
}

// spread sets each column of tile number t to its sample's value.
func (g blocks) spread(row *kernel.Row, t int, values []float64) {
	for p := range g.spans(t, len(values)) {
		for i := range p.width {
			row[p.lane+i] = float32(values[p.sample+i])
		}
	}
}
