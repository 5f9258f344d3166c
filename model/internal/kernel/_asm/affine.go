package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// direction of a coupling.
type direction bool

const (
	generation      direction = false
	renormalization direction = true
)

func (d direction) suffix() string {
	if d == renormalization {
		return "Inverse"
	}
	return ""
}

// affineLoop runs over the columns of the rows named.
func (u *unit) affineLoop(names []string, body func(m lanesLeft, at map[string]Mem)) {
	n, offset := param("n"), GP64()
	rows := map[string]Mem{}
	for _, name := range names {
		rows[name] = Mem{Base: param(name), Index: offset, Scale: 1}
	}
	XORQ(offset, offset)
	u.sweep(n, func(m lanesLeft) {
		body(m, rows)
		ADDQ(U32(u.width()), offset)
	})
}

// affineConstants are those of tanh and exp.
func (u *unit) affineConstants() map[string]Op {
	return u.expConstants("Sign", "LowTanh", "ScaleTwice", "Two", "LowExp", "HighExp", "ScaleHalf", "ScaleHalfRest")
}

// affine is a coupling's map of one value.
func affine(u *unit, d direction) {
	u.text("Affine"+d.suffix(), "func(x, sum, u, t *float32, scale float32, n int)",
		"is Affine"+d.suffix()+".")
	scale := u.vector()
	VBROADCASTSS(address("scale"), scale)
	c := u.affineConstants()
	u.affineLoop([]string{"x", "sum", "u", "t"}, func(m lanesLeft, at map[string]Mem) {
		s, sum, x, t := u.vector(), u.vector(), u.vector(), u.vector()
		m.load(at["u"], s)
		u.tanh(s, c)
		VMULPS(scale, s, s)
		m.load(at["sum"], sum)
		VADDPS(s, sum, sum)
		m.store(sum, at["sum"])
		m.load(at["x"], x)
		m.load(at["t"], t)
		if d == generation {
			u.exp(s, c)
			VFMADD213PS(t, s, x)
		} else {
			VXORPS(c["Sign"], s, s)
			u.exp(s, c)
			VSUBPS(t, x, x)
			VMULPS(s, x, x)
		}
		m.store(x, at["x"])
	})
	VZEROUPPER()
	RET()
}

// affineBack is its gradient; package kernel has the formulas.
func affineBack(u *unit, d direction) {
	u.text("Affine"+d.suffix()+"Back", "func(y, dy, u, t, a *float32, scale float32, n int) float32",
		"is Affine"+d.suffix()+"Back.")
	scale, dscale := u.vector(), u.vector()
	VBROADCASTSS(address("scale"), scale)
	zero(dscale)
	c := u.affineConstants()
	u.affineLoop([]string{"y", "dy", "u", "t", "a"}, func(m lanesLeft, at map[string]Mem) {
		y, dy, th, t, a := u.vector(), u.vector(), u.vector(), u.vector(), u.vector()
		m.load(at["u"], th)
		u.tanh(th, c)
		e := u.vector()
		VMULPS(scale, th, e)
		u.exp(e, c)
		m.load(at["y"], y)
		m.load(at["dy"], dy)
		m.load(at["t"], t)
		m.load(at["a"], a)
		ds := u.vector()
		if d == generation {
			m.store(dy, at["t"])
			VSUBPS(t, y, y) // x exp(s)
			VMOVAPS(y, ds)
			VFMSUB213PS(a, dy, ds) // dy x exp(s) - a
			VDIVPS(e, y, y)
			VMULPS(e, dy, dy)
		} else {
			VMOVAPS(y, ds)
			VFNMSUB213PS(a, dy, ds) // - dx x - a
			VDIVPS(e, dy, dy)
			minus := u.vector()
			VXORPS(c["Sign"], dy, minus)
			m.store(minus, at["t"])
			VFMADD213PS(t, e, y) // x exp(s) + t
		}
		m.store(y, at["y"])
		m.store(dy, at["dy"])
		VFMADD231PS(th, ds, dscale)
		// du = ds scale (1 - tanh^2); lanes beyond the last are zero in ds and a.
		VFNMADD213PS(c["One"], th, th)
		VMULPS(scale, ds, ds)
		VMULPS(th, ds, ds)
		m.store(ds, at["u"])
	})
	total := u.sum([]VecVirtual{dscale})
	Store(total.AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}
