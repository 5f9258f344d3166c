package physics

import (
	"fmt"
	"math"
)

// StructureFactor is the mean of |sum_j s_j exp(i k r_j)|²/N over the spins that go
// with the fields x of one configuration, row-major, L to a side: zero is that of k
// = 0, and least that of the smallest wave vectors 2 pi/L along either axis, of
// which it is the mean. The spins being independent given x, with t = tanh x it is
//
//	[|sum t_j exp(i k r_j)|² + sum (1 - t_j²)] / N.
func StructureFactor(L int, x []float32) (zero, least float64) {
	if L < 1 || len(x) != L*L {
		panic(fmt.Sprintf("physics: StructureFactor of %d fields with L = %d", len(x), L))
	}
	var sum, noise, columnCos, columnSin, rowCos, rowSin float64
	for row := range L {
		var inRow float64
		for column, field := range x[row*L : (row+1)*L] {
			t := math.Tanh(float64(field))
			inRow += t
			noise += 1 - t*t
			sin, cos := math.Sincos(2 * math.Pi * float64(column) / float64(L))
			columnCos += t * cos
			columnSin += t * sin
		}
		sin, cos := math.Sincos(2 * math.Pi * float64(row) / float64(L))
		rowCos += inRow * cos
		rowSin += inRow * sin
		sum += inRow
	}
	n := float64(len(x))
	square := (columnCos*columnCos + columnSin*columnSin + rowCos*rowCos + rowSin*rowSin) / 2
	return (sum*sum + noise) / n, (square + noise) / n
}

// CorrelationLength is the second-moment correlation length of the torus, in units
// of its lattice,
//
//	xi = sqrt(S(0)/S(k) - 1) / (2 sin(pi/L)),  k = 2 pi/L,
//
// S being the structure factor (F. Cooper, B. Freedman and D. Preston, Nucl. Phys. B
// 210, 210 (1982)). On the critical torus xi/L tends to 0.90505 (J. Salas and A. D.
// Sokal, J. Stat. Phys. 98, 551 (2000)). It is defined by means over many
// configurations; of a single one it says how large its domains are. It is 0 where
// S(0) is not above S(k): nothing is correlated over the lattice, or the domains
// cancel.
func CorrelationLength(L int, zero, least float64) float64 {
	if !(zero > least) || !(least > 0) {
		return 0
	}
	return math.Sqrt(zero/least-1) / (2 * math.Sin(math.Pi/float64(L)))
}
