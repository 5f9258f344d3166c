package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// peakChains is the number of multiply-adds that do not wait for each other:
// more than any processor's latency times its units.
const peakChains = 12

// peak does nothing but fused multiply-adds, as fast as the processor can.
func peak(u *unit) {
	u.text("Peak", "func(turns int)", "does 12 fused multiply-adds a turn.")
	turns := param("turns")
	sums := make([]VecVirtual, peakChains)
	for i := range sums {
		sums[i] = u.vector()
		zero(sums[i])
	}
	a := u.vector()
	zero(a)
	Label("loop")
	for _, sum := range sums {
		VFMADD231PS(a, a, sum)
	}
	SUBQ(Imm(1), turns)
	JG(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
