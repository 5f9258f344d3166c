package rg

import (
	"neuralrg/model"
)

// pair is two sites of a lattice, row*size + column each.
type pair [2]int

// variables are one at each site of a torus.
type variables struct {
	size int
	// step of a variable is that of the translations that take it to its like:
	// by a multiple of it, along rows and columns.
	step func(site int) int
}

// fields are those of the target, each like all others.
func fields(size int) variables {
	return variables{size, func(int) int { return 1 }}
}

// latents are those of a flow that renormalizes the target. Level k works on
// blocks of size 2^(k+1), all in the same way, and the target is the same
// everywhere: so the latents of the levels up to k have, all together, a
// distribution that translations by 2^(k+1) do not change.
//
// Of a flow made symmetric this is not exact, because its sign is a choice of all
// levels together: the weight q(x)/[q(x) + q(-x)] of x is not quite that of x
// translated. They differ where the flow is in doubt about the sign, as it is of
// configurations with little magnetization.
func latents(s model.Shape) variables {
	return variables{s.L, func(site int) int { return 2 << s.Level(site) }}
}

func (v variables) sites() int { return v.size * v.size }

// class is the first of all pairs that translations make of a pair, whose order
// does not matter. Pairs have the same class if they have the same distribution
// by these translations.
func (v variables) class(a, b int) pair {
	step := v.stepOf(pair{a, b})
	one, other := v.toOrigin(a, b, step), v.toOrigin(b, a, step)
	if one[0] < other[0] || one[0] == other[0] && one[1] < other[1] {
		return one
	}
	return other
}

// stepOf a pair is that of the translations of both.
func (v variables) stepOf(p pair) int { return max(v.step(p[0]), v.step(p[1])) }

// toOrigin translates a pair by multiples of a step so that its first site comes
// to lie in the first block.
func (v variables) toOrigin(a, b, step int) pair {
	row, column := a/v.size, a%v.size
	return v.translate(pair{a, b}, row%step-row, column%step-column)
}

func (v variables) translate(p pair, rows, columns int) pair {
	for i, site := range p {
		row, column := site/v.size+rows+v.size, site%v.size+columns+v.size
		p[i] = row%v.size*v.size + column%v.size
	}
	return p
}

// members are at most n pairs of a class, spread over the lattice.
func (v variables) members(class pair, n int) []pair {
	step := v.stepOf(class)
	across := v.size / step
	all := across * across
	n = min(max(n, 1), all)
	members := make([]pair, n)
	for i := range members {
		at := i * all / n
		row := at / across
		members[i] = v.translate(class, row*step, (at+row)%across*step)
	}
	return members
}
