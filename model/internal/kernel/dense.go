package kernel

// A dense layer is computed four rows by two columns at a time, or two rows by
// two: the sums stay in registers and every load is used several times. The
// weights of a block of rows are first packed in the order of their use.

// panel holds the weights of up to four rows, panel[k][row].
type panel [MaxWidth][4]float32

// pack copies the weights of rows r, r+1, ... into the first len(p) columns.
// The weight of row r and column k is w[r*rowStep+k*columnStep].
func (p *panel) pack(w []float32, r, rows, columns, rowStep, columnStep int) [][4]float32 {
	packed := p[:columns]
	for row := range rows {
		i := (r + row) * rowStep
		for k := range packed {
			packed[k][row] = w[i]
			i += columnStep
		}
	}
	return packed
}

func dense(y, x []Row, w, b []float32, n int) {
	var p panel
	in := len(x)
	r := 0
	for ; r+4 <= len(y); r += 4 {
		rows4((*[4]Row)(y[r:]), x, p.pack(w, r, 4, in, in, 1), [4]float32(b[r:]), false, n)
	}
	for ; r+2 <= len(y); r += 2 {
		rows2((*[2]Row)(y[r:]), x, p.pack(w, r, 2, in, in, 1), [2]float32(b[r:]), false, n)
	}
	if r < len(y) {
		rows1(&y[r], x, p.pack(w, r, 1, in, in, 1), b[r], false, n)
	}
}

func denseELU(y, x []Row, w, b []float32, n int) {
	dense(y, x, w, b, n)
	for r := range y {
		elu(&y[r], n)
	}
}

func denseBack(dx, dy []Row, w []float32, n int) { transposed(dx, dy, w, false, n) }

func denseBackELU(h, dy []Row, w []float32, n int) { transposed(h, dy, w, true, n) }

// transposed sets dx = W' dy, times ELU' of the activations that dx held if
// gated.
func transposed(dx, dy []Row, w []float32, gated bool, n int) {
	var p panel
	in, out := len(dx), len(dy)
	r := 0
	for ; r+4 <= in; r += 4 {
		rows4((*[4]Row)(dx[r:]), dy, p.pack(w, r, 4, out, 1, in), [4]float32{}, gated, n)
	}
	for ; r+2 <= in; r += 2 {
		rows2((*[2]Row)(dx[r:]), dy, p.pack(w, r, 2, out, 1, in), [2]float32{}, gated, n)
	}
	if r < in {
		rows1(&dx[r], dy, p.pack(w, r, 1, out, 1, in), 0, gated, n)
	}
}

// slope is ELU'(u) from h = ELU(u).
func slope(h float32) float32 { return 1 + min(h, 0) }

// rows4 sets four rows y = w x + b, times the slope of what y held if gated.
func rows4(y *[4]Row, x []Row, w [][4]float32, b [4]float32, gated bool, n int) {
	x = x[:len(w)]
	c := 0
	for ; c+2 <= n; c += 2 {
		c := c & (Tile - 2) // tells the compiler that c+1 is in bounds
		a00, a10, a20, a30 := b[0], b[1], b[2], b[3]
		a01, a11, a21, a31 := b[0], b[1], b[2], b[3]
		for k := range w {
			w := &w[k]
			x0, x1 := x[k][c], x[k][c+1]
			a00 += w[0] * x0
			a01 += w[0] * x1
			a10 += w[1] * x0
			a11 += w[1] * x1
			a20 += w[2] * x0
			a21 += w[2] * x1
			a30 += w[3] * x0
			a31 += w[3] * x1
		}
		if gated {
			a00 *= slope(y[0][c])
			a01 *= slope(y[0][c+1])
			a10 *= slope(y[1][c])
			a11 *= slope(y[1][c+1])
			a20 *= slope(y[2][c])
			a21 *= slope(y[2][c+1])
			a30 *= slope(y[3][c])
			a31 *= slope(y[3][c+1])
		}
		y[0][c], y[0][c+1] = a00, a01
		y[1][c], y[1][c+1] = a10, a11
		y[2][c], y[2][c+1] = a20, a21
		y[3][c], y[3][c+1] = a30, a31
	}
	if c < n {
		for r := range y {
			sum := b[r]
			for k := range w {
				sum += w[k][r] * x[k][c]
			}
			if gated {
				sum *= slope(y[r][c])
			}
			y[r][c] = sum
		}
	}
}

