package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// columnwise is a kernel with what it does to columns. Weights are positive.
type columnwise struct {
	name string
	rows []int // of each operand
	// reaches[i] are the operands in which what is wrong in a column of
	// operand i must show: in the same row of itself, in every row of another.
	reaches [][]int
	// inScale[i] says that it must show in dL/dscale.
	inScale []bool
	// hides[i] says that infinities may vanish, in a slope or a tanh.
	hides []bool
	call  func(k *Set, m [][]Row, n int) (dscale float32)
}

var (
	testW = []float32{1, 2, 0.5, 3, 0.25, 1, 1.5, 2, 0.75, 1, 0.5, 4, 2, 1, 3}
	testB = []float32{1, -1, 2, 0.5, -0.5}
)

const testScale = 0.5

var columnKernels = []columnwise{
	{
		"Dense",
		[]int{5, 3},
		[][]int{{}, {0}},
		nil,
		[]bool{false, false},
		func(k *Set, m [][]Row, n int) float32 { k.Dense(m[0], m[1], testW, testB, n); return 0 },
	},
	{
		"DenseELU",
		[]int{5, 3},
		[][]int{{}, {0}},
		nil,
		[]bool{false, false},
		func(k *Set, m [][]Row, n int) float32 { k.DenseELU(m[0], m[1], testW, testB, n); return 0 },
	},
	{
		"DenseBack",
		[]int{3, 5},
		[][]int{{0}, {0}},
		nil,
		[]bool{false, false},
		func(k *Set, m [][]Row, n int) float32 { k.DenseBack(m[0], m[1], testW, n); return 0 },
	},
	{
		"DenseBackELU",
		[]int{3, 5},
		[][]int{{0}, {0}},
		nil,
		[]bool{true, false},
		func(k *Set, m [][]Row, n int) float32 { k.DenseBackELU(m[0], m[1], testW, n); return 0 },
	},
	{
		"Affine",
		[]int{1, 1, 1, 1},
		[][]int{{0}, {1}, {0, 1}, {0}},
		nil,
		[]bool{false, false, true, false},
		func(k *Set, m [][]Row, n int) float32 {
			k.Affine(&m[0][0], &m[1][0], &m[2][0], &m[3][0], testScale, n)
			return 0
		},
	},
	{
		"AffineInverse",
		[]int{1, 1, 1, 1},
		[][]int{{0}, {1}, {0, 1}, {0}},
		nil,
		[]bool{false, false, true, false},
		func(k *Set, m [][]Row, n int) float32 {
			k.AffineInverse(&m[0][0], &m[1][0], &m[2][0], &m[3][0], testScale, n)
			return 0
		},
	},
	{
		"AffineBack",
		[]int{1, 1, 1, 1, 1},
		[][]int{{0, 2}, {1, 2, 3}, {0, 1, 2}, {0, 2}, {2}},
		[]bool{true, true, true, true, true},
		[]bool{false, false, true, false, false},
		func(k *Set, m [][]Row, n int) float32 {
			return k.AffineBack(&m[0][0], &m[1][0], &m[2][0], &m[3][0], &m[4][0], testScale, n)
		},
	},
	{
		"AffineInverseBack",
		[]int{1, 1, 1, 1, 1},
		[][]int{{0, 2}, {1, 2, 3}, {0, 1, 2, 3}, {0}, {2}},
		[]bool{true, true, true, false, true},
		[]bool{false, false, true, false, false},
		func(k *Set, m [][]Row, n int) float32 {
			return k.AffineInverseBack(&m[0][0], &m[1][0], &m[2][0], &m[3][0], &m[4][0], testScale, n)
		},
	},
}

// operands are random operands of the kernel.
func (f columnwise) operands(random *rand.Rand) (m [][]Row) {
	for _, rows := range f.rows {
		m = append(m, newGuarded(random, normal, rows, Tile).rows)
	}
	return m
}

func cloneOperands(m [][]Row) (c [][]Row) {
	for _, rows := range m {
		c = append(c, slices.Clone(rows))
	}
	return c
}

// eachColumnwise runs a test for every implementation of every kernel.
func eachColumnwise(t *testing.T, test func(t *testing.T, k *Set, f columnwise)) {
	for _, k := range Implementations() {
		for _, f := range columnKernels {
			t.Run(k.Name+"/"+f.name, func(t *testing.T) { test(t, k, f) })
		}
	}
}

// TestColumnsAreIndependent wants the same bits of a column wherever it stands
// and however many others there are: what a sample becomes may not depend on
// how a batch is cut into tiles.
func TestColumnsAreIndependent(t *testing.T) {
	eachColumnwise(t, func(t *testing.T, k *Set, f columnwise) {
		random := rand.New(rand.NewPCG(1, 7))
		all := f.operands(random)
		whole := cloneOperands(all)
		f.call(k, whole, Tile)
		for _, n := range lengths() {
			first := random.IntN(Tile - n + 1)
			part := cloneOperands(all)
			for _, rows := range part {
				for r := range rows {
					copy(rows[r][:n], rows[r][first:])
				}
			}
			f.call(k, part, n)
			for o, rows := range part {
				for r := range rows {
					for c := range n {
						if got, want := rows[r][c], whole[o][r][first+c]; got != want {
							t.Fatalf("column %d of %d: operand %d, row %d is %g, but %g at column %d of all", c, n, o, r, got, want, first+c)
						}
					}
				}
			}
		}
	})
}

// TestDiverged puts NaN or an infinity into one column, and wants it to come
// out there, and all other columns as they would be without, to the bit.
func TestDiverged(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	eachColumnwise(t, func(t *testing.T, k *Set, f columnwise) {
		for _, n := range []int{1, 7, 16, 37, 64, 101, Tile} {
			for _, column := range []int{0, n / 2, n - 1} {
				for _, v := range []float32{nan, -nan, inf} {
					checkDiverged(t, k, f, v, n, column)
				}
			}
		}
	})
}

