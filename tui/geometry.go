package tui

import (
	"math/bits"

	"neuralrg/model"
	"neuralrg/training/run"
)

// geometry is where the latents of a flow live: each belongs to the level at
// which its site leaves the renormalization. It is what one moves about in.
type geometry struct{ model.Shape }

// geometryOf is the zero geometry for a lattice without levels.
func geometryOf(c run.Config) geometry {
	if c.L < 2 || bits.OnesCount(uint(c.L)) != 1 || c.Depth < 0 {
		return geometry{}
	}
	return geometry{c.Shape}
}

// step is the next latent of the same level in a direction, round the torus.
func (g geometry) step(latent, down, across int) int {
	level, row, column := g.Level(latent), latent/g.L, latent%g.L
	for {
		row = (row + down<<level + g.L) % g.L
		column = (column + across<<level + g.L) % g.L
		if next := row*g.L + column; g.Level(next) == level {
			return next
		}
	}
}

// onLevel is a latent of a level near another: its coordinates rounded down to
// the level's sites, and one to the right where such a site goes further.
func (g geometry) onLevel(latent, level int) int {
	row, column := latent/g.L>>level<<level, latent%g.L>>level<<level
	if g.Level(row*g.L+column) != level {
		column = (column + 1<<level) % g.L
	}
	return row*g.L + column
}

// start is the latent that is looked at first: of the coarsest level, in the
// middle.
func (g geometry) start() int { return g.onLevel(g.L/2*g.L+g.L/2, g.Levels()-1) }
