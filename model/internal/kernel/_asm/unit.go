package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The layout of package kernel: a row is tile float32.
const (
	tile     = 256
	rowBytes = 4 * tile
)

// unit is a vector unit. Most instructions have the same name in both sets, and
// the registers decide; what differs is here.
type unit struct {
	name  string
	lanes int // float32 in a vector

	// vector allocates a register.
	vector func() VecVirtual

	// A product holds rows x vectors(rows) sums in registers.
	vectors func(rows int) int
	// A gradient holds up to gradRows x (gradColumns+1) sums in registers.
	gradRows int

	// tableBits is the binary logarithm of the number of floats that one
	// permutation looks up, degree that of the polynomial that is left to do.
	tableBits, degree int

	// resident says that there are registers for constants.
	resident bool
}

// gradColumns is a vector of four: the sums of four weights in a row.
const gradColumns = 4

// maxRows is the most rows a product works on at once.
const maxRows = 5

var units = map[string]*unit{
	"avx512": {
		name: "avx512", lanes: 16, vector: ZMM,
		vectors:  func(int) int { return 4 },
		gradRows: 5, tableBits: 4, degree: 3, resident: true,
	},
	"avx2": {
		name: "avx2", lanes: 8, vector: YMM,
		vectors: func(rows int) int {
			if rows <= 3 {
				return 4
			}
			return 2
		},
		gradRows: 2, tableBits: 3, degree: 4,
	},
}

// together is the number of exponentials to compute at once beside so many other
// registers: each needs three.
func (u *unit) together(taken int) int {
	registers := 16
	if u.resident {
		registers = 32 - 5 // those of the constants
	}
	return max(1, (registers-taken)/3)
}

// several allocates so many registers.
func (u *unit) several(n int) []VecVirtual {
	v := make([]VecVirtual, n)
	for i := range v {
		v[i] = u.vector()
	}
	return v
}

// width is the number of bytes in a vector.
func (u *unit) width() int { return 4 * u.lanes }

// at is the address of a row's vector.
func (u *unit) at(base Register, row, vector int) Mem {
	return Mem{Base: base, Disp: row*rowBytes + vector*u.width()}
}

// zero clears a register.
func zero(v VecVirtual) { VXORPS(v, v, v) }

// constants are the operands of the values named, in all lanes. They may stand
// first among an instruction's operands only, where memory may.
func (u *unit) constants(names ...string) map[string]Op {
	ops := map[string]Op{}
	for _, name := range names {
		ops[name] = u.memory(name)
		if u.resident {
			v := u.vector()
			VMOVUPS(ops[name], v)
			ops[name] = v
		}
	}
	return ops
}

// declared are the constants that already are in the data section.
var declared = map[string]Mem{}

// memory is a vector of constants in the data section.
func (u *unit) memory(name string) Mem {
	if m, ok := declared[name]; ok {
		return m
	}
	m := GLOBL(u.name+name, RODATA|NOPTR)
	values := u.values(name)
	for i := range u.lanes {
		DATA(4*i, U32(values[i%len(values)]))
	}
	declared[name] = m
	return m
}

// lanesLeft is a mask of the first lanes of a vector.
type lanesLeft interface {
	load(m Mem, v VecVirtual) // and zero in the other lanes
	store(v VecVirtual, m Mem)
	registers() int // vectors that the mask takes
}

// first is the mask of the first min(n, lanes) lanes, for n > 0.
func (u *unit) first(n Register) lanesLeft {
	count := GP64()
	MOVQ(U32(u.lanes), count)
	CMPQ(n, count)
	CMOVQLT(n, count)
	if u.lanes == 16 {
		bits, mask := GP32(), K()
		MOVL(I32(-1), bits)
		BZHIL(count.As32(), bits, bits)
		KMOVW(bits, mask)
		return opmask{mask}
	}
	mask, table := YMM(), GP64()
	LEAQ(u.maskTable(), table)
	NEGQ(count)
	VMOVUPS(Mem{Base: table, Index: count, Scale: 4, Disp: 4 * u.lanes}, mask)
	return vectorMask{mask}
}

// sweep lets body do n columns, a vector at a time, the last ones under a mask.
func (u *unit) sweep(n Register, body func(m lanesLeft)) {
	Label("many")
	CMPQ(n, U32(u.lanes))
	JL(LabelRef("few"))
	body(whole{})
	SUBQ(U32(u.lanes), n)
	JMP(LabelRef("many"))
	Label("few")
	TESTQ(n, n)
	JLE(LabelRef("done"))
	body(u.first(n))
	SUBQ(U32(u.lanes), n)
	Label("done")
}

// maskTable is a vector of ones before a vector of zeros: read from lanes - n on
// it is a mask of n lanes.
func (u *unit) maskTable() Mem {
	if m, ok := declared["Mask"]; ok {
		return m
	}
	m := GLOBL(u.name+"Mask", RODATA|NOPTR)
	for i := range 2 * u.lanes {
		var lane uint32
		if i < u.lanes {
			lane = 1<<32 - 1
		}
		DATA(4*i, U32(lane))
	}
	declared["Mask"] = m
	return m
}

type opmask struct{ k OpmaskVirtual }

func (o opmask) load(m Mem, v VecVirtual)  { VMOVUPS_Z(m, o.k, v) }
func (o opmask) store(v VecVirtual, m Mem) { VMOVUPS(v, o.k, m) }
func (o opmask) registers() int            { return 0 }

type vectorMask struct{ v VecVirtual }

func (o vectorMask) load(m Mem, v VecVirtual)  { VMASKMOVPS(m, o.v, v) }
func (o vectorMask) store(v VecVirtual, m Mem) { VMASKMOVPS(v, o.v, m) }
func (o vectorMask) registers() int            { return 1 }

// whole is the mask of all lanes.
type whole struct{}

func (whole) load(m Mem, v VecVirtual)  { VMOVUPS(m, v) }
func (whole) store(v VecVirtual, m Mem) { VMOVUPS(v, m) }
func (whole) registers() int            { return 0 }

// whereNegative replaces v by w in the lanes where v has its sign bit set.
func (u *unit) whereNegative(w, v VecVirtual) {
	if u.lanes == 16 {
		k := K()
		VPMOVD2M(v, k)
		VMOVAPS(w, k, v)
		return
	}
	VBLENDVPS(v, w, v, v)
}

// text starts a function.
func (u *unit) text(name, signature, doc string) {
	name = u.name + name
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s %s", name, doc))
}

// param loads a parameter.
func param(name string) Register { return Load(Param(name), GP64()) }

// address is where a parameter lies.
func address(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}
