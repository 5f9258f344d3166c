package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// gradient adds dy x' to a few rows and up to four columns of a layer's weight
// gradient, and the sum of dy to that of the biases. All sums are vectors in
// registers until the end.
func gradient(u *unit, rows, columns int) {
	u.text(fmt.Sprintf("Gradient%dx%d", rows, columns),
		"func(dw, db, dy, x *float32, stride, n int)",
		fmt.Sprintf("is Gradient for %d rows and %d columns.", rows, columns))
	dy, x, n := param("dy"), param("x"), param("n")

	sums := make([][]VecVirtual, rows)
	totals := make([]VecVirtual, rows)
	for r := range sums {
		totals[r] = u.vector()
		zero(totals[r])
		sums[r] = make([]VecVirtual, columns)
		for k := range sums[r] {
			sums[r][k] = u.vector()
			zero(sums[r][k])
		}
	}
	u.sweep(n, func(m lanesLeft) {
		d := make([]VecVirtual, rows)
		for r := range d {
			d[r] = u.vector()
			m.load(u.at(dy, r, 0), d[r])
			VADDPS(d[r], totals[r], totals[r])
		}
		for k := range columns {
			v := u.vector()
			m.load(u.at(x, k, 0), v)
			for r := range d {
				VFMADD231PS(v, d[r], sums[r][k])
			}
		}
		ADDQ(U32(u.width()), dy)
		ADDQ(U32(u.width()), x)
	})

	dw, stride := param("dw"), param("stride")
	SHLQ(Imm(2), stride)
	for r := range sums {
		u.addTo(Mem{Base: dw}, u.sum(sums[r]), columns)
		if r < rows-1 {
			ADDQ(stride, dw)
		}
	}
	db := param("db")
	TESTQ(db, db)
	JZ(LabelRef("end"))
	for r := 0; r < rows; r += 4 {
		some := totals[r:min(r+4, rows)]
		u.addTo(Mem{Base: db, Disp: 4 * r}, u.sum(some), len(some))
	}
	Label("end")
	VZEROUPPER()
	RET()
}

// sum returns the sums over the lanes of up to four vectors, as four lanes.
func (u *unit) sum(v []VecVirtual) VecVirtual {
	four := [4]VecVirtual{}
	for i := range four {
		four[i] = v[min(i, len(v)-1)]
	}
	pair := func(a, b VecVirtual) VecVirtual { // a0+a2 b0+b2 a1+a3 b1+b3
		low, high := u.vector(), u.vector()
		VUNPCKLPS(b, a, low)
		VUNPCKHPS(b, a, high)
		VADDPS(high, low, low)
		return low
	}
	ab, cd := pair(four[0], four[1]), pair(four[2], four[3])
	low, high := u.vector(), u.vector()
	VUNPCKLPD(cd, ab, low)  // a b c d of the even lanes
	VUNPCKHPD(cd, ab, high) // and of the odd ones
	VADDPS(high, low, low)
	if u.lanes == 16 {
		upper := YMM()
		VEXTRACTF64X4(Imm(1), low, upper)
		VADDPS(upper, low.AsY(), low.AsY())
	}
	upper := XMM()
	VEXTRACTF128(Imm(1), low.AsY(), upper)
	VADDPS(upper, low.AsX(), low.AsX())
	return low
}

// addTo adds the first lanes of v to so many floats in memory.
func (u *unit) addTo(m Mem, v VecVirtual, count int) {
	x := v.AsX()
	if count == 4 {
		VADDPS(m, x, x)
		VMOVUPS(x, m)
		return
	}
	for i := range count {
		one := XMM()
		VADDSS(m.Offset(4*i), x, one)
		VMOVSS(one, m.Offset(4*i))
		if i < count-1 {
			VPSRLDQ(Imm(4), x, x)
		}
	}
}
