package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The exponential is Tang's table-driven method, as in package kernel, in
// float32: with a table of 2^(i/n), i = 0 .. n-1, that one permutation of
// registers looks up,
//
//	exp(x) = 2^(k/n) exp(r ln 2 / n),  r = x n / ln 2 - k,  |r| <= 1/2,
//	exp(x) - 1 = T p(r) + (T - 1),  T = 2^(k/n),  p(r) = exp(r ln 2 / n) - 1.
//
// For x <= 0 the result keeps its relative accuracy near 0: where k = 0 it is
// p(r), and elsewhere the rounding of T matters most at k = -1, where it is
// 2e-7 of the result for n = 16 and 1e-7 for n = 8 (at k = +1 and n = 16 it
// would be 2e-6).

// values are the lanes of a constant, repeated.
func (u *unit) values(name string) []uint32 {
	n := float64(int(1) << u.tableBits)
	one := func(x float64) []uint32 { return []uint32{math.Float32bits(float32(x))} }
	scale := n / math.Ln2
	switch name {
	case "One":
		return one(1)
	case "Two":
		return one(2)
	case "Sign":
		return []uint32{1 << 31}
	case "Round": // added to a float, leaves its integer part in the low bits
		return one(3 << 22)
	case "LowELU": // exp(-80) is nothing beside 1
		return one(-80)
	case "LowTanh":
		return one(-20)
	case "LowExp": // half of what is far below the smallest float32
		return one(-110)
	case "HighExp":
		return one(110)
	case "Scale":
		return one(scale)
	case "ScaleTwice":
		return one(2 * scale)
	case "ScaleHalf":
		return one(scale / 2)
	case "ScaleHalfRest": // what rounding took from ScaleHalf
		return one(scale/2 - float64(float32(scale/2)))
	case "Table":
		table := make([]uint32, int(n))
		for i := range table {
			table[i] = math.Float32bits(float32(math.Exp2(float64(i)/n))) - uint32(i)<<(23-u.tableBits)
		}
		return table
	case "P1", "P2", "P3", "P4":
		return one(polynomial(u.degree, math.Ln2/n)[name[1]-'1'])
	}
	panic("no constant " + name)
}

// polynomial is p(r) = r (c[0] + c[1] r + ...), of so many coefficients, near to
// exp(step r) - 1 on |r| <= 1/2 with the smallest relative error: the
// interpolation of p(r)/r at the Chebyshev nodes.
func polynomial(degree int, step float64) []float64 {
	c := make([]float64, degree)
	nodes := make([]float64, degree)
	for i := range nodes {
		nodes[i] = math.Cos(math.Pi*(float64(i)+0.5)/float64(degree)) / 2
		c[i] = step
		if nodes[i] != 0 {
			c[i] = math.Expm1(step*nodes[i]) / nodes[i]
		}
	}
	// Newton's divided differences, then expanded.
	for order := 1; order < degree; order++ {
		for i := degree - 1; i >= order; i-- {
			c[i] = (c[i] - c[i-1]) / (nodes[i] - nodes[i-order])
		}
	}
	for i := degree - 2; i >= 0; i-- {
		for j := i; j < degree-1; j++ {
			c[j] -= nodes[i] * c[j+1]
		}
	}
	return c
}

// coefficients are the names of the polynomial's constants, the highest first.
func (u *unit) coefficients() []string {
	return []string{"P4", "P3", "P2", "P1"}[4-u.degree:]
}

// expConstants are the constants of expm1 and exp. The coefficients, needed once
// in a vector, stay in memory.
func (u *unit) expConstants(more ...string) map[string]Op {
	c := u.constants(append([]string{"Round", "Table", "One"}, more...)...)
	for _, name := range u.coefficients() {
		c[name] = u.memory(name)
	}
	return c
}

// The functions below take several vectors and do one step of all before the
// next step of any: a step waits for the one before it, and the processor does
// not look far enough ahead to find the next vector by itself.

