//go:build slow

package rg

import (
	"context"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// TestErrorsOfAverages: the errors quoted are those by which averages scatter.
func TestErrorsOfAverages(t *testing.T) {
	repeats := 40
	if os.Getenv("NEURALRG_SOAK") != "" {
		repeats = 400
	}
	var values, squares [2][]float64
	for i := range repeats {
		for j, share := range []float64{0, 0.5} {
			x, _ := smooth(4, 800, share, uint64(100+i))
			info, err := FieldInformation(context.Background(), 4, x, everySite(16), Options{Threads: 2})
			if err != nil {
				t.Fatal(err)
			}
			q := info.ByLevel[0].Quantity
			values[j], squares[j] = append(values[j], q.Value), append(squares[j], q.Error*q.Error)
		}
	}
	for j := range values {
		quoted, spread := math.Sqrt(stat.Mean(squares[j], nil)), stat.StdDev(values[j], nil)
		t.Logf("quoted %.5f, spread %.5f", quoted, spread)
		if quoted < 0.7*spread || quoted > 1.6*spread {
			t.Errorf("errors %v, spread %v", quoted, spread)
		}
	}
}
