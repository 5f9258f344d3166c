package chart

import (
	"math"
	"testing"
)

func TestSpark(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		values []float64
		width  int
		ascii  bool
		want   string
	}{
		{[]float64{0, 1, 2, 3, 4, 5, 6}, 7, false, "▁▂▃▄▅▆▇"},
		{[]float64{0, 1, 2, 3, 4, 5, 6}, 7, true, "_.,-~=*"},
		{[]float64{0, 0, 7, 7}, 2, false, "▁▇"},
		{[]float64{5, 5, 5}, 3, false, "▄▄▄"},
		{[]float64{1, nan, inf, 8}, 4, false, "▁  ▇"},
		{[]float64{nan}, 3, false, "   "},
		{nil, 2, false, "  "},
		{[]float64{1}, -1, false, ""},
		{[]float64{-math.MaxFloat64, math.MaxFloat64}, 2, false, "▁▇"},
	} {
		if got := Spark(c.values, c.width, SparkInk{ASCII: c.ascii}); got != c.want {
			t.Errorf("Spark(%v, %d) = %q, want %q", c.values, c.width, got, c.want)
		}
	}
}
