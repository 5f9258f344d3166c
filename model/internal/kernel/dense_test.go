package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// sums are results of float64, and the sums of the absolute values of their
// terms.
type sums struct{ value, size []float64 }

func newSums(n int) sums { return sums{make([]float64, n), make([]float64, n)} }

func (s sums) add(i int, term float64) {
	s.value[i] += term
	s.size[i] += math.Abs(term)
}

// layer is a dense layer with random operands, and what float64 makes of them.
type layer struct {
	in, out, n int
	w, b       []float32
	x, y, elu  *guarded
	dy, dx, h  *guarded // h are activations of the layer before
	dw, db     []float32

	wantY, wantDX, wantDW, wantDB sums
	wantDH                        sums // W' dy
}

func newLayer(random *rand.Rand, from source, in, out, n int) *layer {
	matrix := func(rows int) *guarded { return newGuarded(random, from, rows, n) }
	l := &layer{
		in: in, out: out, n: n,
		w: draw(random, from, in*out), b: draw(random, from, out),
		x: matrix(in), y: matrix(out), elu: matrix(out),
		dy: matrix(out), dx: matrix(in), h: matrix(in),
		dw: draw(random, from, in*out), db: draw(random, from, out),
	}
	for r := range l.h.all { // to activations
		for c, u := range l.h.all[r] {
			if u < 0 {
				l.h.all[r][c] = float32(math.Expm1(float64(u)))
			}
		}
	}
	copy(l.h.before, l.h.all)
	l.solve()
	return l
}

// solve fills in the results of float64.
func (l *layer) solve() {
	l.wantY, l.wantDX, l.wantDH = newSums(l.out*l.n), newSums(l.in*l.n), newSums(l.in*l.n)
	l.wantDW, l.wantDB = newSums(l.in*l.out), newSums(l.out)
	for r := range l.out {
		l.wantDB.add(r, float64(l.db[r]))
		for c := range l.n {
			l.wantY.add(r*l.n+c, float64(l.b[r]))
			l.wantDB.add(r, l.dy.was(r, c))
		}
		for i := range l.in {
			w := float64(l.w[r*l.in+i])
			l.wantDW.add(r*l.in+i, float64(l.dw[r*l.in+i]))
			for c := range l.n {
				x, dy := l.x.was(i, c), l.dy.was(r, c)
				l.wantY.add(r*l.n+c, w*x)
				l.wantDH.add(i*l.n+c, w*dy)
				l.wantDW.add(r*l.in+i, dy*x)
			}
		}
	}
	for i := range l.in {
		for c := range l.n {
			at := i*l.n + c
			l.wantDX.value[at] = l.dx.was(i, c) + l.wantDH.value[at]
			l.wantDX.size[at] = math.Abs(l.dx.was(i, c)) + l.wantDH.size[at]
		}
	}
}

// check compares every dense kernel of every implementation with float64.
func (l *layer) check(t *testing.T) {
	t.Helper()
	for _, k := range Implementations() {
		l.checkForward(t, k)
		l.checkBack(t, k)
		l.checkGrad(t, k)
		l.x.intact(t, k.Name+": x", true)
		l.dy.intact(t, k.Name+": dy", true)
		for _, g := range []*guarded{l.y, l.elu, l.dx, l.h} {
			g.reset()
		}
	}
}

func (l *layer) wrong(t *testing.T, k *Set, what string, r, c int, got float32, want float64) {
	t.Helper()
	t.Fatalf("%s: %s of layer %d -> %d, %d columns, at %d, %d: %g, not %g", k.Name, what, l.in, l.out, l.n, r, c, got, want)
}

func (l *layer) checkForward(t *testing.T, k *Set) {
	t.Helper()
	k.Dense(l.y.rows, l.x.rows, l.w, l.b, l.n)
	k.DenseELU(l.elu.rows, l.x.rows, l.w, l.b, l.n)
	for r := range l.out {
		for c := range l.n {
			want, size := l.wantY.value[r*l.n+c], l.wantY.size[r*l.n+c]
			if got := l.y.rows[r][c]; !near(got, want, size) {
				l.wrong(t, k, "Dense", r, c, got, want)
			}
			want = elu64(want)
			got := l.elu.rows[r][c]
			overflow := size > math.MaxFloat32/4 && got == -1 // of -Inf
			if !near(got, want, size) && !overflow {
				l.wrong(t, k, "DenseELU", r, c, got, want)
			}
		}
	}
	l.y.intact(t, k.Name+": y of Dense", false)
	l.elu.intact(t, k.Name+": y of DenseELU", false)
}

