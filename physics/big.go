package physics

import (
	"math"
	"math/big"
)

// precision of the exact solution in bits. Kaufman's formula cancels: the heat
// capacity at T = 0.1 is the last 2^-120 of the numbers it is made of.
const precision = 320

// pi to more than the precision.
const pi = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798"

func real0() *big.Float { return new(big.Float).SetPrec(precision) }

func number(x float64) *big.Float { return real0().SetFloat64(x) }

// exponential returns e^x by its Taylor series at x/2^32 and 32 squarings,
// which cost as many bits.
func exponential(x *big.Float) *big.Float {
	const squarings = 32
	x = real0().SetMantExp(x, -squarings)
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
	square := real0().Mul(x, x)
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
	mantissa := real0()
	exponent := x.MantExp(mantissa)
	m, _ := mantissa.Float64()
	return math.Log(m) + float64(exponent)*math.Ln2
}

// jet is a number as a function of K near one value of it, by its Taylor
// coefficients: the value, the derivative, and half the second derivative.
type jet [3]*big.Float

// constant is the jet of a number that does not depend on K.
func constant(x *big.Float) jet { return jet{x, real0(), real0()} }

func (a jet) add(b jet) jet {
	var c jet
	for i := range c {
		c[i] = real0().Add(a[i], b[i])
	}
	return c
}

func (a jet) scale(x *big.Float) jet {
	var c jet
	for i := range c {
		c[i] = real0().Mul(a[i], x)
	}
	return c
}

func (a jet) sub(b jet) jet { return a.add(b.scale(number(-1))) }

func (a jet) mul(b jet) jet {
	c := constant(real0())
	for i := range c {
		for j := range i + 1 {
			c[i].Add(c[i], real0().Mul(a[j], b[i-j]))
		}
	}
	return c
}

// inverse is 1/a, from a (1/a) = 1 order by order.
func (a jet) inverse() jet {
	r := constant(real0().Quo(number(1), a[0]))
	for i := 1; i < len(r); i++ {
		for j := range i {
			r[i].Sub(r[i], real0().Mul(a[i-j], r[j]))
		}
		r[i].Mul(r[i], r[0])
	}
	return r
}

// sqrt is the square root r, from r r = a order by order.
func (a jet) sqrt() jet {
	r := constant(real0().Sqrt(a[0]))
	half := real0().Quo(number(0.5), r[0])
	r[1].Mul(a[1], half)
	r[2].Sub(a[2], real0().Mul(r[1], r[1]))
	r[2].Mul(r[2], half)
	return r
}

// pow is a^n for n >= 1, by repeated squaring.
func (a jet) pow(n int) jet {
	switch {
	case n == 1:
		return a
	case n%2 == 1:
		return a.mul(a.pow(n - 1))
	}
	return a.mul(a).pow(n / 2)
}
