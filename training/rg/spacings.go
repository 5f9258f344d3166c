package rg

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// A spacing reaches from a value to its neighbours on both sides at a distance in
// rank of sqrt(n)/spacingShare, but no more than half way to the smallest or the
// largest value. Wide spacings have less noise, narrow ones show finer detail: in
// the tails, how fast they fall.
const spacingShare = 4

// normalRatios estimates ln p(z)/N(z) at each of n independent values of a
// density p, whose mean estimates KL(p||N). They are written to ratios, in the
// order of the values, and false is returned if too many of these are equal.
//
// It is the estimate of an entropy by spacings, of Vasicek (J. R. Stat. Soc. B 38,
// 54 (1976)), which is that by nearest neighbours in one dimension: of the values
// u = Phi(z), whose density on [0, 1] is p(z)/N(z). Between values s ranks apart
// lies a share of p which has the mean of its logarithm psi(s) - psi(n+1) whatever
// p is, and a normal mass that is computed. The ends of the interval are known
// and serve as values, and so nothing is lost in the tails: the mean of the ratios
// of normal values is exactly 0.
func normalRatios(ratios, z []float64) (ok bool) {
	n := len(z)
	order := make([]ranked, n)
	for i, v := range z {
		order[i] = ranked{v, i}
	}
	slices.SortFunc(order, func(a, b ranked) int { return cmp.Compare(a.value, b.value) })
	value := func(rank int) float64 { // the values have ranks 1 to n
		switch {
		case rank == 0:
			return math.Inf(-1)
		case rank == n+1:
			return math.Inf(1)
		}
		return order[rank-1].value
	}
	half := max(1, int(math.Sqrt(float64(n))/spacingShare))
	share := make([]float64, half+1) // the mean logarithm of that within reach on both sides
	for reach := range share {
		share[reach] = mathext.Digamma(float64(2*reach)) - mathext.Digamma(float64(n+1))
	}
	for rank := 1; rank <= n; rank++ {
		reach := max(1, min(half, rank/2, (n+1-rank)/2))
		mass := logNormalMass(value(rank-reach), value(rank+reach))
		if math.IsInf(mass, -1) {
			return false
		}
		ratios[order[rank-1].place] = share[reach] - mass
	}
	return true
}

// ranked is a value and its place among the others.
type ranked struct {
	value float64
	place int
}

// logNormalMass is ln [Phi(b) - Phi(a)] for a < b, also far out in a tail.
func logNormalMass(a, b float64) float64 {
	if a > 0 {
		a, b = -b, -a
	}
	if b > 0 {
		return math.Log((math.Erf(b/math.Sqrt2) - math.Erf(a/math.Sqrt2)) / 2)
	}
	upper := logPhi(b)
	return upper + math.Log(-math.Expm1(logPhi(a)-upper))
}

// logPhi is ln Phi(z) for z that are not positive. In the far tail it is the
// asymptotic series, of which the next term is 15/z^6.
func logPhi(z float64) float64 {
	if z > -25 {
		return math.Log(math.Erfc(-z/math.Sqrt2) / 2)
	}
	square := z * z
	return -square/2 - math.Log(-z*math.Sqrt(2*math.Pi)) + math.Log1p(-1/square+3/(square*square))
}
