package kernel

import "math"

// With s = -2|x|/ln 2 = k + r, k an integer and |r| <= 1/2,
//
//	e = exp(-2|x|) = 2^k 2^r,
//
// where the Taylor series of 2^r to r^13 is right to 4e-18 and exactly 1 at 0.
// No s overflows, and everything else is a function of f = (1 + e)/2:
//
//	ln cosh x = |x| + ln f,  |tanh x| = (1 - e)/(1 + e) = 1/f - 1.
//
// Both are wanted in a sum, so what counts is their absolute error.

const (
	perField = -2 * math.Log2E // s = perField |x|
	// Below, e is nothing beside 1.
	smallest = -100
	// Adding toInteger rounds a float64 to an integer, and leaves that
	// integer in its low bits.
	toInteger = 3 << 51

	// c1 to c13 are (ln 2)^n/n!.
	c1  = math.Ln2
	c2  = c1 * math.Ln2 / 2
	c3  = c2 * math.Ln2 / 3
	c4  = c3 * math.Ln2 / 4
	c5  = c4 * math.Ln2 / 5
	c6  = c5 * math.Ln2 / 6
	c7  = c6 * math.Ln2 / 7
	c8  = c7 * math.Ln2 / 8
	c9  = c8 * math.Ln2 / 9
	c10 = c9 * math.Ln2 / 10
	c11 = c10 * math.Ln2 / 11
	c12 = c11 * math.Ln2 / 12
	c13 = c12 * math.Ln2 / 13
)

func site(grad []float32, h []Row, x []float32, stride int, sum, product *Row) {
	for j := range h {
		in := (*[Lanes]float32)(x[j*stride:])
		out := (*[Lanes]float32)(grad[j*stride:])
		for i, v := range in {
			field := float64(v)
			abs := math.Abs(field)
			s := perField * abs
			if s < smallest {
				s = smallest
			}
			shifted := s + toInteger
			r := s - (shifted - toInteger)
			q := r * r
			even := 1 + q*(c2+q*(c4+q*(c6+q*(c8+q*(c10+q*c12)))))
			odd := c1 + q*(c3+q*(c5+q*(c7+q*(c9+q*(c11+q*c13)))))
			p := even + r*odd
			// A NaN of float32 has zeros where shifted would change it.
			e := math.Float64frombits(math.Float64bits(p) + math.Float64bits(shifted)<<52)
			f := 0.5 + 0.5*e
			sum[i] += abs
			product[i] *= f
			out[i] = float32(h[j][i] - math.Copysign(1/f-1, field))
		}
	}
}