// rows2 is rows4 for two rows.
func rows2(y *[2]Row, x []Row, w [][4]float32, b [2]float32, gated bool, n int) {
	x = x[:len(w)]
	c := 0
	for ; c+2 <= n; c += 2 {
		c := c & (Tile - 2)
		a00, a01, a10, a11 := b[0], b[0], b[1], b[1]
		for k := range w {
			w0, w1 := w[k][0], w[k][1]
			x0, x1 := x[k][c], x[k][c+1]
			a00 += w0 * x0
			a01 += w0 * x1
			a10 += w1 * x0
			a11 += w1 * x1
		}
		if gated {
			a00 *= slope(y[0][c])
			a01 *= slope(y[0][c+1])
			a10 *= slope(y[1][c])
			a11 *= slope(y[1][c+1])
		}
		y[0][c], y[0][c+1] = a00, a01
		y[1][c], y[1][c+1] = a10, a11
	}
	if c < n {
		for r := range y {
			sum := b[r]
			for k := range w {
				sum += w[k][r] * x[k][c]
			}
			if gated {
				sum *= slope(y[r][c])
			}
			y[r][c] = sum
		}
	}
}

// rows1 is rows4 for one row.
func rows1(y *Row, x []Row, w [][4]float32, b float32, gated bool, n int) {
	for c := range n {
		sum := b
		for k := range w {
			sum += w[k][0] * x[k][c]
		}
		if gated {
			sum *= slope(y[c])
		}
		y[c] = sum
	}
}

func denseGrad(dw, db []float32, dy, x []Row, n int) {
	in := len(x)
	for r := range dy {
		db[r] += total(&dy[r], n)
	}
	r := 0
	for ; r+2 <= len(dy); r += 2 {
		k := 0
		for ; k+2 <= in; k += 2 {
			g00, g01, g10, g11 := outer2(&dy[r], &dy[r+1], &x[k], &x[k+1], n)
			dw[r*in+k] += g00
			dw[r*in+k+1] += g01
			dw[(r+1)*in+k] += g10
			dw[(r+1)*in+k+1] += g11
		}
		if k < in {
			dw[r*in+k] += dot(&dy[r], &x[k], n)
			dw[(r+1)*in+k] += dot(&dy[r+1], &x[k], n)
		}
	}
	if r < len(dy) {
		for k := range x {
			dw[r*in+k] += dot(&dy[r], &x[k], n)
		}
	}
}

// outer2 is the two by two matrix of dot products of a0, a1 with b0, b1. Even
// and odd columns are summed apart, because an addition waits for the one
// before it.
func outer2(a0, a1, b0, b1 *Row, n int) (s00, s01, s10, s11 float32) {
	var t00, t01, t10, t11 float32
	c := 0
	for ; c+2 <= n; c += 2 {
		c := c & (Tile - 2)
		u0, u1, v0, v1 := a0[c], a1[c], b0[c], b1[c]
		s00 += u0 * v0
		s01 += u0 * v1
		s10 += u1 * v0
		s11 += u1 * v1
		u0, u1, v0, v1 = a0[c+1], a1[c+1], b0[c+1], b1[c+1]
		t00 += u0 * v0
		t01 += u0 * v1
		t10 += u1 * v0
		t11 += u1 * v1
	}
	if c < n {
		s00 += a0[c] * b0[c]
		s01 += a0[c] * b1[c]
		s10 += a1[c] * b0[c]
		s11 += a1[c] * b1[c]
	}
	return s00 + t00, s01 + t01, s10 + t10, s11 + t11
}

// dot is the dot product of the first n columns.
func dot(a, b *Row, n int) float32 {
	var sum float32
	for c, v := range a[:n] {
		sum += v * b[c]
	}
	return sum
}

// total is the sum of the first n columns.
func total(a *Row, n int) float32 {
	var sum float32
	for _, v := range a[:n] {
		sum += v
	}
	return sum
}
