package model

import "math"

// LogQSym is the density of a flow made symmetric under x -> -x,
//
//	q_sym(x) = [q(x) + q(-x)] / 2,
//
// from plus = ln q(x) and minus = ln q(-x): its logarithm and the weights
// rPlus = q(x)/[q(x) + q(-x)] and rMinus = 1 - rPlus, which are its derivatives
// by plus and minus. To sample q_sym, generate x and flip its sign at random.
func LogQSym(plus, minus float64) (logq, rPlus, rMinus float64) {
	low, high := min(plus, minus), max(plus, minus)
	logq = high + math.Log1p(math.Exp(low-high)) - math.Ln2
	rPlus = 1 / (1 + math.Exp(minus-plus))
	rMinus = 1 / (1 + math.Exp(plus-minus))
	return logq, rPlus, rMinus
}
