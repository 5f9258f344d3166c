package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// direction of a recursion in a column.
type direction bool

const (
	down direction = true
	up   direction = false
)

// recurse does the rounds of both wave numbers at once: each step waits for the
// one before, so that it takes many samples to keep the unit busy.
func recurse(u *unit, d direction) {
	if d == down {
		u.text("Forward", "func(sum, x *float64, stride, size int, rho, wrap *float64)")
	} else {
		u.text("Backward", "func(x *float64, stride, size int, rho, wrap *float64)")
	}
	x, stride, size := param("x"), param("stride"), param("size")
	rho, wrap := param("rho"), param("wrap")
	SHLQ(Imm(7), stride)
	if d == up {
		last := GP64()
		LEAQ(Mem{Base: size, Disp: -1}, last)
		IMULQ(stride, last)
		ADDQ(last, x)
		NEGQ(stride)
	}
	var factor [2]VecVirtual
	for l := range factor {
		factor[l] = u.vector()
		VBROADCASTSD(Mem{Base: rho, Disp: 8 * l}, factor[l])
	}
	y := make([]VecVirtual, 2*u.vectors())
	for v := range y {
		y[v] = u.vector()
		zero(y[v])
	}
	round := func(label string, after func()) {
		at, left := GP64(), GP64()
		MOVQ(x, at)
		MOVQ(size, left)
		Label(label)
		for v := range y {
			m := u.at(at, v)
			VFNMADD213PD(m, factor[v/u.vectors()], y[v])
			if after != nil {
				VMOVUPD(y[v], m)
			}
		}
		if after != nil {
			after()
		}
		ADDQ(stride, at)
		DECQ(left)
		JNZ(LabelRef(label))
	}
	round("first", nil)
	for l := range factor {
		closing := u.vector()
		VBROADCASTSD(Mem{Base: wrap, Disp: 8 * l}, closing)
		for v := range u.vectors() {
			VMULPD(closing, y[l*u.vectors()+v], y[l*u.vectors()+v])
		}
	}
	if d == up {
		round("second", func() {})
	} else {
		u.addSquares(y, round)
	}
	VZEROUPPER()
	RET()
}

// addSquares does the second round, adding the squares to the sum.
func (u *unit) addSquares(y []VecVirtual, round func(string, func())) {
	sum := param("sum")
	sums := make([]VecVirtual, u.vectors())
	for v := range sums {
		sums[v] = u.vector()
		VMOVUPD(u.at(sum, v), sums[v])
	}
	round("second", func() {
		for v := range y {
			VFMADD231PD(y[v], y[v], sums[v%u.vectors()])
		}
	})
	for v := range sums {
		VMOVUPD(sums[v], u.at(sum, v))
	}
}
