package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The layout of package kernel: a row is 16 float64, a site of a field 16
// float32.
const (
	samples  = 16
	rowBytes = 8 * samples
)

// unit is a vector unit. Most instructions have the same name in both sets, and
// the registers decide; what differs is here.
type unit struct {
	name   string
	lanes  int                 // float64 in a vector
	vector func() VecVirtual   // allocates a register
	narrow func() VecVirtual   // one of half the width, for float32
	round  func(from, to Op)   // to float32
	rows   int                 // of a product, whose sums are in registers
	stays  map[string]struct{} // constants that have registers; nil: all do
}

var units = map[string]*unit{
	"avx512": {
		name: "avx512", lanes: 8, rows: 5,
		vector: ZMM, narrow: YMM, round: func(from, to Op) { VCVTPD2PS(from, to) },
	},
	"avx2": {
		name: "avx2", lanes: 4, rows: 3,
		vector: YMM, narrow: XMM, round: func(from, to Op) { VCVTPD2PSY(from, to) },
		stays: map[string]struct{}{"Smallest": {}, "Half": {}, "One": {}},
	},
}

// vectors is the number of vectors in a row.
func (u *unit) vectors() int { return samples / u.lanes }

// at is the address of vector v of a row.
func (u *unit) at(row Register, v int) Mem { return Mem{Base: row, Disp: 8 * u.lanes * v} }

// field is the address of vector v of a site of a field.
func (u *unit) field(site Register, v int) Mem { return Mem{Base: site, Disp: 4 * u.lanes * v} }

// zero clears a register.
func zero(v VecVirtual) { VXORPD(v, v, v) }

// constants are the operands of the values named, in all lanes. One without a
// register may stand first among an instruction's operands only.
func (u *unit) constants(values map[string]uint64, names []string) map[string]Op {
	ops := map[string]Op{}
	for _, name := range names {
		m := GLOBL(u.name+name, RODATA|NOPTR)
		for i := range u.lanes {
			DATA(8*i, U64(values[name]))
		}
		ops[name] = m
		if _, stays := u.stays[name]; stays || u.stays == nil {
			v := u.vector()
			VMOVUPD(m, v)
			ops[name] = v
		}
	}
	return ops
}

// text starts a function.
func (u *unit) text(name, signature string) {
	TEXT(u.name+name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s%s is %s of Set.", u.name, name, name))
}

// param loads a parameter.
func param(name string) GPVirtual { return Load(Param(name), GP64()).(GPVirtual) }

// bits are those of a float64.
func bits(x float64) uint64 { return math.Float64bits(x) }
