package physics

import "math/big"

// solution is ln Z of the Ising model and its first two derivatives with
// respect to K = 1/T.
type solution struct{ lnZ, d1, d2 float64 }

func solve(size int, t float64) solution {
	z := partition(size, t)
	d1 := zero().Quo(z[1], z[0])
	d2 := zero().Quo(z[2], z[0])
	d2.Add(d2, d2)
	d2.Sub(d2, zero().Mul(d1, d1))
	var s solution
	s.lnZ = logarithm(z[0])
	s.d1, _ = d1.Float64()
	s.d2, _ = d2.Float64()
	return s
}

// partition is Kaufman's partition function of the n x n torus, n even
// (Phys. Rev. 76, 1232 (1949)), as a function of K = 1/T:
//
//	Z = (2 sinh 2K)^(n^2/2) / 2 * [prod 2 cosh(n g_l/2) + prod 2 sinh(n g_l/2), l odd,
//	                             + prod 2 cosh(n g_l/2) + prod 2 sinh(n g_l/2), l even],
//	cosh g_l = cosh 2K coth 2K - cos(pi l/n), g_l > 0, but g_0 = 2K + ln tanh K,
//
// with l from 0 to 2n-1. g_0 changes sign at Tc, and with it the last product:
// positive in the ordered phase, negative above. Powers of e^g, with their
// derivatives, need neither logarithms nor a case for that.
func partition(n int, t float64) jet {
	e2k := exponential(zero().Quo(number(2), number(t)))
	two := zero().Add(e2k, e2k)
	w := jet{e2k, two, two} // e^2K, 2 e^2K, 4 e^2K / 2
	one := constant(number(1))
	cosh2 := w.add(w.inverse()) // 2 cosh 2K
	sinh2 := w.sub(w.inverse()) // 2 sinh 2K
	tanhK := w.sub(one).mul(w.add(one).inverse())
	bulk := cosh2.mul(cosh2).mul(sinh2.inverse()).scale(number(0.5)) // cosh 2K coth 2K

	// products[l%2] are those of cosh and sinh over l even or odd. As g_l =
	// g_(2n-l), all l but 0 and n come twice.
	products := [2][2]jet{{one, one}, {one, one}}
	include := func(l int, expG jet) {
		y := expG.pow(n / 2)
		factors := [2]jet{y.add(y.inverse()), y.sub(y.inverse())}
		for i, f := range factors {
			if l != 0 && l != n {
				f = f.mul(f)
			}
			products[l%2][i] = products[l%2][i].mul(f)
		}
	}
	include(0, w.mul(tanhK))
	for l, cos := range cosines(n) {
		if l > 0 {
			coshG := bulk.sub(constant(cos))
			include(l, coshG.add(coshG.mul(coshG).sub(one).sqrt()))
		}
	}
	sum := products[0][0].add(products[0][1]).add(products[1][0]).add(products[1][1])
	return sinh2.pow(n * n / 2).mul(sum).scale(number(0.5))
}

// cosines returns cos(pi l/n) for l = 0 .. n, by the recurrence
// cos(a+d) = 2 cos d cos a - cos(a-d).
func cosines(n int) []*big.Float {
	angle, _ := zero().SetString(pi)
	step := cosine(angle.Quo(angle, number(float64(n))))
	c := []*big.Float{number(1), step}
	twice := zero().Add(step, step)
	for l := 2; l <= n; l++ {
		next := zero().Mul(twice, c[l-1])
		c = append(c, next.Sub(next, c[l-2]))
	}
	return c
}
