package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// degree is that of the series of 2^r.
const degree = 13

func coefficient(n int) string { return fmt.Sprintf("C%d", n) }

// siteConstants are the constants of package kernel's site by name, in order.
func siteConstants() (values map[string]uint64, names []string) {
	values = map[string]uint64{}
	set := func(name string, bits uint64) {
		values[name] = bits
		names = append(names, name)
	}
	set("Abs", math.MaxInt64)
	set("Sign", 1<<63)
	set("PerField", bits(-2*math.Log2E))
	set("Smallest", bits(-100))
	set("ToInteger", bits(3<<51))
	set("Half", bits(0.5))
	set("One", bits(1))
	c := 1.0
	for n := 1; n <= degree; n++ {
		c *= math.Ln2 / float64(n)
		set(coefficient(n), bits(c))
	}
	return values, names
}

// site does one vector of samples at all sites, then the next.
func site(u *unit) {
	u.text("Site", "func(grad *float32, h *float64, size int, x *float32, stride int, sum, product *float64)")
	values, names := siteConstants()
	c := u.constants(values, names)
	grad, h, x, stride := param("grad"), param("h"), param("x"), param("stride")
	sum, product := param("sum"), param("product")
	SHLQ(Imm(2), stride)
	for v := range u.vectors() {
		s, p := u.vector(), u.vector()
		VMOVUPD(u.at(sum, v), s)
		VMOVUPD(u.at(product, v), p)
		atGrad, atH, atX, left := GP64(), GP64(), GP64(), GP64()
		MOVQ(grad, atGrad)
		MOVQ(h, atH)
		MOVQ(x, atX)
		Load(Param("size"), left)
		loop := fmt.Sprintf("vector%d", v)
		Label(loop)

		field, force := u.vector(), u.vector()
		VCVTPS2PD(u.field(atX, v), field)
		tanh := u.site(field, s, p, c)
		VMOVUPD(u.at(atH, v), force)
		VSUBPD(tanh, force, force)
		rounded := u.narrow()
		u.round(force, rounded)
		VMOVUPS(rounded, u.field(atGrad, v))

		ADDQ(stride, atGrad)
		ADDQ(Imm(rowBytes), atH)
		ADDQ(stride, atX)
		DECQ(left)
		JNZ(LabelRef(loop))
		VMOVUPD(s, u.at(sum, v))
		VMOVUPD(p, u.at(product, v))
	}
	VZEROUPPER()
	RET()
}

// site returns tanh of a field, and adds it to sum and product.
func (u *unit) site(field, sum, product VecVirtual, c map[string]Op) (tanh VecVirtual) {
	abs, shifted, r, square, f := u.vector(), u.vector(), u.vector(), u.vector(), u.vector()
	VANDPD(c["Abs"], field, abs)
	VADDPD(abs, sum, sum)
	VMULPD(c["PerField"], abs, abs)
	VMAXPD(abs, c["Smallest"], abs) // abs if that is NaN
	VADDPD(c["ToInteger"], abs, shifted)
	VSUBPD(c["ToInteger"], shifted, r)
	VSUBPD(r, abs, r)
	VMULPD(r, r, square)
	even, odd := f, u.vector()
	VMOVUPD(c[coefficient(degree-1)], even)
	VMOVUPD(c[coefficient(degree)], odd)
	for n := degree - 2; n > 0; n -= 2 {
		if n > 1 {
			VFMADD213PD(c[coefficient(n-1)], square, even)
		} else {
			VFMADD213PD(c["One"], square, even)
		}
		VFMADD213PD(c[coefficient(n)], square, odd)
	}
	VFMADD231PD(odd, r, f)
	VPSLLQ(Imm(52), shifted, shifted)
	VPADDQ(shifted, f, f) // e
	VFMADD213PD(c["Half"], c["Half"], f)
	VMULPD(f, product, product)
	tanh = abs
	VDIVPD(f, c["One"], tanh)
	VSUBPD(c["One"], tanh, tanh)
	VANDPD(c["Sign"], field, field)
	VORPD(field, tanh, tanh)
	return tanh
}