// reduce takes x to r, and returns k as the low bits of a vector. Scale is what
// x is multiplied with, and rest, unless it is "", what that lacks.
func (u *unit) reduce(x []VecVirtual, c map[string]Op, scale, rest string) (k []VecVirtual) {
	k, whole := u.several(len(x)), u.several(len(x))
	for i := range x {
		VMOVUPS(c["Round"], k[i])
	}
	for i := range x {
		VFMADD231PS(c[scale], x[i], k[i])
	}
	for i := range x {
		VSUBPS(c["Round"], k[i], whole[i])
	}
	if rest == "" {
		for i := range x {
			VFMSUB132PS(c[scale], whole[i], x[i])
		}
		return k
	}
	for i := range x {
		VFMSUB231PS(c[scale], x[i], whole[i])
	}
	for i := range x {
		VFMADD132PS(c[rest], whole[i], x[i])
	}
	return k
}

// power replaces k by T, and r by p(r).
func (u *unit) power(k, r []VecVirtual, c map[string]Op) {
	exponent, p := u.several(len(k)), u.several(len(k))
	for i := range k {
		VPSLLD(Imm(uint64(23-u.tableBits)), k[i], exponent[i])
	}
	for i := range k {
		VPERMPS(c["Table"], k[i], k[i])
	}
	for i := range k {
		VPADDD(exponent[i], k[i], k[i])
	}
	names := u.coefficients()
	for i := range k {
		VMOVUPS(c[names[0]], p[i])
	}
	for _, name := range names[1:] {
		for i := range k {
			VFMADD213PS(c[name], r[i], p[i])
		}
	}
	for i := range k {
		VMULPS(p[i], r[i], r[i])
	}
}

// expm1 replaces x by exp(x) - 1, for x between -85 and 0; NaN stays.
func (u *unit) expm1(x []VecVirtual, c map[string]Op, scale string) {
	t := u.reduce(x, c, scale, "")
	u.power(t, x, c)
	less := u.several(len(x))
	for i := range x {
		VSUBPS(c["One"], t[i], less[i])
	}
	for i := range x {
		VFMADD213PS(less[i], t[i], x[i])
	}
}

// elu replaces v by ELU(v).
func (u *unit) elu(v []VecVirtual, c map[string]Op) {
	e := u.several(len(v))
	for i := range v {
		if u.resident {
			VMAXPS(v[i], c["LowELU"].(Register), e[i]) // which is v if that is NaN
		} else {
			VMOVUPS(c["LowELU"], e[i])
			VMAXPS(v[i], e[i], e[i])
		}
	}
	u.expm1(e, c, "Scale")
	for i := range v {
		u.whereNegative(e[i], v[i])
	}
}

// tanh replaces x by tanh(x): m/(m+2) with m = exp(-2|x|) - 1 is -|tanh x|,
// whose sign flips unless x is negative.
func (u *unit) tanh(x VecVirtual, c map[string]Op) {
	m, flip, below := u.vector(), u.vector(), u.vector()
	VANDNPS(c["Sign"], x, flip)
	VORPS(c["Sign"], x, x)
	VMOVUPS(c["LowTanh"], m)
	VMAXPS(x, m, m)
	u.expm1([]VecVirtual{m}, c, "ScaleTwice")
	VADDPS(c["Two"], m, below)
	VDIVPS(below, m, x)
	VXORPS(flip, x, x)
}

// exp replaces x by exp(x), the square of exp(x/2), so that neither overflow nor
// underflow needs care.
func (u *unit) exp(x VecVirtual, c map[string]Op) {
	bound := u.vector()
	VMOVUPS(c["LowExp"], bound)
	VMAXPS(x, bound, x)
	VMOVUPS(c["HighExp"], bound)
	VMINPS(x, bound, x)
	one := []VecVirtual{x}
	t := u.reduce(one, c, "ScaleHalf", "ScaleHalfRest")
	u.power(t, one, c)
	VFMADD213PS(t[0], t[0], x)
	VMULPS(x, x, x)
}
