package rg

import (
	"slices"

	"neuralrg/model"
)

// Cone says of every site, row by row, whether the latent can change the field
// there: its causal cone. It is what the wiring of the flow allows, whatever the
// parameters, as if whatever changes in a block changed all of it. On a lattice
// without an edge nearby the cone of a latent of level k is a square of
// 6 2^k - 2 sites a side, if a level has one pair of bijectors.
func Cone(s model.Shape, latent int) []bool {
	changes := make([]bool, s.Sites())
	changes[latent] = true
	for level := s.Levels() - 1; level >= 0; level-- {
		d := 1 << level
		for range s.Repeat {
			spread(changes, s.L, d, d) // decimators
			spread(changes, s.L, d, 0) // disentanglers
		}
	}
	return changes
}

// spread lets a change of one site change all of its 2x2 block, whose sites are d
// apart; the blocks have corners at the shift and every 2d further.
func spread(changes []bool, L, d, shift int) {
	for i := shift; i < L+shift; i += 2 * d {
		for j := shift; j < L+shift; j += 2 * d {
			up, down := i%L*L, (i+d)%L*L
			left, right := j%L, (j+d)%L
			block := [4]int{up + left, up + right, down + left, down + right}
			if changes[block[0]] || changes[block[1]] || changes[block[2]] || changes[block[3]] {
				for _, site := range block {
					changes[site] = true
				}
			}
		}
	}
}

// sites lists those that are set.
func sites(set []bool) []int {
	var list []int
	for site, in := range set {
		if in {
			list = append(list, site)
		}
	}
	return list
}

// member is a latent in a group: which one of those asked for, and its cone.
type member struct {
	index int
	cone  []int
}

// group is latents with cones that do not meet. One tangent serves them all: in
// the cone of each it is what it would be without the others.
type group []member

// apart sorts latents into groups, each into the first where there is room.
func apart(s model.Shape, latents []int) []group {
	var groups []group
	var taken [][]bool
	for index, latent := range latents {
		cone := sites(Cone(s, latent))
		at := slices.IndexFunc(taken, func(taken []bool) bool {
			return !slices.ContainsFunc(cone, func(site int) bool { return taken[site] })
		})
		if at < 0 {
			at = len(groups)
			groups = append(groups, nil)
			taken = append(taken, make([]bool, s.Sites()))
		}
		groups[at] = append(groups[at], member{index, cone})
		for _, site := range cone {
			taken[at][site] = true
		}
	}
	return groups
}
