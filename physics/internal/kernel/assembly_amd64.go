//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// assembled are the sets in assembly that this processor can run.
func assembled() (sets []*Set) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL {
		sets = append(sets, avx512.set("avx512"))
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		sets = append(sets, avx2.set("avx2"))
	}
	return sets
}

// assembly holds the functions for an instruction set.
type assembly struct {
	fold     func(y *float64, size int, x *float32, stride int)
	unfold   func(y *float64, size int)
	dense    func(y *float64, out int, x *float64, in int, w *float64)
	forward  func(sum, x *float64, stride, size int, rho, wrap *float64)
	backward func(x *float64, stride, size int, rho, wrap *float64)
	site     func(grad *float32, h *float64, size int, x *float32, stride int, sum, product *float64)
}

var avx512 = assembly{avx512Fold, avx512Unfold, avx512Dense, avx512Forward, avx512Backward, avx512Site}

var avx2 = assembly{avx2Fold, avx2Unfold, avx2Dense, avx2Forward, avx2Backward, avx2Site}

// set checks lengths, as assembly does not, before it hands over pointers.
func (a assembly) set(name string) *Set {
	return &Set{
		Name: name,
		Fold: func(y []Row, x []float32, stride int) {
			lattice(y)
			sites(x, len(y), stride)
			a.fold(&y[0][0], len(y), &x[0], stride)
		},
		Unfold: func(y []Row) {
			lattice(y)
			a.unfold(&y[0][0], len(y))
		},
		Dense: func(y, x []Row, w []float64) {
			if len(y) == 0 || len(x) == 0 || len(w) != len(y)*len(x) {
				panic("kernel: Dense of a matrix of another shape")
			}
			a.dense(&y[0][0], len(y), &x[0][0], len(x), &w[0])
		},
		Forward: func(sum *Row, x []Row, stride, size int, c *Column) {
			column(x, stride, size)
			a.forward(&sum[0], &x[0][0], stride, size, &c.Rho[0], &c.Wrap[0])
		},
		Backward: func(x []Row, stride, size int, c *Column) {
			column(x, stride, size)
			a.backward(&x[0][0], stride, size, &c.Rho[0], &c.Wrap[0])
		},
		Site: func(grad []float32, h []Row, x []float32, stride int, sum, product *Row) {
			if len(h) == 0 {
				return
			}
			sites(grad, len(h), stride)
			sites(x, len(h), stride)
			a.site(&grad[0], &h[0][0], len(h), &x[0], stride, &sum[0], &product[0])
		},
	}
}

// lattice panics if these are not the sites of a row of a lattice.
func lattice(y []Row) {
	if len(y) < 4 || len(y)%2 != 0 {
		panic("kernel: a row of a lattice needs an even number of sites")
	}
}

// sites panics if a field has not so many sites.
func sites(x []float32, size, stride int) {
	if stride < Lanes {
		panic("kernel: sites overlap")
	}
	_ = x[(size-1)*stride+Lanes-1]
}

// column panics if there are not two columns of so many rows.
func column(x []Row, stride, size int) {
	if stride < 2 || size < 1 {
		panic("kernel: columns overlap or are empty")
	}
	_ = x[(size-1)*stride+1]
}
