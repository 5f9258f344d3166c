package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// each runs a test with every implementation.
func each(t *testing.T, test func(t *testing.T, k *Set, random *rand.Rand)) {
	for _, k := range Implementations() {
		t.Run(k.Name, func(t *testing.T) { test(t, k, rand.New(rand.NewPCG(3, 4))) })
	}
}

// sizes are those of lattices: every small one, and the largest.
var sizes = []int{4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 34, 64, 128, 256}

func normal(random *rand.Rand) float64 { return random.NormFloat64() }

// guarded are rows between others that no kernel may touch.
type guarded struct {
	rows   []Row
	all    []Row
	before []Row // a copy of all
}

func newGuarded(rows int, value func() float64) *guarded {
	g := &guarded{all: make([]Row, rows+2)}
	for r := range g.all {
		for i := range g.all[r] {
			g.all[r][i] = value()
		}
	}
	g.rows = g.all[1 : rows+1]
	g.before = slices.Clone(g.all)
	return g
}

// was is row r as it was.
func (g *guarded) was(r int) *Row { return &g.before[r+1] }

// intact checks the guards, and the rows but those that are changed.
func (g *guarded) intact(t *testing.T, what string, changed func(r int) bool) {
	t.Helper()
	for r := range g.all {
		inside := r > 0 && r < len(g.all)-1
		if !(inside && changed(r-1)) && !identical(&g.all[r], &g.before[r]) {
			t.Fatalf("%s: row %d of %d is touched", what, r-1, len(g.rows))
		}
	}
}

func all(int) bool  { return true }
func none(int) bool { return false }

func identical(a, b *Row) bool {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return false
		}
	}
	return true
}

// field is size sites of Lanes samples, at a stride, among values that no
// kernel may touch or use.
func field(size, stride int, value func() float64) []float32 {
	x := make([]float32, (size-1)*stride+Lanes, size*stride+Lanes)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	for j := range size {
		for i := range Lanes {
			x[j*stride+i] = float32(value())
		}
	}
	return x
}

func TestFold(t *testing.T) {
	each(t, func(t *testing.T, k *Set, random *rand.Rand) {
		for _, size := range sizes {
			for _, stride := range []int{Lanes, Lanes + 1, 40} {
				x := field(size, stride, func() float64 { return normal(random) })
				y := newGuarded(size, func() float64 { return normal(random) })
				k.Fold(y.rows, x, stride)
				y.intact(t, "y", all)
				for j := range size {
					mirror := (size - j) % size
					for i, got := range y.rows[j] {
						a, b := float64(x[j*stride+i]), float64(x[mirror*stride+i])
						want := a
						switch {
						case 0 < j && j < size/2:
							want = a + b
						case j > size/2:
							want = b - a
						}
						if got != want {
							t.Fatalf("L=%d, stride %d: y[%d][%d] = %v, want %v", size, stride, j, i, got, want)
						}
					}
				}
			}
		}
	})
}

func TestUnfold(t *testing.T) {
	each(t, func(t *testing.T, k *Set, random *rand.Rand) {
		for _, size := range sizes {
			y := newGuarded(size, func() float64 { return normal(random) })
			k.Unfold(y.rows)
			y.intact(t, "y", func(r int) bool { return r != 0 && r != size/2 })
			for j := 1; j < size/2; j++ {
				for i := range Lanes {
					even, odd := y.was(j)[i], y.was(size - j)[i]
					if y.rows[j][i] != even+odd || y.rows[size-j][i] != even-odd {
						t.Fatalf("L=%d: sites %d and %d of sample %d are wrong", size, j, size-j, i)
					}
				}
			}
		}
	})
}

func TestDense(t *testing.T) {
	each(t, func(t *testing.T, k *Set, random *rand.Rand) {
		check := func(out, in int) {
			x := newGuarded(in, func() float64 { return normal(random) })
			y := newGuarded(out, func() float64 { return normal(random) })
			w := make([]float64, out*in)
			for i := range w {
				w[i] = normal(random)
			}
			k.Dense(y.rows, x.rows, w)
			x.intact(t, "x", none)
			y.intact(t, "y", all)
			for r := range out {
				for i := range Lanes {
					var want, size float64
					for c := range in {
						want += w[r*in+c] * x.rows[c][i]
						size += math.Abs(w[r*in+c] * x.rows[c][i])
					}
					if got := y.rows[r][i]; !(math.Abs(got-want) <= float64(in)*0x1p-52*size) {
						t.Fatalf("%d x %d: y[%d][%d] = %v, want %v", out, in, r, i, got, want)
					}
				}
			}
		}
		for out := range 20 {
			for in := range 20 {
				check(out+1, in+1)
			}
		}
		for _, size := range sizes {
			check(size/2+1, size/2+1)
			check(size/2-1, size/2-1)
		}
	})
}

