package rg

import "math"

// SpinCouplings fits the Ising model
//
//	ln p(s) = K1 sum over neighbours of s_i s_j + K2 sum over diagonals of s_i s_j
//	        + constant
//
// on an L x L torus, L >= 2, to spins of +1 or -1, site-major, by the maximum of
// their pseudolikelihood (Besag, The Statistician 24, 179, 1975),
//
//	sum over sites of ln P(s_i | all others) = -sum ln[1 + exp(-2 s_i h_i)],
//	h_i = K1 (sum of neighbours) + K2 (sum of diagonals),
//
// which needs no partition function, is concave, and tends to the true couplings
// where the model is true. Where it is not, the couplings are those that predict a
// spin from the eight around it best. On the 2 x 2 torus a neighbour is met twice
// and the diagonal four times: as many bonds count.
//
// The errors are by jackknife over 20 consecutive blocks of samples, right where
// the samples are independent or a chain that forgets within a block. Refused are
// spins that no finite couplings fit best, such as those that are all alike.
func SpinCouplings(spins []int8, L int) (PairCouplings, error) {
	n, err := lattices(len(spins), L)
	if err != nil {
		return PairCouplings{}, err
	}
	var blocks [jackknifeBlocks]surroundings
	for b := range blocks {
		first, last := block(b, n)
		blocks[b].count(spins, L, n, first, last)
	}
	return jackknife(func(without int) ([2]float64, bool) {
		var sum surroundings
		for b := range blocks {
			if b != without {
				sum.add(&blocks[b])
			}
		}
		return sum.fit()
	})
}

// surroundings counts, for the sites of some lattices, how often s_i times the sum
// of the neighbours is a and s_i times that of the diagonals is b, at index
// (a+4)/2, (b+4)/2: all that the pseudolikelihood depends on.
type surroundings [5][5]float64

// count adds the samples from first to before last, of n.
func (c *surroundings) count(spins []int8, L, n, first, last int) {
	for row := range L {
		up, down := (row+L-1)%L*L, (row+1)%L*L
		for column := range L {
			left, right := (column+L-1)%L, (column+1)%L
			here := spins[(row*L+column)*n:][:n]
			of := func(site int) []int8 { return spins[site*n:][:n] }
			north, south, west, east := of(up+column), of(down+column), of(row*L+left), of(row*L+right)
			nw, ne, sw, se := of(up+left), of(up+right), of(down+left), of(down+right)
			for b := first; b < last; b++ {
				nearest := here[b] * (north[b] + south[b] + west[b] + east[b])
				diagonal := here[b] * (nw[b] + ne[b] + sw[b] + se[b])
				c[(nearest+4)/2][(diagonal+4)/2]++
			}
		}
	}
}

func (c *surroundings) add(other *surroundings) {
	for i := range c {
		for j := range c[i] {
			c[i][j] += other[i][j]
		}
	}
}

// each calls do for all that has been seen.
func (c *surroundings) each(do func(a, b, times float64)) {
	for i, row := range c {
		for j, times := range row {
			if times > 0 {
				do(float64(2*i-4), float64(2*j-4), times)
			}
		}
	}
}

// fit maximizes the pseudolikelihood by Newton's method, with steps halved until
// they lead upwards. It reports whether there is one finite maximum.
func (c *surroundings) fit() (k [2]float64, ok bool) {
	if !c.determined() {
		return k, false
	}
	const (
		most     = 100 // steps; ten are many
		accuracy = 1e-10
	)
	for range most {
		step := c.newton(k)
		value := c.value(k)
		next := [2]float64{k[0] + step[0], k[1] + step[1]}
		for c.value(next) < value && math.Hypot(step[0], step[1]) > accuracy {
			step[0], step[1] = step[0]/2, step[1]/2
			next = [2]float64{k[0] + step[0], k[1] + step[1]}
		}
		k = next
		if math.Hypot(step[0], step[1]) <= accuracy {
			return k, true
		}
	}
	return k, false
}

// determined says whether the maximum is finite and the only one. It is unless
// some direction of the couplings makes no spin less likely: unless, that is, all
// (a, b) seen lie on one side of a line through the origin, or on it. If there is
// such a line, there is one through one of them.
func (c *surroundings) determined() bool {
	determined := false
	c.each(func(a, b, _ float64) {
		determined = determined || a != 0 || b != 0
	})
	c.each(func(a, b, _ float64) {
		above, below := false, false
		c.each(func(x, y, _ float64) {
			side := a*y - b*x
			above, below = above || side > 0, below || side < 0
		})
		if (a != 0 || b != 0) && !(above && below) {
			determined = false
		}
	})
	return determined
}

// value is the logarithm of the pseudolikelihood.
func (c *surroundings) value(k [2]float64) float64 {
	var sum float64
	c.each(func(a, b, times float64) {
		h := 2 * (k[0]*a + k[1]*b)
		sum += times * (min(h, 0) - math.Log1p(math.Exp(-math.Abs(h))))
	})
	return sum
}

// newton is the step to the maximum of the parabola through a point.
func (c *surroundings) newton(k [2]float64) [2]float64 {
	var g1, g2, h11, h12, h22 float64
	c.each(func(a, b, times float64) {
		wrong := 1 / (1 + math.Exp(2*(k[0]*a+k[1]*b))) // probability of the other spin
		g1 += times * 2 * wrong * a
		g2 += times * 2 * wrong * b
		curvature := times * 4 * wrong * (1 - wrong)
		h11 += curvature * a * a
		h12 += curvature * a * b
		h22 += curvature * b * b
	})
	d := h11*h22 - h12*h12
	return [2]float64{(h22*g1 - h12*g2) / d, (h11*g2 - h12*g1) / d}
}
