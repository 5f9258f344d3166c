//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// maxRows and maxColumns are the most rows of a product that one call of the
// assembly does, and columns of a weight gradient.
const (
	maxRows    = 5
	maxColumns = 4
)

// assembly is the functions that _asm writes for one instruction set. Steps and
// strides are in elements.
type assembly struct {
	lanes int // float32 in a vector

	peak func(turns int) // 12 multiply-adds of vectors a turn

	// Products are y = W x for 1 to maxRows rows of y, with inner rows of x.
	// The weight of row r of y and row k of x is w[r*rowStep+k*innerStep], and
	// what happens to the product is Linear: W x + b, ELU: ELU(W x + b), Add:
	// y + W x, Gate: W x (1 + min(y, 0)).
	linear, elu, add, gate [maxRows]product

	// Gradients add dy x' to rows r and columns k of a weight gradient,
	// dw[r*stride+k], and the sums of dy to db unless that is nil.
	gradients [][maxColumns]gradient

	affine, affineInverse         func(x, sum, u, t *float32, scale float32, n int)
	affineBack, affineInverseBack func(y, dy, u, t, a *float32, scale float32, n int) float32
}

type (
	product  func(y, x, w, b *float32, inner, rowStep, innerStep, n int)
	gradient func(dw, db, dy, x *float32, stride, n int)
)

// assembled are the sets in assembly that this processor runs, the fastest
// first.
func assembled() (sets []*Set) {
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL && x.HasBMI2 {
		sets = append(sets, avx512.set("avx512"))
	}
	if x.HasAVX2 && x.HasFMA && x.HasBMI2 {
		sets = append(sets, avx2.set("avx2"))
	}
	return sets
}

// set is the assembly as a Set.
func (a *assembly) set(name string) *Set {
	return &Set{
		Name: name,
		Peak: a.measure,
		Dense: func(y, x []Row, w, b []float32, n int) {
			multiply(&a.linear, y, x, w, b, len(x), 1, n)
		},
		DenseELU: func(y, x []Row, w, b []float32, n int) {
			multiply(&a.elu, y, x, w, b, len(x), 1, n)
		},
		DenseBack: func(dx, dy []Row, w []float32, n int) {
			multiply(&a.add, dx, dy, w, nil, 1, len(dx), n)
		},
		DenseBackELU: func(h, dy []Row, w []float32, n int) {
			multiply(&a.gate, h, dy, w, nil, 1, len(h), n)
		},
		DenseGrad: a.gradient,
		Affine: func(x, sum, u, t *Row, scale float32, n int) {
			a.affine(&x[0], &sum[0], &u[0], &t[0], scale, n)
		},
		AffineInverse: func(y, sum, u, t *Row, scale float32, n int) {
			a.affineInverse(&y[0], &sum[0], &u[0], &t[0], scale, n)
		},
		AffineBack: func(y, dy, u, t, s *Row, scale float32, n int) float32 {
			return a.affineBack(&y[0], &dy[0], &u[0], &t[0], &s[0], scale, n)
		},
		AffineInverseBack: func(x, dx, u, t, s *Row, scale float32, n int) float32 {
			return a.affineInverseBack(&x[0], &dx[0], &u[0], &t[0], &s[0], scale, n)
		},
	}
}

// multiply does a few rows of y at a time. Without biases b is nil.
func multiply(p *[maxRows]product, y, x []Row, w, b []float32, rowStep, innerStep, n int) {
	for first := 0; first < len(y); {
		rows := share(len(y)-first, maxRows)
		var bias *float32
		if b != nil {
			bias = &b[first]
		}
		p[rows-1](&y[first][0], &x[0][0], &w[first*rowStep], bias, len(x), rowStep, innerStep, n)
		first += rows
	}
}

// gradient goes through the rows, and within a few rows through the columns.
func (a *assembly) gradient(dw, db []float32, dy, x []Row, n int) {
	in := len(x)
	for row := 0; row < len(dy); {
		rows := share(len(dy)-row, len(a.gradients))
		bias := &db[row]
		for column := 0; column < in; {
			columns := share(in-column, maxColumns)
			a.gradients[rows-1][columns-1](&dw[row*in+column], bias, &dy[row][0], &x[column][0], in, n)
			bias = nil
			column += columns
		}
		row += rows
	}
}

func (a *assembly) measure(turns int) (flops float64) {
	a.peak(turns)
	return float64(turns) * 12 * 2 * float64(a.lanes)
}

// share is the first part when so many are split into as few parts of at most
// limit as can be, all nearly equal.
func share(many, limit int) int {
	parts := (many + limit - 1) / limit
	return (many + parts - 1) / parts
}

var avx512 = assembly{
	lanes:  16,
	peak:   avx512Peak,
	linear: [maxRows]product{avx512ProductLinear1, avx512ProductLinear2, avx512ProductLinear3, avx512ProductLinear4, avx512ProductLinear5},
	elu:    [maxRows]product{avx512ProductELU1, avx512ProductELU2, avx512ProductELU3, avx512ProductELU4, avx512ProductELU5},
	add:    [maxRows]product{avx512ProductAdd1, avx512ProductAdd2, avx512ProductAdd3, avx512ProductAdd4, avx512ProductAdd5},
	gate:   [maxRows]product{avx512ProductGate1, avx512ProductGate2, avx512ProductGate3, avx512ProductGate4, avx512ProductGate5},
	gradients: [][maxColumns]gradient{
		{avx512Gradient1x1, avx512Gradient1x2, avx512Gradient1x3, avx512Gradient1x4},
		{avx512Gradient2x1, avx512Gradient2x2, avx512Gradient2x3, avx512Gradient2x4},
		{avx512Gradient3x1, avx512Gradient3x2, avx512Gradient3x3, avx512Gradient3x4},
		{avx512Gradient4x1, avx512Gradient4x2, avx512Gradient4x3, avx512Gradient4x4},
		{avx512Gradient5x1, avx512Gradient5x2, avx512Gradient5x3, avx512Gradient5x4},
	},
	affine: avx512Affine, affineInverse: avx512AffineInverse,
	affineBack: avx512AffineBack, affineInverseBack: avx512AffineInverseBack,
}

var avx2 = assembly{
	lanes:  8,
	peak:   avx2Peak,
	linear: [maxRows]product{avx2ProductLinear1, avx2ProductLinear2, avx2ProductLinear3, avx2ProductLinear4, avx2ProductLinear5},
	elu:    [maxRows]product{avx2ProductELU1, avx2ProductELU2, avx2ProductELU3, avx2ProductELU4, avx2ProductELU5},
	add:    [maxRows]product{avx2ProductAdd1, avx2ProductAdd2, avx2ProductAdd3, avx2ProductAdd4, avx2ProductAdd5},
	gate:   [maxRows]product{avx2ProductGate1, avx2ProductGate2, avx2ProductGate3, avx2ProductGate4, avx2ProductGate5},
	gradients: [][maxColumns]gradient{
		{avx2Gradient1x1, avx2Gradient1x2, avx2Gradient1x3, avx2Gradient1x4},
		{avx2Gradient2x1, avx2Gradient2x2, avx2Gradient2x3, avx2Gradient2x4},
	},
	affine: avx2Affine, affineInverse: avx2AffineInverse,
	affineBack: avx2AffineBack, affineInverseBack: avx2AffineInverseBack,
}