func elu64(u float64) float64 {
	if u < 0 {
		return math.Expm1(u)
	}
	return u
}

func (l *layer) checkBack(t *testing.T, k *Set) {
	t.Helper()
	k.DenseBack(l.dx.rows, l.dy.rows, l.w, l.n)
	k.DenseBackELU(l.h.rows, l.dy.rows, l.w, l.n)
	for i := range l.in {
		for c := range l.n {
			at := i*l.n + c
			if got, want := l.dx.rows[i][c], l.wantDX.value[at]; !near(got, want, l.wantDX.size[at]) {
				l.wrong(t, k, "DenseBack", i, c, got, want)
			}
			slope := 1 + min(l.h.was(i, c), 0)
			if got, want := l.h.rows[i][c], slope*l.wantDH.value[at]; !near(got, want, l.wantDH.size[at]) {
				l.wrong(t, k, "DenseBackELU", i, c, got, want)
			}
		}
	}
	l.dx.intact(t, k.Name+": dx", false)
	l.h.intact(t, k.Name+": h", false)
}

// checkGrad puts a guard behind each gradient.
func (l *layer) checkGrad(t *testing.T, k *Set) {
	t.Helper()
	guard := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	dw, db := slices.Concat(guard, l.dw, guard), slices.Concat(guard, l.db, guard)
	first := len(guard)
	k.DenseGrad(dw[first:first+len(l.dw)], db[first:first+len(l.db)], l.dy.rows, l.x.rows, l.n)
	for i, want := range l.wantDW.value {
		if got := dw[first+i]; !near(got, want, l.wantDW.size[i]) {
			l.wrong(t, k, "dw", i/l.in, i%l.in, got, want)
		}
	}
	for r, want := range l.wantDB.value {
		if got := db[first+r]; !near(got, want, l.wantDB.size[r]) {
			l.wrong(t, k, "db", r, 0, got, want)
		}
	}
	for _, grad := range [][]float32{dw, db} {
		if !slices.Equal(grad[:first], guard) || !slices.Equal(grad[len(grad)-first:], guard) {
			t.Fatalf("%s: DenseGrad of layer %d -> %d writes outside of a gradient", k.Name, l.in, l.out)
		}
	}
}

// layers are those of usual networks, and some odd ones.
var layers = []struct{ in, out int }{
	{1, 1},
	{2, 1},
	{1, 2},
	{3, 4},
	{2, 10},
	{10, 10},
	{10, 2},
	{3, 7},
	{7, 5},
	{11, 13},
	{16, 3},
	{31, 33},
}

func TestDenseOfEveryLength(t *testing.T) {
	for _, n := range lengths() {
		random := rand.New(rand.NewPCG(uint64(n), 1))
		for _, size := range layers {
			newLayer(random, normal, size.in, size.out, n).check(t)
		}
	}
}

// TestDenseOfEveryWidth has every width up to 70 and the largest ones, as input
// and as output, against narrow ones and one at random.
func TestDenseOfEveryWidth(t *testing.T) {
	widths, step := []int{MaxWidth - 1, MaxWidth}, 1
	if testing.Short() {
		step = 6
	}
	for width := 1; width <= 70; width += step {
		widths = append(widths, width)
	}
	for _, width := range widths {
		random := rand.New(rand.NewPCG(uint64(width), 2))
		for _, other := range []int{1, 2, 3, 10, 1 + random.IntN(MaxWidth)} {
			n := 1 + random.IntN(70)
			newLayer(random, normal, width, other, n).check(t)
			newLayer(random, normal, other, width, n).check(t)
		}
		if !testing.Short() {
			newLayer(random, normal, width, width, 1+random.IntN(Tile)).check(t)
		}
	}
}

func TestDenseOfExtremes(t *testing.T) {
	seeds := uint64(40)
	if testing.Short() {
		seeds = 8
	}
	for seed := range seeds {
		random := rand.New(rand.NewPCG(seed, 3))
		for _, size := range layers {
			newLayer(random, extreme, size.in, size.out, random.IntN(Tile+1)).check(t)
		}
	}
}

func FuzzDense(f *testing.F) {
	f.Add(uint8(10), uint8(10), uint16(256), uint64(1), false)
	f.Add(uint8(127), uint8(2), uint16(17), uint64(2), true)
	f.Fuzz(func(t *testing.T, in, out uint8, n uint16, seed uint64, extremes bool) {
		from := normal
		if extremes {
			from = extreme
		}
		random := rand.New(rand.NewPCG(seed, 4))
		newLayer(random, from, 1+int(in)%MaxWidth, 1+int(out)%MaxWidth, int(n)%(Tile+1)).check(t)
	})
}
