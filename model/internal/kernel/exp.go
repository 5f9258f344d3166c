package kernel

import "math"

// The exponential is Tang's table-driven method (ACM TOMS 15, 144, 1989) in
// float64: x = (k/32) ln 2 + r with integer k and |r| <= ln 2 / 64, so that
//
//	exp(x) = 2^(k/32) exp(r),  exp(r) - 1 = r + r^2/2 + r^3/6 + ...
//
// with a relative error of at most r^4/24 < 6e-10, and of r^3/24 < 6e-8 in
// exp(r) - 1, the remaining error being the rounding to float32. Done in
// float64 it needs no split of ln 2 and no special cases for results that
// overflow, underflow or are denormal in float32; scalar float64 is as fast.

// exp2Table[i] holds the bits of 2^(i/32) less i << 47, so that adding k << 47
// for k = 32 e + i gives the bits of 2^(e + i/32).
var exp2Table = func() (table [32]uint64) {
	for i := range uint64(len(table)) {
		table[i] = math.Float64bits(math.Exp2(float64(i)/32)) - i<<47
	}
	return table
}()

const (
	log2e32 = 32 * math.Log2E
	// Adding toInteger rounds a float64 to an integer, and leaves that
	// integer in its low bits.
	toInteger = 3 << 51
	// The polynomial is one of 32 r / ln 2, which has less rounding to undo.
	c1 = math.Ln2 / 32
	c2 = c1 * c1 / 2
	c3 = c1 * c1 * c1 / 6
)

// expParts splits exp(x) into power * (1 + rest), for |x| < 700 or NaN.
// NaN comes out in rest.
func expParts(x float64) (power, rest float64) {
	scaled := x * log2e32
	shifted := scaled + toInteger
	k := math.Float64bits(shifted)
	r := scaled - (shifted - toInteger)
	power = math.Float64frombits(exp2Table[k%32] + k<<47)
	rest = r * (c1 + r*(c2+r*c3))
	return power, rest
}

// exp is the exponential of x, exact to float32 also where float32 overflows
// or is denormal.
func exp(x float64) float64 {
	// exp(-110) is less than half the smallest float32, exp(110) more than
	// the largest.
	if x < -110 {
		x = -110
	}
	if x > 110 {
		x = 110
	}
	power, rest := expParts(x)
	return power + power*rest
}

// tanh is (e - 1) / (e + 1) with e = exp(2x), by exp - 1 so that small x keep
// their relative accuracy.
func tanh(x float64) float64 {
	// 1 - tanh(20) is far below the last bit of a float32.
	if x < -20 {
		x = -20
	}
	if x > 20 {
		x = 20
	}
	power, rest := expParts(2 * x)
	expm1 := (power - 1) + power*rest
	return expm1 / (expm1 + 2)
}

// eluConstants are those of expParts, in variables: the compiler keeps a
// variable in a register, but loads a constant wherever it stands.
var eluConstants = struct{ log2e32, toInteger, c1, c2, c3, one float64 }{log2e32, toInteger, c1, c2, c3, 1}

// elu replaces the first n values u by ELU(u). It first lists those with a
// negative sign, without a branch: signs are random, and a mispredicted branch
// costs as much as the exponential. Then follows expParts, written out.
func elu(row *Row, n int) {
	var negative [Tile]uint8
	count := uint32(0)
	for c := range row[:n] {
		negative[count%Tile] = uint8(c)
		count += math.Float32bits(row[c]) >> 31
	}
	k := eluConstants
	for _, c := range negative[:count] {
		x := float64(row[c])
		if x < -100 {
			x = -100
		}
		scaled := x * k.log2e32
		shifted := scaled + k.toInteger
		bits := math.Float64bits(shifted)
		r := scaled - (shifted - k.toInteger)
		power := math.Float64frombits(exp2Table[bits%32] + bits<<47)
		row[c] = float32((power - k.one) + power*(r*(k.c1+r*(k.c2+r*k.c3))))
	}
}
