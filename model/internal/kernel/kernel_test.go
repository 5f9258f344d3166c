package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// lengths are all numbers of columns around every unrolling, and the largest.
func lengths() (all []int) {
	if testing.Short() {
		return []int{0, 1, 2, 3, 4, 5, 9, 16, 31, Tile - 1, Tile}
	}
	for n := range 71 {
		all = append(all, n)
	}
	for n := Tile - 20; n <= Tile; n++ {
		all = append(all, n)
	}
	return all
}

// widths are the layers of usual networks, and some odd ones.
var widths = []struct{ in, out int }{
	{1, 1},
	{2, 1},
	{1, 2},
	{2, 10},
	{10, 10},
	{10, 2},
	{2, 3},
	{3, 7},
	{7, 5},
	{11, 13},
	{8, 9},
	{12, 24},
	{64, 2},
	{2, 64},
	{31, 33},
}

// each runs a test with every implementation and number of columns.
func each(t *testing.T, test func(t *testing.T, k *Set, n int, random *rand.Rand)) {
	for _, k := range Implementations() {
		t.Run(k.Name, func(t *testing.T) {
			for _, n := range lengths() {
				test(t, k, n, rand.New(rand.NewPCG(uint64(n), 1)))
			}
		})
	}
}

// guarded is a matrix of n random columns among values that no kernel may
// touch: the columns behind, and a row before and after.
type guarded struct {
	rows   []Row
	before []Row // a copy of all, as it was
	all    []Row
	n      int
}

func newGuarded(random *rand.Rand, rows, n int) *guarded {
	g := &guarded{all: make([]Row, rows+2), n: n}
	for r := range g.all {
		for c := range g.all[r] {
			g.all[r][c] = float32(random.NormFloat64())
		}
	}
	g.rows = g.all[1 : rows+1]
	g.before = slices.Clone(g.all)
	return g
}

// intact checks the guards, and the matrix itself if it was read only.
func (g *guarded) intact(t *testing.T, what string, readOnly bool) {
	t.Helper()
	for r := range g.all {
		inside := r > 0 && r < len(g.all)-1
		for c := range g.all[r] {
			if inside && c < g.n && !readOnly {
				continue
			}
			if math.Float32bits(g.all[r][c]) != math.Float32bits(g.before[r][c]) {
				t.Fatalf("n=%d: %s was touched at row %d, column %d", g.n, what, r-1, c)
			}
		}
	}
}

// was is the value before the kernel.
func (g *guarded) was(r, c int) float64 { return float64(g.before[r+1][c]) }

// near compares with float64, for sums of terms of the given size.
func near(t *testing.T, what string, n, r, c int, got float32, want, size float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= 1e-6*(size+math.Abs(want))) {
		t.Fatalf("n=%d: %s at row %d, column %d is %g, not %g", n, what, r, c, got, want)
	}
}

func normals(random *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	return x
}

func TestDense(t *testing.T) {
	each(t, func(t *testing.T, k *Set, n int, random *rand.Rand) {
		for _, size := range widths {
			x, w, b := newGuarded(random, size.in, n), normals(random, size.in*size.out), normals(random, size.out)
			linear, elu := newGuarded(random, size.out, n), newGuarded(random, size.out, n)
			k.Dense(linear.rows, x.rows, w, b, n)
			k.DenseELU(elu.rows, x.rows, w, b, n)
			for r := range size.out {
				for c := range n {
					want, terms := float64(b[r]), 0.0
					for i := range size.in {
						term := float64(w[r*size.in+i]) * x.was(i, c)
						want += term
						terms += math.Abs(term)
					}
					near(t, "Dense", n, r, c, linear.rows[r][c], want, terms)
					if want < 0 {
						want = math.Expm1(want)
					}
					near(t, "DenseELU", n, r, c, elu.rows[r][c], want, terms)
				}
			}
			x.intact(t, "x", true)
			linear.intact(t, "y of Dense", false)
			elu.intact(t, "y of DenseELU", false)
		}
	})
}

