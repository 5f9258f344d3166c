//go:build slow

package sampling

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat"

	"neuralrg/physics"
)

func TestMutualInformationCoverageFine(t *testing.T) {
	repeats := 60
	if os.Getenv("NEURALRG_SOAK") != "" {
		repeats = 600
	}
	mutualCoverage(t, 5*repeats, 512, 0.3)
	mutualCoverage(t, repeats, 8000, 0.2)
}

// Fields at the critical point, from independent clusters. The expected values
// are those of another program, each from as many samples as here one estimate,
// so that they have its error. That of the mean over translations is smaller.
func TestMutualInformationOfFields(t *testing.T) {
	const size, n = 16, 20_000
	w := warmWolff(t, size, physics.Tc, Hot, 31)
	spins := make([]int8, size*size*n)
	w.Draw(spins)
	fields := make([]float32, len(spins))
	ising(t, size, physics.Tc).Lift(fields, spins, rand.New(rand.NewPCG(12, 31)))
	at := func(row, column int) []float64 {
		values := make([]float64, n)
		for i, v := range fields[(row*size+column)*n:][:n] {
			values[i] = float64(v)
		}
		return values
	}
	for _, c := range []struct {
		row, column int
		information float64
	}{
		{0, 1, 0.458}, {1, 1, 0.331}, {0, 2, 0.297}, {0, 4, 0.219}, {8, 8, 0.174},
	} {
		var values, squares []float64
		for _, site := range [][2]int{{3, 5}, {3, 13}, {11, 5}, {11, 13}} {
			q := information(t, at(site[0], site[1]), at((site[0]+c.row)%size, (site[1]+c.column)%size), 3)
			values, squares = append(values, q.Value), append(squares, q.Error*q.Error)
		}
		value, deviated := stat.Mean(values, nil), math.Sqrt(stat.Mean(squares, nil))
		mean, deviation, err := ShuffledInformation(at(3, 5), at((3+c.row)%size, (5+c.column)%size), 3, 10, 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("(%d,%d): %.4f, known %.3f, error of one %.4f; shuffled %.4f, deviation %.4f", c.row, c.column, value, c.information, deviated, mean, deviation)
		if math.Abs(value-c.information) > 3*deviated || deviated > 0.01 {
			t.Errorf("(%d,%d): %v, known %v, error of one %v", c.row, c.column, value, c.information, deviated)
		}
		if math.Abs(mean) > 4*deviation/math.Sqrt(10) {
			t.Errorf("(%d,%d): baseline %v, deviation %v", c.row, c.column, mean, deviation)
		}
	}
}
