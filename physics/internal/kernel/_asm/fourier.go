package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// fold walks from both ends of a row to its middle, after the first site.
func fold(u *unit) {
	u.text("Fold", "func(y *float64, size int, x *float32, stride int)")
	y, size, x, stride := param("y"), param("size"), param("x"), param("stride")
	SHLQ(Imm(2), stride)
	right, odd := GP64(), GP64()
	MOVQ(size, right)
	IMULQ(stride, right)
	ADDQ(x, right)
	mirror(y, size, odd)

	own := func() {
		for v := range u.vectors() {
			a := u.vector()
			VCVTPS2PD(u.field(x, v), a)
			VMOVUPD(a, u.at(y, v))
		}
	}
	own()
	pairs(size, func() {
		ADDQ(stride, x)
		SUBQ(stride, right)
		ADDQ(Imm(rowBytes), y)
		SUBQ(Imm(rowBytes), odd)
		for v := range u.vectors() {
			a, b := u.vector(), u.vector()
			VCVTPS2PD(u.field(x, v), a)
			VCVTPS2PD(u.field(right, v), b)
			u.butterfly(a, b, y, odd, v)
		}
	})
	ADDQ(stride, x)
	ADDQ(Imm(rowBytes), y)
	own()
	VZEROUPPER()
	RET()
}

// unfold walks in the same way.
func unfold(u *unit) {
	u.text("Unfold", "func(y *float64, size int)")
	y, size, odd := param("y"), param("size"), GP64()
	mirror(y, size, odd)
	pairs(size, func() {
		ADDQ(Imm(rowBytes), y)
		SUBQ(Imm(rowBytes), odd)
		for v := range u.vectors() {
			a, b := u.vector(), u.vector()
			VMOVUPD(u.at(y, v), a)
			VMOVUPD(u.at(odd, v), b)
			u.butterfly(a, b, y, odd, v)
		}
	})
	VZEROUPPER()
	RET()
}

// mirror sets end to the row behind the last one of y.
func mirror(y, size, end Register) {
	MOVQ(size, end)
	SHLQ(Imm(7), end)
	ADDQ(y, end)
}

// pairs repeats the body for size/2 - 1 pairs of sites, at least one.
func pairs(size GPVirtual, body func()) {
	SHRQ(Imm(1), size)
	DECQ(size)
	Label("pair")
	body()
	DECQ(size)
	JNZ(LabelRef("pair"))
}

// butterfly stores a + b and a - b.
func (u *unit) butterfly(a, b VecVirtual, plus, minus Register, v int) {
	sum, difference := u.vector(), u.vector()
	VADDPD(b, a, sum)
	VSUBPD(b, a, difference)
	VMOVUPD(sum, u.at(plus, v))
	VMOVUPD(difference, u.at(minus, v))
}

// dense takes as many rows of y at once as registers can hold the sums of, and
// what is left of them at the end.
func dense(u *unit) {
	u.text("Dense", "func(y *float64, out int, x *float64, in int, w *float64)")
	y, out := param("y"), param("out")
	x, in, w := param("x"), param("in"), param("w")
	Label("block")
	CMPQ(out, U32(u.rows))
	JL(LabelRef("rest"))
	u.product(u.rows, y, x, in, w)
	SUBQ(U32(u.rows), out)
	JMP(LabelRef("block"))
	Label("rest")
	for rows := u.rows - 1; rows > 0; rows-- {
		next := fmt.Sprintf("not%d", rows)
		CMPQ(out, U32(rows))
		JNE(LabelRef(next))
		u.product(rows, y, x, in, w)
		Label(next)
	}
	VZEROUPPER()
	RET()
}

// product does so many rows, and moves y and w behind them.
func (u *unit) product(rows int, y, x, in, w GPVirtual) {
	sums := make([][]VecVirtual, rows)
	for r := range sums {
		sums[r] = make([]VecVirtual, u.vectors())
		for v := range sums[r] {
			sums[r][v] = u.vector()
			zero(sums[r][v])
		}
	}
	weights := make([]GPVirtual, rows) // the end of each row's; k runs from -in to 0
	for r := range weights {
		weights[r] = GP64()
		LEAQ(Mem{Base: w, Index: in, Scale: 8}, w)
		MOVQ(w, weights[r])
	}
	k, at := GP64(), GP64()
	MOVQ(in, k)
	NEGQ(k)
	MOVQ(x, at)
	loop := fmt.Sprintf("inner%d", rows)
	Label(loop)
	weight := make([]VecVirtual, rows)
	for r := range weight {
		weight[r] = u.vector()
		VBROADCASTSD(Mem{Base: weights[r], Index: k, Scale: 8}, weight[r])
	}
	for v := range u.vectors() {
		value := u.vector()
		VMOVUPD(u.at(at, v), value)
		for r := range sums {
			VFMADD231PD(weight[r], value, sums[r][v])
		}
	}
	ADDQ(Imm(rowBytes), at)
	INCQ(k)
	JNZ(LabelRef(loop))
	for r := range sums {
		for v, sum := range sums[r] {
			VMOVUPD(sum, Mem{Base: y, Disp: r*rowBytes + 8*u.lanes*v})
		}
	}
	ADDQ(U32(rows*rowBytes), y)
}
