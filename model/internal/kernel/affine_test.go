package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// affineKernel is one of the affine kernels, and the same column in float64.
type affineKernel struct {
	name string
	rows int
	call func(k *Set, r []Row, scale float32, n int) float32
	// column takes the rows' values to results with the sizes of their terms,
	// and gives a term of dL/dscale.
	column func(v []float64, scale float64) (want, size []float64, dscale float64)
}

var affineKernels = []affineKernel{
	{
		"Affine", 4,
		func(k *Set, r []Row, scale float32, n int) float32 {
			k.Affine(&r[0], &r[1], &r[2], &r[3], scale, n)
			return 0
		},
		func(v []float64, scale float64) (want, size []float64, dscale float64) {
			x, sum, u, t := v[0], v[1], v[2], v[3]
			s := scale * math.Tanh(u)
			xe := x * math.Exp(s)
			return []float64{xe + t, sum + s, u, t},
				[]float64{math.Abs(xe)*rounding(s) + math.Abs(t), math.Abs(sum) + math.Abs(s), 0, 0}, 0
		},
	},
	{
		"AffineInverse", 4,
		func(k *Set, r []Row, scale float32, n int) float32 {
			k.AffineInverse(&r[0], &r[1], &r[2], &r[3], scale, n)
			return 0
		},
		func(v []float64, scale float64) (want, size []float64, dscale float64) {
			y, sum, u, t := v[0], v[1], v[2], v[3]
			s := scale * math.Tanh(u)
			x := (y - t) * math.Exp(-s)
			return []float64{x, sum + s, u, t},
				[]float64{(math.Abs(y) + math.Abs(t)) * math.Exp(-s) * rounding(s), math.Abs(sum) + math.Abs(s), 0, 0}, 0
		},
	},
	{
		"AffineBack", 5,
		func(k *Set, r []Row, scale float32, n int) float32 {
			return k.AffineBack(&r[0], &r[1], &r[2], &r[3], &r[4], scale, n)
		},
		func(v []float64, scale float64) (want, size []float64, dscale float64) {
			y, dy, u, t, a := v[0], v[1], v[2], v[3], v[4]
			th := math.Tanh(u)
			s := scale * th
			e := math.Exp(s)
			ds := dy*(y-t) - a
			terms := math.Abs(dy)*(math.Abs(y)+math.Abs(t)) + math.Abs(a)
			return []float64{(y - t) / e, dy * e, ds * scale * (1 - th*th), dy, a},
				[]float64{(math.Abs(y) + math.Abs(t)) / e * rounding(s), math.Abs(dy) * e * rounding(s), terms * (1 + math.Abs(scale)), 0, 0},
				ds * th
		},
	},
	{
		"AffineInverseBack", 5,
		func(k *Set, r []Row, scale float32, n int) float32 {
			return k.AffineInverseBack(&r[0], &r[1], &r[2], &r[3], &r[4], scale, n)
		},
		func(v []float64, scale float64) (want, size []float64, dscale float64) {
			x, dx, u, t, a := v[0], v[1], v[2], v[3], v[4]
			th := math.Tanh(u)
			s := scale * th
			e := math.Exp(s)
			ds := -dx*x - a
			terms := math.Abs(dx*x) + math.Abs(a)
			return []float64{x*e + t, dx / e, ds * scale * (1 - th*th), -dx / e, a},
				[]float64{math.Abs(x)*e*rounding(s) + math.Abs(t), math.Abs(dx) / e * rounding(s), terms * (1 + math.Abs(scale)), math.Abs(dx) / e * rounding(s), 0},
				ds * th
		},
	},
}

// rounding is how many roundings of s itself count in exp(s).
func rounding(s float64) float64 { return 1 + math.Abs(s) }

// check compares an affine kernel of every implementation with float64.
func (a affineKernel) check(t *testing.T, random *rand.Rand, from source, scale float32, n int) {
	t.Helper()
	g := newGuarded(random, from, a.rows, n)
	for _, k := range Implementations() {
		dscale := a.call(k, g.rows, scale, n)
		wantScale, sizeScale := 0.0, 0.0
		v := make([]float64, a.rows)
		for c := range n {
			for r := range v {
				v[r] = g.was(r, c)
			}
			want, size, term := a.column(v, float64(scale))
			wantScale += term
			sizeScale += size[2]
			for r := range v {
				if got := g.rows[r][c]; !near(got, want[r], size[r]) {
					t.Fatalf("%s: %s of %d columns, scale %g, operands %g: row %d, column %d is %g, not %g",
						k.Name, a.name, n, scale, v, r, c, got, want[r])
				}
			}
		}
		if !near(dscale, wantScale, sizeScale) {
			t.Fatalf("%s: %s of %d columns: dscale is %g, not %g", k.Name, a.name, n, dscale, wantScale)
		}
		g.intact(t, k.Name+": an operand of "+a.name, false)
		g.reset()
	}
}

func TestAffine(t *testing.T) {
	for _, a := range affineKernels {
		for _, n := range lengths() {
			random := rand.New(rand.NewPCG(uint64(n), 5))
			a.check(t, random, normal, normal(random), n)
		}
	}
}

func TestAffineOfExtremes(t *testing.T) {
	for _, a := range affineKernels {
		for seed := range uint64(200) {
			random := rand.New(rand.NewPCG(seed, 6))
			scale := 4 * normal(random)
			if seed%4 == 0 {
				scale = []float32{0, 1e-45, 1e-38, -1e-20, 20, -20}[random.IntN(6)]
			}
			a.check(t, random, extreme, scale, random.IntN(Tile+1))
		}
	}
}
