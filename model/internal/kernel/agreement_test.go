package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestImplementationsAgree composes the kernels to one coupling with a network
// of three hidden layers, forward and back, and compares what comes out at the
// end with plain Go: rounding grows on the way, but a little only.
func TestImplementationsAgree(t *testing.T) {
	others := slices.DeleteFunc(slices.Clone(Implementations()), func(k *Set) bool { return k == &portable })
	if len(others) == 0 {
		t.Skip("this machine has one implementation only")
	}
	for _, hidden := range []int{1, 7, 10, 11, 32, 64} {
		for _, n := range []int{1, 19, 100, Tile} {
			want := composed(&portable, hidden, n)
			for _, k := range others {
				for i, got := range composed(k, hidden, n) {
					if e := math.Abs(float64(got) - float64(want[i])); !(e <= 2e-5*(1+math.Abs(float64(want[i])))) {
						t.Fatalf("hidden %d, n=%d: result %d is %g with %s, %g with %s", hidden, n, i, got, k.Name, want[i], portable.Name)
					}
				}
			}
		}
	}
}

// composed are the results of a coupling and of its gradients, from operands
// that depend on hidden and n only.
func composed(k *Set, hidden, n int) (results []float32) {
	random := rand.New(rand.NewPCG(uint64(hidden), uint64(n)))
	widths := []int{2, hidden, hidden, hidden, 2}
	var w, b [][]float32
	h := [][]Row{newGuarded(random, normal, 2, n).rows}
	for i, out := range widths[1:] {
		w, b = append(w, draw(random, normal, out*widths[i])), append(b, draw(random, normal, out))
		for j := range w[i] {
			w[i][j] /= float32(math.Sqrt(float64(widths[i])))
		}
		h = append(h, make([]Row, out))
	}
	r := newGuarded(random, normal, 8, n).rows
	value, sum, dvalue, dlogq, shift, dkept := &r[0], &r[1], &r[2], &r[3], &r[4], r[6:8]

	last := len(w) - 1
	for i := range last {
		k.DenseELU(h[i+1], h[i], w[i], b[i], n)
	}
	k.Dense(h[last+1], h[last], w[last], b[last], n)
	dy := h[last+1]
	u, v := dy[0], *shift
	k.Affine(value, sum, &u, shift, 0.5, n)
	keep := func(rows ...*Row) {
		for _, row := range rows {
			results = append(results, row[:n]...)
		}
	}
	keep(value, sum)
	results = append(results, k.AffineBack(value, dvalue, &dy[0], &v, dlogq, 0.5, n)/float32(n))
	keep(value, dvalue, &v)
	for i := last; i >= 0; i-- {
		dw, db := make([]float32, len(w[i])), make([]float32, len(b[i]))
		k.DenseGrad(dw, db, dy, h[i], n)
		for _, grad := range [][]float32{dw, db} {
			for _, g := range grad {
				results = append(results, g/float32(n))
			}
		}
		if i == 0 {
			k.DenseBack(dkept, dy, w[0], n)
			break
		}
		k.DenseBackELU(h[i], dy, w[i], n)
		dy = h[i]
	}
	keep(&dkept[0], &dkept[1])
	return results
}
