package main

import (
	"fmt"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// ending is what happens to a product before it is stored.
type ending string

const (
	linear ending = "Linear" // y = W x + b
	elu    ending = "ELU"    // y = ELU(W x + b)
	add    ending = "Add"    // y += W x
	gate   ending = "Gate"   // y = (W x) ELU'(y), y = ELU(u) having been there
)

// product is a few rows of a matrix product. A block of columns has all its sums
// in registers: each turn of the inner loop loads one row of x and multiplies it
// with one weight of every row of y.
func product(u *unit, rows int, e ending) {
	u.text(fmt.Sprintf("Product%s%d", e, rows),
		"func(y, x, w, b *float32, inner, rowStep, innerStep, n int)",
		fmt.Sprintf("is Product%s for %d rows.", e, rows))
	p := &productLoop{
		unit: u, rows: rows, ending: e,
		y: param("y"), x: param("x"), w: param("w"),
		inner: param("inner"), rowStep: param("rowStep"), innerStep: param("innerStep"),
	}
	if e == linear || e == elu {
		p.b = param("b")
	}
	n := param("n")
	SHLQ(Imm(2), p.rowStep)
	SHLQ(Imm(2), p.innerStep)

	vectors := u.vectors(rows)
	columns := vectors * u.lanes
	Label("many")
	CMPQ(n, U32(columns))
	JL(LabelRef("few"))
	p.block("many", vectors, whole{})
	ADDQ(U32(4*columns), p.x)
	ADDQ(U32(4*columns), p.y)
	SUBQ(U32(columns), n)
	JMP(LabelRef("many"))

	Label("few")
	TESTQ(n, n)
	JLE(LabelRef("done"))
	p.block("few", 1, u.first(n))
	ADDQ(U32(u.width()), p.x)
	ADDQ(U32(u.width()), p.y)
	SUBQ(U32(u.lanes), n)
	JMP(LabelRef("few"))

	Label("done")
	VZEROUPPER()
	RET()
}

// productLoop holds the registers of a product: x and y are at the columns that
// come next, steps are in bytes.
type productLoop struct {
	*unit
	rows                                int
	ending                              ending
	y, x, w, b                          Register
	inner, rowStep, innerStep           Register
	weights, weights3, element, counter Register // of the inner loop
}

// block does so many vectors of columns.
func (p *productLoop) block(label string, vectors int, m lanesLeft) {
	sums := make([][]VecVirtual, p.rows)
	for r := range sums {
		sums[r] = make([]VecVirtual, vectors)
		for v := range sums[r] {
			sums[r][v] = p.vector()
			p.start(sums[r][v], r, v, m)
		}
	}
	p.multiply(label, sums, m)
	p.finish(sums, m)
	for r := range sums {
		for v, sum := range sums[r] {
			m.store(sum, p.at(p.y, r, v))
		}
	}
}

// start sets a sum to what it begins with.
func (p *productLoop) start(sum VecVirtual, row, vector int, m lanesLeft) {
	switch p.ending {
	case linear, elu:
		VBROADCASTSS(Mem{Base: p.b, Disp: 4 * row}, sum)
	case add:
		m.load(p.at(p.y, row, vector), sum)
	case gate:
		zero(sum)
	}
}

// multiply adds W x to the sums.
func (p *productLoop) multiply(label string, sums [][]VecVirtual, m lanesLeft) {
	p.weights, p.weights3, p.element, p.counter = GP64(), GP64(), GP64(), GP64()
	MOVQ(p.w, p.weights)
	if p.rows > 3 {
		LEAQ(Mem{Base: p.w, Index: p.rowStep, Scale: 2}, p.weights3)
		ADDQ(p.rowStep, p.weights3)
	}
	MOVQ(p.x, p.element)
	MOVQ(p.inner, p.counter)
	Label(label + "Inner")
	if vectors := len(sums[0]); vectors <= p.rows {
		x := make([]VecVirtual, vectors)
		for v := range x {
			x[v] = p.vector()
			m.load(p.at(p.element, 0, v), x[v])
		}
		for r := range sums {
			weight := p.broadcast(r)
			for v, sum := range sums[r] {
				VFMADD231PS(weight, x[v], sum)
			}
		}
	} else {
		weights := make([]VecVirtual, p.rows)
		for r := range weights {
			weights[r] = p.broadcast(r)
		}
		for v := range sums[0] {
			x := p.vector()
			m.load(p.at(p.element, 0, v), x)
			for r := range sums {
				VFMADD231PS(weights[r], x, sums[r][v])
			}
		}
	}
	ADDQ(U32(rowBytes), p.element)
	ADDQ(p.innerStep, p.weights)
	if p.rows > 3 {
		ADDQ(p.innerStep, p.weights3)
	}
	DECQ(p.counter)
	JNZ(LabelRef(label + "Inner"))
}

// broadcast loads the weight of a row.
func (p *productLoop) broadcast(row int) VecVirtual {
	weight := p.vector()
	VBROADCASTSS([]Mem{
		{Base: p.weights},
		{Base: p.weights, Index: p.rowStep, Scale: 1},
		{Base: p.weights, Index: p.rowStep, Scale: 2},
		{Base: p.weights3},
		{Base: p.weights, Index: p.rowStep, Scale: 4},
	}[row], weight)
	return weight
}

// finish does what the ending says.
func (p *productLoop) finish(sums [][]VecVirtual, m lanesLeft) {
	switch p.ending {
	case elu:
		c := p.expConstants("Scale", "LowELU")
		all := slices.Concat(sums...)
		for some := range slices.Chunk(all, p.together(len(all)+m.registers())) {
			p.elu(some, c)
		}
	case gate:
		// ELU'(u) = 1 + min(h, 0); the minimum is h if that is NaN.
		none := p.vector()
		zero(none)
		for r := range sums {
			for v, sum := range sums[r] {
				h := p.vector()
				m.load(p.at(p.y, r, v), h)
				VMINPS(h, none, h)
				VFMADD213PS(sum, h, sum)
			}
		}
	}
}
