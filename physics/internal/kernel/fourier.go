package kernel

// The cosine transform of a row sees only its even half, the sine transform
// only its odd half. Two products with matrices of half the size are all that
// is left; at the sizes of lattices that is cheap enough.

func fold(y []Row, x []float32, stride int) {
	size := len(y)
	load := func(j int) *[Lanes]float32 { return (*[Lanes]float32)(x[j*stride:]) }
	for _, j := range [...]int{0, size / 2} {
		for c, v := range load(j) {
			y[j][c] = float64(v)
		}
	}
	for j := 1; j < size/2; j++ {
		left, right := load(j), load(size-j)
		even, odd := &y[j], &y[size-j]
		for c := range Lanes {
			a, b := float64(left[c]), float64(right[c])
			even[c], odd[c] = a+b, a-b
		}
	}
}

func unfold(y []Row) {
	size := len(y)
	for j := 1; j < size/2; j++ {
		even, odd := &y[j], &y[size-j]
		for c := range Lanes {
			even[c], odd[c] = even[c]+odd[c], even[c]-odd[c]
		}
	}
}

// dense keeps the sums of four rows of y in registers.
func dense(y, x []Row, w []float64) {
	in := len(x)
	r := 0
	for ; r+4 <= len(y); r += 4 {
		dense4((*[4]Row)(y[r:]), x, w[r*in:][:4*in])
	}
	for ; r < len(y); r++ {
		dense1(&y[r], x, w[r*in:][:in])
	}
}

func dense4(y *[4]Row, x []Row, w []float64) {
	in := len(x)
	w0, w1, w2, w3 := w[:in], w[in:][:in], w[2*in:][:in], w[3*in:][:in]
	for c := range Lanes {
		var s0, s1, s2, s3 float64
		for k := range x {
			v := x[k][c]
			s0 += w0[k] * v
			s1 += w1[k] * v
			s2 += w2[k] * v
			s3 += w3[k] * v
		}
		y[0][c], y[1][c], y[2][c], y[3][c] = s0, s1, s2, s3
	}
}

func dense1(y *Row, x []Row, w []float64) {
	for c := 0; c < Lanes; c += 4 {
		var s0, s1, s2, s3 float64
		for k, weight := range w {
			s0 += weight * x[k][c]
			s1 += weight * x[k][c+1]
			s2 += weight * x[k][c+2]
			s3 += weight * x[k][c+3]
		}
		y[c], y[c+1], y[c+2], y[c+3] = s0, s1, s2, s3
	}
}