func checkDiverged(t *testing.T, k *Set, f columnwise, v float32, n, column int) {
	t.Helper()
	before := f.operands(rand.New(rand.NewPCG(uint64(n), 8)))
	clean := cloneOperands(before)
	f.call(k, clean, n)
	for o, rows := range f.rows {
		if v == v && f.hides[o] {
			continue
		}
		for row := range rows {
			m := cloneOperands(before)
			m[o][row][column] = v
			dscale := f.call(k, m, n)
			f.compare(t, m, clean, before, v, o, row, column)
			if f.inScale != nil && shows(dscale, v) != f.inScale[o] {
				t.Fatalf("n=%d: %g in operand %d, column %d: dscale is %g", n, v, o, column, dscale)
			}
		}
	}
}

// compare looks where v in one operand came out.
func (f columnwise) compare(t *testing.T, m, clean, before [][]Row, v float32, operand, row, column int) {
	t.Helper()
	for o, rows := range m {
		for r := range rows {
			reached := slices.Contains(f.reaches[operand], o) && (o != operand || r == row)
			readOnly := clean[o][r] == before[o][r]
			for c, got := range rows[r] {
				switch want := clean[o][r][c]; {
				case c == column && reached:
					if !shows(got, v) {
						t.Fatalf("%g in operand %d, row %d, column %d is hidden in operand %d, row %d: %g", v, operand, row, column, o, r, got)
					}
				case c == column && o == operand && r == row && readOnly:
				case math.Float32bits(got) != math.Float32bits(want):
					t.Fatalf("%g in operand %d, row %d, column %d changes operand %d, row %d, column %d from %g to %g",
						v, operand, row, column, o, r, c, want, got)
				}
			}
		}
	}
}

// shows says whether x tells of NaN or an infinity: what comes of NaN is NaN,
// what comes of an infinity not finite.
func shows(x, v float32) bool {
	if v != v {
		return x != x
	}
	return !finite(x)
}

// TestDivergedGradient puts NaN or an infinity into one column of an operand of
// DenseGrad: it must show in the gradients that the row has a part in, and in
// no other.
func TestDivergedGradient(t *testing.T) {
	const in, out = 3, 5
	for _, k := range Implementations() {
		for _, v := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
			for _, n := range []int{1, 15, 33, 100, Tile} {
				for row := range in + out {
					random := rand.New(rand.NewPCG(uint64(n), 9))
					x, dy := newGuarded(random, normal, in, n).rows, newGuarded(random, normal, out, n).rows
					inX, inDY := row, row-in
					if row < in {
						x[inX][n-1] = v
					} else {
						dy[inDY][n-1] = v
					}
					dw, db := make([]float32, in*out), make([]float32, out)
					k.DenseGrad(dw, db, dy, x, n)
					for r := range out {
						for i := range in {
							if got := dw[r*in+i]; shows(got, v) != (i == inX || r == inDY) {
								t.Errorf("%s, n=%d: %g in row %d: dw[%d,%d] is %g", k.Name, n, v, row, r, i, got)
							}
						}
						if shows(db[r], v) != (r == inDY) {
							t.Errorf("%s, n=%d: %g in row %d: db[%d] is %g", k.Name, n, v, row, r, db[r])
						}
					}
				}
			}
		}
	}
}

// TestDivergedParameters wants NaN in a weight, a bias or a scale to come out in
// every column that it has a part in.
func TestDivergedParameters(t *testing.T) {
	const in, out, n = 3, 5, 37
	nan := float32(math.NaN())
	everywhere := func(row *Row) bool {
		return !slices.ContainsFunc(row[:n], func(x float32) bool { return x == x })
	}
	for _, k := range Implementations() {
		random := rand.New(rand.NewPCG(1, 10))
		matrix := func(rows int) []Row { return newGuarded(random, normal, rows, n).rows }
		for at := range in*out + out {
			w, b := slices.Clone(testW), slices.Clone(testB)
			r := at / in
			if at < in*out {
				w[at] = nan
			} else {
				r = at - in*out
				b[r] = nan
			}
			y, elu, dx, h := matrix(out), matrix(out), matrix(in), matrix(in)
			k.Dense(y, matrix(in), w, b, n)
			k.DenseELU(elu, matrix(in), w, b, n)
			for row := range out {
				if everywhere(&y[row]) != (row == r) || everywhere(&elu[row]) != (row == r) {
					t.Errorf("%s: parameter %d of a layer is NaN: output %d is %g, with ELU %g", k.Name, at, row, y[row][:n], elu[row][:n])
				}
			}
			k.DenseBack(dx, matrix(out), w, n)
			k.DenseBackELU(h, matrix(out), w, n)
			for row := range in {
				want := at < in*out && row == at%in
				if everywhere(&dx[row]) != want || everywhere(&h[row]) != want {
					t.Errorf("%s: weight %d is NaN: dx %d is %g, with ELU %g", k.Name, at, row, dx[row][:n], h[row][:n])
				}
			}
		}
		for _, a := range affineKernels {
			r := matrix(a.rows)
			a.call(k, r, nan, n)
			if !everywhere(&r[0]) || !everywhere(&r[1]) {
				t.Errorf("%s: %s hides that scale is NaN: %g, %g", k.Name, a.name, r[0][:n], r[1][:n])
			}
			if a.rows == 5 && !everywhere(&r[2]) {
				t.Errorf("%s: %s hides in du that scale is NaN: %g", k.Name, a.name, r[2][:n])
			}
		}
	}
}
