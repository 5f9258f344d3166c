package physics

import (
	"math"
	"math/big"
)

// precision of the exact solution in bits. Kaufman's formula cancels: the heat
// capacity, of order exp(-8/T) at low temperature, is the difference of terms
// of order one.
const precision = 320

// pi to more than the precision.
const pi = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798"

// zero is a new zero, the place for a result.
func zero() *big.Float { return new(big.Float).SetPrec(precision) }

func number(x float64) *big.Float { return zero().SetFloat64(x) }

// exponential returns e^x by its Taylor series at x/2^32 and 32 squarings,
// which cost as many bits.
func exponential(x *big.Float) *big.Float {
	const squarings = 32
	x = zero().SetMantExp(x, -squarings)
	sum, term := number(1), number(1)
	for k := 1; term.Sign() != 0 && sum.MantExp(nil)-term.MantExp(nil) < precision; k++ {
		term.Mul(term, x)
		term.Quo(term, number(float64(k)))
		sum.Add(sum, term)
	}
	for range squarings {
		sum.Mul(sum, sum)
	}
	return sum
}

// cosine returns cos x for |x| <= 1 by its Taylor series.
func cosine(x *big.Float) *big.Float {
	square := zero().Mul(x, x)
	sum, term := number(1), number(1)
	for k := 1.0; term.Sign() != 0 && sum.MantExp(nil)-term.MantExp(nil) < precision; k += 2 {
		term.Mul(term, square)
		term.Quo(term, number(-k*(k+1)))
		sum.Add(sum, term)
	}
	return sum
}

// logarithm returns ln x as a float64, for any x > 0.
func logarithm(x *big.Float) float64 {
	mantissa := zero()
	exponent := x.MantExp(mantissa)
	m, _ := mantissa.Float64()
	return math.Log(m) + float64(exponent)*math.Ln2
}