func testColumn(random *rand.Rand, size int) *Column {
	var c Column
	for l := range 2 {
		c.Rho[l] = 0.999 * random.Float64()
		c.Wrap[l] = 1 / (1 - math.Pow(c.Rho[l], float64(size)))
	}
	return &c
}

// Both directions by putting the solution into its equation.
func TestColumn(t *testing.T) {
	each(t, func(t *testing.T, k *Set, random *rand.Rand) {
		for _, size := range sizes {
			for _, stride := range []int{2, 3, 16} {
				c := testColumn(random, size)
				value := func() float64 { return normal(random) }
				inside := func(r int) bool { return r%stride < 2 }
				residual := func(x *guarded, j, before, l, i int) float64 {
					return x.rows[j*stride+l][i] + c.Rho[l]*x.rows[before*stride+l][i] - x.was(j*stride + l)[i]
				}
				const limit = 1e-14 // of numbers of a few units

				x, sum := newGuarded((size-1)*stride+2, value), newGuarded(1, value)
				k.Forward(&sum.rows[0], x.rows, stride, size, c)
				x.intact(t, "x", inside)
				sum.intact(t, "sum", all)
				squares := *sum.was(0)
				for j := range size {
					for l := range 2 {
						for i := range Lanes {
							squares[i] += x.rows[j*stride+l][i] * x.rows[j*stride+l][i]
							if r := residual(x, j, (j+size-1)%size, l, i); !(math.Abs(r) < limit*c.Wrap[l]) {
								t.Fatalf("L=%d: forward, site %d is wrong by %v", size, j, r)
							}
						}
					}
				}
				for i, got := range sum.rows[0] {
					if !(math.Abs(got-squares[i]) < 1e-13*(1+squares[i])) {
						t.Fatalf("L=%d: sum %v, want %v", size, got, squares[i])
					}
				}

				x = newGuarded((size-1)*stride+2, value)
				k.Backward(x.rows, stride, size, c)
				x.intact(t, "x", inside)
				for j := range size {
					for l := range 2 {
						for i := range Lanes {
							if r := residual(x, j, (j+1)%size, l, i); !(math.Abs(r) < limit*c.Wrap[l]) {
								t.Fatalf("L=%d: backward, site %d is wrong by %v", size, j, r)
							}
						}
					}
				}
			}
		}
	})
}

// everyField is each exponent of a float32 with random mantissas and both
// signs: zeros, denormals, numbers, infinities and NaN.
func everyField(random *rand.Rand) (values []float32) {
	for exponent := range uint32(256) {
		for range 64 {
			values = append(values, math.Float32frombits(exponent<<23|random.Uint32()&0x807fffff))
		}
	}
	for u := -45.0; u < 45; u += 1. / 128 {
		values = append(values, float32(u))
	}
	infinity := float32(math.Inf(1))
	return append(values, 0, float32(math.Copysign(0, -1)), infinity, -infinity)
}

func TestSite(t *testing.T) {
	each(t, func(t *testing.T, k *Set, random *rand.Rand) {
		fields := everyField(random)
		for at, v := range fields {
			lane := at % Lanes
			x := field(1, Lanes, func() float64 { return normal(random) })
			x[lane] = v
			grad := make([]float32, Lanes)
			h, sum, product := []Row{{}}, Row{}, Row{}
			h[0][lane] = float64(at % 3)
			sum[lane], product[lane] = 1, 2
			k.Site(grad, h, x, Lanes, &sum, &product)

			abs := math.Abs(float64(v))
			want := h[0][lane] - math.Tanh(float64(v))
			// Half a unit in the last place of a float32.
			near(t, v, "gradient", float64(grad[lane]), want, 0x1p-24*math.Abs(want)+4e-16)
			near(t, v, "factor", product[lane], 1+math.Exp(-2*abs), 5e-16)
			if wantSum := 1 + abs; sum[lane] != wantSum && abs == abs {
				t.Fatalf("x = %v: sum %v, want %v", v, sum[lane], wantSum)
			}
			if v == 0 && product[lane] != 2 || abs > 20 && product[lane] != 1 {
				t.Fatalf("x = %v: factor %v/2", v, product[lane])
			}
			if v != v && sum[lane] == sum[lane] {
				t.Fatalf("x = %v: sum %v", v, sum[lane])
			}
		}
	})
}

