package kernel

// peakFactor is 1, but the compiler does not know.
var peakFactor float32 = 1

// peak has as many sums as registers allow: an addition waits for the
// multiplication and the addition before it, not for other sums.
func peak(turns int) (flops float64) {
	a, b := peakFactor, peakFactor
	var s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11 float32
	for range turns {
		s0 = s0*a + b
		s1 = s1*a + b
		s2 = s2*a + b
		s3 = s3*a + b
		s4 = s4*a + b
		s5 = s5*a + b
		s6 = s6*a + b
		s7 = s7*a + b
		s8 = s8*a + b
		s9 = s9*a + b
		s10 = s10*a + b
		s11 = s11*a + b
	}
	if s0+s1+s2+s3+s4+s5+s6+s7+s8+s9+s10+s11 < 0 {
		return 0 // it cannot be, but only who computes the sums knows
	}
	return 2 * 12 * float64(turns)
}
