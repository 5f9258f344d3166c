package model

import (
	"math/bits"

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

// side is the number of blocks in a row, a power of two.
func (g blocks) side() int { return g.size / (2 * g.distance) }

// count is the number of blocks.
func (g blocks) count() int { return g.side() * g.side() }

// sites of a block's four values, row by row from its corner.
func (g blocks) sites(block int) [4]int {
	side, wrap := g.side(), g.size-1
	row, column := block>>bits.TrailingZeros(uint(side)), block&(side-1)
	top := row*2*g.distance + g.offset
	left := column*2*g.distance + g.offset
	bottom := (top + g.distance) & wrap
	right := (left + g.distance) & wrap
	return [4]int{
		top*g.size + left, top*g.size + right,
		bottom*g.size + left, bottom*g.size + right,
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

// strip is a part of one block, or a run of whole blocks of one row of blocks,
// as far as the sites of each of their values are evenly spaced.
type strip struct {
	block, sample int // the first ones
	lane          int // of the tile, the first one
	blocks, width int // lanes are blocks times width
}

// strip is the longest of tile number t, of n samples, that begins at a lane.
func (g blocks) strip(t, n, lane int) strip {
	column := t*kernel.Tile + lane
	s := strip{block: column / n, sample: column % n, lane: lane, blocks: 1, width: n}
	rest := g.columns(t, n) - lane
	if s.sample > 0 || rest < n {
		s.width = min(n-s.sample, rest)
		return s
	}
	// The last block of a row that is shifted goes round the torus.
	side := g.side()
	inRow := side - s.block&(side-1)
	if g.offset > 0 && inRow > 1 {
		inRow--
	}
	s.blocks = min(rest/n, inRow)
	return s
}

// end is the lane behind a strip.
func (s strip) end() int { return s.lane + s.blocks*s.width }

// narrow is the width below which copying one by one is faster than by runs.
const narrow = 8

// gather copies one value of a strip to the lanes of a tile, from a batch that
// begins where the strip's value does; that of the next block is step further.
func (s strip) gather(lanes, x []float32, step int) {
	lanes = lanes[s.lane:s.end()]
	if s.width >= narrow {
		for at := 0; len(lanes) > 0; at += step {
			copy(lanes[:s.width], x[at:])
			lanes = lanes[s.width:]
		}
		return
	}
	for i := range s.width { // of every block, for long loops
		at := i
		for lane := i; lane < len(lanes); lane += s.width {
			lanes[lane] = x[at]
			at += step
		}
	}
}

// scatter copies the other way.
func (s strip) scatter(lanes, x []float32, step int) {
	lanes = lanes[s.lane:s.end()]
	if s.width >= narrow {
		for at := 0; len(lanes) > 0; at += step {
			copy(x[at:], lanes[:s.width])
			lanes = lanes[s.width:]
		}
		return
	}
	for i := range s.width {
		at := i
		for lane := i; lane < len(lanes); lane += s.width {
			x[at] = lanes[lane]
			at += step
		}
	}
}

// gather copies the values of tile number t from a batch.
func (g blocks) gather(v *tile, t, n int, x []float32) {
	for lane := 0; lane < g.columns(t, n); {
		s := g.strip(t, n, lane)
		for i, site := range g.sites(s.block) {
			s.gather(v[i][:], x[site*n+s.sample:], 2*g.distance*n)
		}
		lane = s.end()
	}
}

// scatter copies the values of tile number t back into a batch.
func (g blocks) scatter(v *tile, t, n int, x []float32) {
	for lane := 0; lane < g.columns(t, n); {
		s := g.strip(t, n, lane)
		for i, site := range g.sites(s.block) {
			s.scatter(v[i][:], x[site*n+s.sample:], 2*g.distance*n)
		}
		lane = s.end()
	}
}

// subtract takes the sum of each column of tile number t from its sample's ln q.
func (g blocks) subtract(sum *kernel.Row, t int, logq []float64) {
	n := len(logq)
	sample := t * kernel.Tile % n
	for _, s := range sum[:g.columns(t, n)] {
		logq[sample] -= float64(s)
		if sample++; sample == n {
			sample = 0
		}
	}
}

// spread sets each column of tile number t to its sample's value.
func (g blocks) spread(row *kernel.Row, t int, values []float64) {
	n := len(values)
	sample := t * kernel.Tile % n
	for lane := range g.columns(t, n) {
		row[lane] = float32(values[sample])
		if sample++; sample == n {
			sample = 0
		}
	}
}