// near accepts NaN for NaN.
func near(t *testing.T, x float32, what string, got, want, limit float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= limit) && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Fatalf("x = %v: %s %v, want %v", x, what, got, want)
	}
}

// Every number of sites at once gives what each gives alone, and touches no
// other.
func TestSiteGuards(t *testing.T) {
	each(t, func(t *testing.T, k *Set, random *rand.Rand) {
		value := func() float64 { return normal(random) }
		for size := range 20 {
			for _, stride := range []int{Lanes, Lanes + 3, 40} {
				x := field(size+1, stride, value)[:size*stride]
				grad := field(size+1, stride, value)
				before := slices.Clone(grad)
				h, sums := newGuarded(size, value), newGuarded(2, value)
				k.Site(grad[:size*stride], h.rows, x, stride, &sums.rows[0], &sums.rows[1])
				h.intact(t, "h", none)
				sums.intact(t, "sum and product", all)

				sum, product := *sums.was(0), *sums.was(1)
				for j := range size {
					k.Site(before[j*stride:], h.rows[j:j+1], x[j*stride:], stride, &sum, &product)
				}
				if !identical(&sum, &sums.rows[0]) || !identical(&product, &sums.rows[1]) {
					t.Fatalf("%d sites: sums depend on how many sites are added at once", size)
				}
				for i := range grad {
					if math.Float32bits(grad[i]) != math.Float32bits(before[i]) {
						t.Fatalf("%d sites, stride %d: gradient[%d] = %v, want %v", size, stride, i, grad[i], before[i])
					}
				}
			}
		}
	})
}

// What is in one lane never reaches another, and NaN comes out of its own.
func TestLanesAreIndependent(t *testing.T) {
	const size, stride = 12, Lanes + 5
	each(t, func(t *testing.T, k *Set, random *rand.Rand) {
		column := testColumn(random, size)
		w := make([]float64, 7*7)
		for i := range w {
			w[i] = 1 + random.Float64()
		}
		// results runs all kernels with a value in one lane of one site.
		results := func(lane int, value float64) (rows []Row) {
			random := rand.New(rand.NewPCG(5, 6))
			x := field(size, stride, func() float64 { return normal(random) })
			if lane >= 0 {
				x[5*stride+lane] = float32(value)
			}
			grad := make([]float32, len(x))
			y, out, sum, product := make([]Row, size), make([]Row, 7), Row{}, Row{}
			k.Fold(y, x, stride)
			k.Dense(out, y[:7], w)
			k.Forward(&sum, y, 2, size/2, column)
			k.Backward(y, 2, size/2, column)
			k.Unfold(y)
			for i := range product {
				product[i] = 1
			}
			k.Site(grad, y, x, stride, &sum, &product)
			last := Row{}
			for i := range last {
				last[i] = float64(grad[5*stride+i])
			}
			return append(out, sum, product, last)
		}
		want := results(-1, 0)
		for lane := range Lanes {
			for _, value := range []float64{math.NaN(), math.Inf(-1), 1e38} {
				for r, row := range results(lane, value) {
					if math.IsNaN(value) && row[lane] == row[lane] {
						t.Fatalf("row %d: NaN in lane %d gives %v", r, lane, row[lane])
					}
					row[lane] = want[r][lane]
					if !identical(&row, &want[r]) {
						t.Fatalf("row %d: %v in lane %d reaches another: %v, want %v", r, value, lane, row, want[r])
					}
				}
			}
		}
	})
}

// The implementations agree but for the last bits.
func TestImplementationsAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	const size = 16
	x := field(size, Lanes, func() float64 { return 3 * normal(random) })
	column := &Column{Rho: [2]float64{0.5, 0.9}, Wrap: [2]float64{1 / (1 - math.Pow(0.5, size/2)), 1 / (1 - math.Pow(0.9, size/2))}}
	run := func(k *Set) (values []float64) {
		y, sum, product, grad := make([]Row, size), Row{}, Row{}, make([]float32, len(x))
		for i := range product {
			product[i] = 1
		}
		k.Fold(y, x, Lanes)
		k.Forward(&sum, y, 2, size/2, column)
		k.Backward(y, 2, size/2, column)
		k.Unfold(y)
		k.Site(grad, y, x, Lanes, &sum, &product)
		for _, row := range append(y, sum, product) {
			values = append(values, row[:]...)
		}
		return values
	}
	want := run(&portable)
	for _, k := range Implementations() {
		for i, got := range run(k) {
			if !(math.Abs(got-want[i]) <= 1e-13*max(1, math.Abs(want[i]))) {
				t.Errorf("%s: value %d is %v, in plain Go %v", k.Name, i, got, want[i])
			}
		}
	}
}