func TestDenseBack(t *testing.T) {
	each(t, func(t *testing.T, k *Set, n int, random *rand.Rand) {
		for _, size := range widths {
			dy, w := newGuarded(random, size.out, n), normals(random, size.in*size.out)
			dx, h := newGuarded(random, size.in, n), newGuarded(random, size.in, n)
			k.DenseBack(dx.rows, dy.rows, w, n)
			k.DenseBackELU(h.rows, dy.rows, w, n)
			for i := range size.in {
				for c := range n {
					want, terms := 0.0, 0.0
					for r := range size.out {
						term := float64(w[r*size.in+i]) * dy.was(r, c)
						want += term
						terms += math.Abs(term)
					}
					before := dx.was(i, c)
					near(t, "DenseBack", n, i, c, dx.rows[i][c], before+want, math.Abs(before)+terms)
					if slope := h.was(i, c) + 1; slope < 1 {
						want *= slope
						terms *= math.Abs(slope) + 1
					}
					near(t, "DenseBackELU", n, i, c, h.rows[i][c], want, terms)
				}
			}
			dy.intact(t, "dy", true)
			dx.intact(t, "dx", false)
			h.intact(t, "h", false)
		}
	})
}

func TestDenseGrad(t *testing.T) {
	each(t, func(t *testing.T, k *Set, n int, random *rand.Rand) {
		for _, size := range widths {
			x, dy := newGuarded(random, size.in, n), newGuarded(random, size.out, n)
			// A guard behind each gradient, which is added to what is there.
			dw, db := normals(random, size.in*size.out+8), normals(random, size.out+8)
			w, b := slices.Clone(dw), slices.Clone(db)
			k.DenseGrad(dw[:size.in*size.out], db[:size.out], dy.rows, x.rows, n)
			for r := range size.out {
				sum, terms := float64(b[r]), 0.0
				for c := range n {
					sum += dy.was(r, c)
					terms += math.Abs(dy.was(r, c))
				}
				near(t, "db", n, r, 0, db[r], sum, terms)
				for i := range size.in {
					sum, terms := float64(w[r*size.in+i]), 0.0
					for c := range n {
						term := dy.was(r, c) * x.was(i, c)
						sum += term
						terms += math.Abs(term)
					}
					near(t, "dw", n, r, i, dw[r*size.in+i], sum, terms)
				}
			}
			if !slices.Equal(dw[size.in*size.out:], w[size.in*size.out:]) || !slices.Equal(db[size.out:], b[size.out:]) {
				t.Fatalf("n=%d: written behind a gradient", n)
			}
			x.intact(t, "x", true)
			dy.intact(t, "dy", true)
		}
	})
}

// TestAffine compares both directions and both gradients with their formulas in
// float64.
func TestAffine(t *testing.T) {
	each(t, func(t *testing.T, k *Set, n int, random *rand.Rand) {
		for _, inverse := range []bool{false, true} {
			scale := float32(random.NormFloat64())
			// Rows: value, sum, u, t.
			g := newGuarded(random, 4, n)
			if inverse {
				k.AffineInverse(&g.rows[0], &g.rows[1], &g.rows[2], &g.rows[3], scale, n)
			} else {
				k.Affine(&g.rows[0], &g.rows[1], &g.rows[2], &g.rows[3], scale, n)
			}
			for c := range n {
				s := float64(scale) * math.Tanh(g.was(2, c))
				want := g.was(0, c)*math.Exp(s) + g.was(3, c)
				if inverse {
					want = (g.was(0, c) - g.was(3, c)) * math.Exp(-s)
				}
				near(t, "value", n, 0, c, g.rows[0][c], want, math.Exp(math.Abs(s)))
				near(t, "sum", n, 1, c, g.rows[1][c], g.was(1, c)+s, 1)
			}
			g.intact(t, "an operand", false)
			checkAffineBack(t, k, n, random, inverse)
		}
	})
}

