package run

import (
	"math"
	"math/rand/v2"
	"testing"
)

// However long the series, there are few blocks, and they have the mean and the
// mean square of the values that they are of.
func TestBlocksAreBounded(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 0))
	const most = 16
	b := newBlocks(2, most)
	var values [2][]float64
	for n := 1; n <= 1000; n++ {
		v := []float64{random.NormFloat64(), random.NormFloat64()}
		b.add(v)
		for i := range v {
			values[i] = append(values[i], v[i])
		}
		if len(b.square) >= most || cap(b.mean[0]) > 2*most || len(b.mean[1]) != len(b.square) {
			t.Fatalf("%d blocks after %d values", len(b.square), n)
		}
		if len(b.square) == 0 {
			continue
		}
		means, square := b.settled()
		from, to := len(b.square)/2*b.size, len(b.square)*b.size
		var squares float64
		for i, series := range means {
			for j, got := range series {
				want := mean(values[i][from+j*b.size : from+(j+1)*b.size])
				if math.Abs(got-want) > 1e-12 {
					t.Fatalf("after %d values block %d of series %d is %v, not %v", n, j, i, got, want)
				}
			}
			for _, v := range values[i][from:to] {
				squares += v * v
			}
		}
		if want := squares / float64(2*(to-from)); math.Abs(square-want) > 1e-12 {
			t.Fatalf("after %d values the mean square is %v, not %v", n, square, want)
		}
	}
	if b.size != 64 && b.size != 128 {
		t.Errorf("blocks of %d values", b.size)
	}
}
