package physics

import "math/big"

// jet is a number as a function of K near one value of it, by its Taylor
// coefficients: the value, the derivative, and half the second derivative.
type jet [3]*big.Float

// constant is the jet of a number that does not depend on K.
func constant(x *big.Float) jet { return jet{x, zero(), zero()} }

func (a jet) add(b jet) jet {
	var c jet
	for i := range c {
		c[i] = zero().Add(a[i], b[i])
	}
	return c
}

func (a jet) scale(x *big.Float) jet {
	var c jet
	for i := range c {
		c[i] = zero().Mul(a[i], x)
	}
	return c
}

func (a jet) sub(b jet) jet { return a.add(b.scale(number(-1))) }

func (a jet) mul(b jet) jet {
	c := constant(zero())
	for i := range c {
		for j := range i + 1 {
			c[i].Add(c[i], zero().Mul(a[j], b[i-j]))
		}
	}
	return c
}

// inverse is 1/a, from a (1/a) = 1 order by order.
func (a jet) inverse() jet {
	r := constant(zero().Quo(number(1), a[0]))
	for i := 1; i < len(r); i++ {
		for j := range i {
			r[i].Sub(r[i], zero().Mul(a[i-j], r[j]))
		}
		r[i].Mul(r[i], r[0])
	}
	return r
}

// sqrt is the square root r, from r r = a order by order.
func (a jet) sqrt() jet {
	r := constant(zero().Sqrt(a[0]))
	half := zero().Quo(number(0.5), r[0])
	r[1].Mul(a[1], half)
	r[2].Sub(a[2], zero().Mul(r[1], r[1]))
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
