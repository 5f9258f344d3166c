package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// lengths are all numbers of columns around every unrolling and every vector,
// and the largest.
func lengths() (all []int) {
	if testing.Short() {
		return []int{0, 1, 2, 3, 4, 5, 9, 16, 31, 33, 64, 65, 127, Tile - 1, Tile}
	}
	for n := range Tile + 1 {
		if n <= 70 || n >= 110 && n <= 130 || n >= Tile-20 {
			all = append(all, n)
		}
	}
	return all
}

// source draws the values of operands.
type source func(random *rand.Rand) float32

// normal draws what a flow in training holds.
func normal(random *rand.Rand) float32 { return float32(random.NormFloat64()) }

// extreme draws mostly normal values, some zeros, denormals and small numbers,
// and now and then one so large that products of two overflow.
func extreme(random *rand.Rand) float32 {
	small := []float32{0, 1e-45, 1e-40, 1e-38, 1.2e-38, 1e-30, 1e-20, 1e-10}
	large := []float32{1e10, 1e18, 1e20, 3e38}
	sign := float32(1 - 2*random.IntN(2))
	switch random.IntN(40) {
	case 0:
		return sign * large[random.IntN(len(large))]
	case 1, 2, 3, 4, 5, 6, 7, 8, 9:
		return sign * small[random.IntN(len(small))]
	}
	return normal(random)
}

func draw(random *rand.Rand, from source, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = from(random)
	}
	return x
}

// guarded is a matrix of n columns among values that no kernel may touch: the
// columns behind, and a row before and after.
type guarded struct {
	rows   []Row
	all    []Row
	before []Row // a copy of all, as it was
	n      int
}

func newGuarded(random *rand.Rand, from source, rows, n int) *guarded {
	g := &guarded{all: make([]Row, rows+2), n: n}
	for r := range g.all {
		for c := range g.all[r] {
			g.all[r][c] = from(random)
		}
	}
	g.rows = g.all[1 : rows+1]
	g.before = slices.Clone(g.all)
	return g
}

// was is the value before the kernel.
func (g *guarded) was(r, c int) float64 { return float64(g.before[r+1][c]) }

// reset undoes what a kernel did, for the next one.
func (g *guarded) reset() { copy(g.all, g.before) }

// intact checks the guards, and the matrix itself if it was read only.
func (g *guarded) intact(t *testing.T, what string, readOnly bool) {
	t.Helper()
	for r := range g.all {
		first := 0
		if inside := r > 0 && r < len(g.all)-1; inside && !readOnly {
			first = g.n
		}
		for c := first; c < Tile; c++ {
			if math.Float32bits(g.all[r][c]) != math.Float32bits(g.before[r][c]) {
				t.Fatalf("%s of %d columns was touched at row %d, column %d", what, g.n, r-1, c)
			}
		}
	}
}

// near says whether a float32 result is that of float64, where the terms it was
// summed from have this size. Rounding denormals costs a little more. Where the
// terms leave the range of float32, the result may be infinite or NaN instead.
func near(got float32, want, size float64) bool {
	const denormals = 0x1p-140
	if size > math.MaxFloat32/4 && !finite(got) {
		return true
	}
	return math.Abs(float64(got)-want) <= 1e-6*(size+math.Abs(want))+denormals
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }
