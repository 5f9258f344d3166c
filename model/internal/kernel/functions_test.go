package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestFunctions measures the relative error of ELU, tanh and exp, as they come
// out of the kernels, over every exponent of a float32 and both signs. Below
// the normal numbers, and above the largest, it wants no more than that the
// result is as small, or as large.
func TestFunctions(t *testing.T) {
	checkFunctions(t, 1)
}

// checkFunctions takes so many tiles of random numbers for every exponent.
func checkFunctions(t *testing.T, tiles int) {
	t.Helper()
	for _, k := range Implementations() {
		for _, f := range functions {
			t.Run(k.Name+"/"+f.name, func(t *testing.T) {
				worst, at := 0.0, float32(0)
				eachFloat(tiles, func(x []float32) {
					y := f.of(k, x)
					for i, got := range y {
						if e := relativeError(got, f.exact(float64(x[i]))); e > worst {
							worst, at = e, x[i]
						}
					}
				})
				t.Logf("largest relative error %.3g, at %g", worst, at)
				if worst > 1e-6 {
					t.Errorf("relative error %.3g at %g", worst, at)
				}
			})
		}
	}
}

// functions are what the kernels compute, drawn out of them.
var functions = []struct {
	name  string
	of    func(k *Set, x []float32) []float32
	exact func(x float64) float64
}{
	{"ELU", elus, elu64},
	{"tanh of Affine", sumOf((*Set).affine), math.Tanh},
	{"tanh of AffineInverse", sumOf((*Set).affineInverse), math.Tanh},
	{"tanh of AffineBack", dscaleOf((*Set).affineBack), math.Tanh},
	{"tanh of AffineInverseBack", dscaleOf((*Set).affineInverseBack), func(x float64) float64 { return -math.Tanh(x) }},
	{"exp of Affine", valueOf((*Set).affine, 0), math.Exp},
	{"exp of AffineInverse", valueOf((*Set).affineInverse, 0), func(x float64) float64 { return math.Exp(-x) }},
	{"exp of AffineBack", valueOf((*Set).affineBack, 1), math.Exp},
	{"exp of AffineInverseBack", valueOf((*Set).affineInverseBack, 1), func(x float64) float64 { return math.Exp(-x) }},
	{"exp of AffineBack's inversion", valueOf((*Set).affineBack, 0), func(x float64) float64 { return math.Exp(-x) }},
	{"exp of AffineInverseBack's inversion", valueOf((*Set).affineInverseBack, 0), math.Exp},
}

// affineOf calls an affine kernel on rows value, sum or gradient, u, t and a.
type affineOf func(k *Set, r *[5]Row, scale float32, n int) float32

func (k *Set) affine(r *[5]Row, scale float32, n int) float32 {
	k.Affine(&r[0], &r[1], &r[2], &r[3], scale, n)
	return 0
}

func (k *Set) affineInverse(r *[5]Row, scale float32, n int) float32 {
	k.AffineInverse(&r[0], &r[1], &r[2], &r[3], scale, n)
	return 0
}

func (k *Set) affineBack(r *[5]Row, scale float32, n int) float32 {
	return k.AffineBack(&r[0], &r[1], &r[2], &r[3], &r[4], scale, n)
}

func (k *Set) affineInverseBack(r *[5]Row, scale float32, n int) float32 {
	return k.AffineInverseBack(&r[0], &r[1], &r[2], &r[3], &r[4], scale, n)
}

// elus are ELU(1 x + 0).
func elus(k *Set, x []float32) []float32 {
	var in, out [1]Row
	n := copy(in[0][:], x)
	k.DenseELU(out[:], in[:], []float32{1}, []float32{0}, n)
	return out[0][:n]
}

// sumOf gives 1 tanh(x) + 0.
func sumOf(f affineOf) func(k *Set, x []float32) []float32 {
	return func(k *Set, x []float32) []float32 {
		var r [5]Row
		n := copy(r[2][:], x)
		f(k, &r, 1, n)
		return r[1][:n]
	}
}

// dscaleOf gives ds tanh(x) of single columns with ds = 1.
func dscaleOf(f affineOf) func(k *Set, x []float32) []float32 {
	return func(k *Set, x []float32) []float32 {
		y, r := make([]float32, len(x)), new([5]Row)
		for i, v := range x {
			r[0][0], r[1][0], r[2][0], r[3][0] = 1, 1, v, 0
			y[i] = f(k, r, 0, 1)
		}
		return y
	}
}

// valueOf gives exp(+-s) in one of the rows, with s = x tanh(100) exactly x.
func valueOf(f affineOf, row int) func(k *Set, x []float32) []float32 {
	return func(k *Set, x []float32) []float32 {
		y, r := make([]float32, len(x)), new([5]Row)
		for i, s := range x {
			r[0][0], r[1][0], r[2][0], r[3][0] = 1, 1, 100, 0
			f(k, r, s, 1)
			y[i] = r[row][0]
		}
		return y
	}
}

// eachFloat calls f with random numbers of every exponent and sign, so many
// tiles of each.
func eachFloat(tiles int, f func(x []float32)) {
	random := rand.New(rand.NewPCG(1, 11))
	x := make([]float32, Tile)
	for exponent := range uint32(255) {
		for range tiles {
			for i := range x {
				x[i] = math.Float32frombits(uint32(i%2)<<31 | exponent<<23 | random.Uint32()>>9)
			}
			f(x)
		}
	}
}

// relativeError is that of a float32 in the place of a number, infinite if it is
// NaN, and 0 where the number is out of the normal range and the float32 is so
// too.
func relativeError(got float32, want float64) float64 {
	const smallest, largest = 0x1p-126, math.MaxFloat32
	size, sign := math.Abs(want), math.Copysign(1, want)
	switch value := float64(got) * sign; {
	case math.IsNaN(value):
		return math.Inf(1)
	case size < smallest && value >= -smallest && value <= smallest:
		return 0
	case size > largest && value >= largest*(1-1e-6):
		return 0
	default:
		return math.Abs(value-size) / max(size, smallest)
	}
}

// TestLimits has the values of the functions where they end.
func TestLimits(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, k := range Implementations() {
		for _, c := range []struct {
			what     string
			of       func(k *Set, x []float32) []float32
			at, want float32
		}{
			{"ELU", elus, inf, inf},
			{"ELU", elus, -inf, -1},
			{"ELU", elus, -math.MaxFloat32, -1},
			{"ELU", elus, -100, -1},
			{"ELU", elus, 0, 0},
			{"ELU", elus, math.MaxFloat32, math.MaxFloat32},
			{"tanh", sumOf((*Set).affine), inf, 1},
			{"tanh", sumOf((*Set).affine), -inf, -1},
			{"tanh", sumOf((*Set).affineInverse), inf, 1},
			{"tanh", sumOf((*Set).affineInverse), -inf, -1},
			{"tanh", dscaleOf((*Set).affineBack), inf, 1},
			{"tanh", dscaleOf((*Set).affineBack), -inf, -1},
			{"tanh", dscaleOf((*Set).affineInverseBack), -inf, 1},
			{"tanh", sumOf((*Set).affine), 100, 1},
			{"tanh", sumOf((*Set).affine), 0, 0},
			{"exp", valueOf((*Set).affine, 0), 0, 1},
			{"exp", valueOf((*Set).affineInverse, 0), 0, 1},
			{"exp", valueOf((*Set).affineBack, 1), 0, 1},
			{"exp", valueOf((*Set).affineInverseBack, 1), 0, 1},
		} {
			if got := c.of(k, []float32{c.at})[0]; got != c.want {
				t.Errorf("%s: %s(%g) = %g, not %g", k.Name, c.what, c.at, got, c.want)
			}
		}
	}
}
