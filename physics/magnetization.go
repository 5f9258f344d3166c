package physics

import (
	"math"
	"math/bits"
)

// The sizes whose <m^2> the transfer matrix gives at any temperature in well
// under a second; and the one value known beyond them.
const (
	maxTransferSize = 12
	// criticalM2 is <m^2> at L = 16, T = Tc: the transfer matrix once more
	// (see the slow test), half a minute's work.
	criticalM2Size = 16
	criticalM2     = 0.54541720439730
)

// ExactM2 returns <m^2>, m = sum_i s_i / N, of the Ising model on an L x L
// torus, and whether it is known: for even L from 4 to 12 at any temperature,
// and for L = 16 at Tc.
func ExactM2(L int, T float64) (m2 float64, ok bool) {
	switch {
	case check(L, T) != nil:
		return 0, false
	case L <= maxTransferSize:
		return transferM2(L, T), true
	case L == criticalM2Size && math.Abs(T-Tc) < 1e-12:
		return criticalM2, true
	}
	return 0, false
}

// transferM2 is <m^2> by the symmetric transfer matrix V between rows,
//
//	V(s, s') = exp[K (E(s) + E(s'))/2 + K sum_j s_j s'_j],  E(s) = sum_j s_j s_(j+1),
//
// n rows of n spins. With S the diagonal matrix of row magnetizations,
//
//	Z = tr V^n,  <M^2> = n sum_r <S_0 S_r>,  <S_0 S_r> = tr(S V^r S V^(n-r)) / Z.
//
// The trace runs over rows of spins s as <s|V^r S V^(n-r)|s>, from V^r|s>, r =
// 0 .. n; rows that go into each other by translation, reflection and flipping
// all spins contribute the same. All weights are divided by their largest, so
// that nothing overflows.
func transferM2(n int, t float64) float64 {
	row := newRowTransfer(n, 1/t)
	powers := make([][]float64, n+1)
	for r := range powers {
		powers[r] = make([]float64, 1<<n)
	}
	var z, m2 float64
	for _, o := range orbits(n) {
		clear(powers[0])
		powers[0][o.row] = 1
		for r := range n {
			row.apply(powers[r+1], powers[r])
		}
		z += o.size * powers[n][o.row]
		for r := range n {
			var sum float64
			for i, v := range powers[r] {
				sum += v * powers[n-r][i] * row.magnetization[i]
			}
			m2 += o.size * row.magnetization[o.row] * sum
		}
	}
	sites := float64(n * n)
	return float64(n) * m2 / z / (sites * sites)
}

// rowTransfer applies the transfer matrix. Bit j of a row is set if spin j is
// up.
type rowTransfer struct {
	inner         []float64 // exp[K (E(s) - n)/2]
	magnetization []float64
	unequal       float64 // exp(-2K), the weight of an unequal pair against an equal one
}

func newRowTransfer(n int, k float64) rowTransfer {
	t := rowTransfer{
		inner:         make([]float64, 1<<n),
		magnetization: make([]float64, 1<<n),
		unequal:       math.Exp(-2 * k),
	}
	for s := range t.inner {
		unequal := bits.OnesCount(uint(s ^ rotate(s, n)))
		t.inner[s] = math.Exp(-k * float64(unequal))
		t.magnetization[s] = float64(2*bits.OnesCount(uint(s)) - n)
	}
	return t
}

// apply sets dst = V src. The coupling between rows is a product over columns,
// applied one column after the other.
func (t rowTransfer) apply(dst, src []float64) {
	for s, v := range src {
		dst[s] = v * t.inner[s]
	}
	for width := 1; width < len(dst); width *= 2 {
		for start := 0; start < len(dst); start += 2 * width {
			down, up := dst[start:start+width], dst[start+width:start+2*width]
			for i, d := range down {
				u := up[i]
				down[i] = d + t.unequal*u
				up[i] = u + t.unequal*d
			}
		}
	}
	for s := range dst {
		dst[s] *= t.inner[s]
	}
}

// rotate moves a row of n spins round by one.
func rotate(s, n int) int { return (s<<1 | s>>(n-1)) & (1<<n - 1) }

// orbit is a class of rows under translation, reflection and flipping.
type orbit struct {
	row  int // its smallest member
	size float64
}

func orbits(n int) []orbit {
	sizes := make([]float64, 1<<n)
	for s := range sizes {
		sizes[smallestImage(s, n)]++
	}
	var all []orbit
	for s, size := range sizes {
		if size > 0 {
			all = append(all, orbit{s, size})
		}
	}
	return all
}

func smallestImage(s, n int) int {
	smallest := s
	mirrored := int(bits.Reverse(uint(s)) >> (bits.UintSize - n))
	for _, image := range []int{s, mirrored} {
		for range n {
			smallest = min(smallest, image, image^(1<<n-1))
			image = rotate(image, n)
		}
	}
	return smallest
}