func checkAffineBack(t *testing.T, k *Set, n int, random *rand.Rand, inverse bool) {
	t.Helper()
	scale := float32(random.NormFloat64())
	// Rows: output value, its gradient, u, t, a.
	g := newGuarded(random, 5, n)
	back := k.AffineBack
	if inverse {
		back = k.AffineInverseBack
	}
	dscale := back(&g.rows[0], &g.rows[1], &g.rows[2], &g.rows[3], &g.rows[4], scale, n)
	wantScale, size := 0.0, 0.0
	for c := range n {
		out, d, u, shift, a := g.was(0, c), g.was(1, c), g.was(2, c), g.was(3, c), g.was(4, c)
		tanh := math.Tanh(u)
		e := math.Exp(float64(scale) * tanh)
		var in, din, dt, ds float64
		if inverse {
			in = out*e + shift
			din = d / e
			dt = -din
			ds = -d*out - a
		} else {
			in = (out - shift) / e
			din = d * e
			dt = d
			ds = d*(out-shift) - a
		}
		scales := max(e, 1/e) * (1 + math.Abs(d)) * (1 + math.Abs(out) + math.Abs(shift) + math.Abs(a))
		near(t, "operand", n, 0, c, g.rows[0][c], in, scales)
		near(t, "its gradient", n, 1, c, g.rows[1][c], din, scales)
		near(t, "du", n, 2, c, g.rows[2][c], ds*float64(scale)*(1-tanh*tanh), scales)
		near(t, "dt", n, 3, c, g.rows[3][c], dt, scales)
		wantScale += ds * tanh
		size += scales
	}
	near(t, "dscale", n, 0, 0, dscale, wantScale, size)
	for c := range n {
		if g.rows[4][c] != g.before[5][c] {
			t.Fatalf("n=%d: a was touched", n)
		}
	}
	g.intact(t, "an operand", false)
}

// TestDiverged puts NaN and infinities into one column, or one weight, and
// wants them to come out, in that column and no other.
func TestDiverged(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	finite := func(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }
	const n, bad = 37, 17
	for _, k := range Implementations() {
		for _, v := range []float32{nan, -nan, inf} {
			t.Run(fmt.Sprintf("%s/%g", k.Name, v), func(t *testing.T) {
				random := rand.New(rand.NewPCG(5, 5))
				only := func(what string, row *Row) {
					t.Helper()
					for c := range n {
						if finite(row[c]) == (c == bad) {
							t.Errorf("%s: column %d is %g", what, c, row[c])
						}
					}
				}
				w, b := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 2}
				x, y := newGuarded(random, 3, n).rows, newGuarded(random, 2, n).rows
				x[1][bad] = v
				k.Dense(y, x, w, b, n)
				only("Dense", &y[1])
				k.DenseELU(y, x, w, b, n)
				only("DenseELU", &y[1])
				dw, db := make([]float32, 6), make([]float32, 2)
				k.DenseGrad(dw, db, newGuarded(random, 2, n).rows, x, n)
				if finite(dw[1]) || finite(dw[4]) || !finite(dw[0]) {
					t.Errorf("DenseGrad gives %g", dw)
				}
				dy := newGuarded(random, 2, n).rows
				dy[1][bad] = v
				dx, h := newGuarded(random, 3, n).rows, newGuarded(random, 3, n).rows
				k.DenseBack(dx, dy, w, n)
				only("DenseBack", &dx[2])
				k.DenseBackELU(h, dy, w, n)
				only("DenseBackELU", &h[0])
				if v != v {
					h = newGuarded(random, 3, n).rows
					h[0][bad] = v
					k.DenseBackELU(h, newGuarded(random, 2, n).rows, w, n)
					only("DenseBackELU of a NaN activation", &h[0])
				}
				for operand := range 4 {
					if operand == 2 && v == inf {
						continue // tanh(Inf) is 1
					}
					for name, affine := range map[string]func(x, sum, u, t *Row, scale float32, n int){
						"Affine": k.Affine, "AffineInverse": k.AffineInverse,
					} {
						r := newGuarded(random, 4, n).rows
						r[operand][bad] = v
						affine(&r[0], &r[1], &r[2], &r[3], 0.5, n)
						out := &r[0]
						if operand == 1 {
							out = &r[1]
						}
						only(name, out)
					}
				}
				for _, back := range []func(y, dy, u, t, a *Row, scale float32, n int) float32{
					k.AffineBack, k.AffineInverseBack,
				} {
					r := newGuarded(random, 5, n).rows
					r[0][bad] = v
					back(&r[0], &r[1], &r[2], &r[3], &r[4], 0.5, n)
					only("the gradient of Affine", &r[2])
				}
				nanScale := newGuarded(random, 4, n).rows
				k.Affine(&nanScale[0], &nanScale[1], &nanScale[2], &nanScale[3], v, n)
				for c := range n {
					if !math.IsInf(float64(v), 0) && finite(nanScale[0][c]) {
						t.Errorf("scale %g is hidden in column %d", v, c)
					}
				}
			})
		}
	}
}
