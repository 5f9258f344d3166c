package kernel

func forward(sum *Row, x []Row, stride, size int, c *Column) {
	for l := range 2 {
		recurse(x[l:], stride, 0, size, 1, c.Rho[l], c.Wrap[l])
		for j := range size {
			for i, y := range x[j*stride+l] {
				sum[i] += y * y
			}
		}
	}
}

func backward(x []Row, stride, size int, c *Column) {
	for l := range 2 {
		recurse(x[l:], stride, size-1, size, -1, c.Rho[l], c.Wrap[l])
	}
}

// recurse replaces size rows of x, taken in periodic order from the first in
// steps of +-1, by y = x - rho (the y before). A first round from zero finds
// the y that the periodic one ends with.
func recurse(x []Row, stride, first, size, step int, rho, wrap float64) {
	var y Row
	for k, j := 0, first*stride; k < size; k, j = k+1, j+step*stride {
		for i, v := range &x[j] {
			y[i] = v - rho*y[i]
		}
	}
	for i := range y {
		y[i] *= wrap
	}
	for k, j := 0, first*stride; k < size; k, j = k+1, j+step*stride {
		row := &x[j]
		for i, v := range row {
			y[i] = v - rho*y[i]
			row[i] = y[i]
		}
	}
}
