package kernel

// A matrix product is a sum of rows times weights, and a weight's gradient the
// dot product of two rows. Both take several rows at a time, as many as the 15
// float registers that Go has on amd64 allow without spilling: the weights of
// ten rows, or the sums of five.

func dense(y, x []Row, w, b []float32, n int) {
	for r := range y {
		fill(&y[r], b[r], n)
		accumulate(&y[r], x, w[r*len(x):][:len(x)], n)
	}
}

func denseELU(y, x []Row, w, b []float32, n int) {
	dense(y, x, w, b, n)
	for r := range y {
		elu(&y[r], n)
	}
}

func denseBack(dx, dy []Row, w []float32, n int) {
	for k := range dx {
		accumulateColumn(&dx[k], dy, w[k:], len(dx), n)
	}
}

func denseBackELU(h, dy []Row, w []float32, n int) {
	var dh Row
	for k := range h {
		clear(dh[:n])
		accumulateColumn(&dh, dy, w[k:], len(h), n)
		gate(&h[k], &dh, n)
	}
}

func denseGrad(dw, db []float32, dy, x []Row, n int) {
	for r := range dy {
		db[r] += total(&dy[r], n)
		project(dw[r*len(x):][:len(x)], &dy[r], x, n)
	}
}

// accumulateColumn adds the sum of dy, times one column of a matrix, to dx. The
// column's elements stand stride apart in w.
func accumulateColumn(dx *Row, dy []Row, w []float32, stride, n int) {
	var packed [MaxWidth]float32
	column := packed[:len(dy)]
	for r := range column {
		column[r] = w[r*stride]
	}
	accumulate(dx, dy, column, n)
}

// accumulate adds the sum of the rows of x, times w, to y.
func accumulate(y *Row, x []Row, w []float32, n int) {
	for ; len(x) >= 10; x, w = x[10:], w[10:] {
		accumulate10(y, (*[10]Row)(x), (*[10]float32)(w), n)
	}
	for ; len(x) >= 4; x, w = x[4:], w[4:] {
		accumulate4(y, (*[4]Row)(x), (*[4]float32)(w), n)
	}
	for ; len(x) >= 2; x, w = x[2:], w[2:] {
		accumulate2(y, (*[2]Row)(x), (*[2]float32)(w), n)
	}
	if len(x) == 1 {
		accumulate1(y, &x[0], w[0], n)
	}
}

func accumulate10(y *Row, x *[10]Row, w *[10]float32, n int) {
	w0, w1, w2, w3, w4 := w[0], w[1], w[2], w[3], w[4]
	w5, w6, w7, w8, w9 := w[5], w[6], w[7], w[8], w[9]
	for c := range y[:n] {
		s := y[c] + w0*x[0][c] + w1*x[1][c] + w2*x[2][c] + w3*x[3][c] + w4*x[4][c]
		t := w5*x[5][c] + w6*x[6][c] + w7*x[7][c] + w8*x[8][c] + w9*x[9][c]
		y[c] = s + t
	}
}

func accumulate4(y *Row, x *[4]Row, w *[4]float32, n int) {
	w0, w1, w2, w3 := w[0], w[1], w[2], w[3]
	for c := range y[:n] {
		y[c] += w0*x[0][c] + w1*x[1][c] + w2*x[2][c] + w3*x[3][c]
	}
}

func accumulate2(y *Row, x *[2]Row, w *[2]float32, n int) {
	w0, w1 := w[0], w[1]
	for c := range y[:n] {
		y[c] += w0*x[0][c] + w1*x[1][c]
	}
}

func accumulate1(y, x *Row, w float32, n int) {
	for c := range y[:n] {
		y[c] += w * x[c]
	}
}

// project adds the dot product of y with each row of x to g.
func project(g []float32, y *Row, x []Row, n int) {
	for ; len(x) >= 5; x, g = x[5:], g[5:] {
		project5((*[5]float32)(g), y, (*[5]Row)(x), n)
	}
	for ; len(x) >= 2; x, g = x[2:], g[2:] {
		project2((*[2]float32)(g), y, (*[2]Row)(x), n)
	}
	if len(x) == 1 {
		g[0] += dot(y, &x[0], n)
	}
}

func project5(g *[5]float32, y *Row, x *[5]Row, n int) {
	var s0, s1, s2, s3, s4 float32
	for c, v := range y[:n] {
		s0 += v * x[0][c]
		s1 += v * x[1][c]
		s2 += v * x[2][c]
		s3 += v * x[3][c]
		s4 += v * x[4][c]
	}
	g[0] += s0
	g[1] += s1
	g[2] += s2
	g[3] += s3
	g[4] += s4
}

func project2(g *[2]float32, y *Row, x *[2]Row, n int) {
	var s0, s1 float32
	for c, v := range y[:n] {
		s0 += v * x[0][c]
		s1 += v * x[1][c]
	}
	g[0] += s0
	g[1] += s1
}

func dot(a, b *Row, n int) float32 {
	var sum float32
	for c, v := range a[:n] {
		sum += v * b[c]
	}
	return sum
}

// total is the sum of a row. Four sums, because an addition waits for the one
// before it.
func total(a *Row, n int) float32 {
	var s0, s1, s2, s3 float32
	v := a[:n]
	for ; len(v) >= 4; v = v[4:] {
		s0 += v[0]
		s1 += v[1]
		s2 += v[2]
		s3 += v[3]
	}
	for _, u := range v {
		s0 += u
	}
	return s0 + s1 + s2 + s3
}

// fill sets a row to one value, at the speed of copying.
func fill(y *Row, b float32, n int) {
	if n == 0 {
		return
	}
	y[0] = b
	for done := 1; done < n; done *= 2 {
		copy(y[done:n], y[:done])
	}
}

// gate replaces h = ELU(u) by dh ELU'(u).
func gate(h, dh *Row, n int) {
	for c, v := range h[:n] {
		h[c] = dh[c] * (1 + min(v, 0))
	}
}
