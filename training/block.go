package training

// blockSize is the number of parameters in a block: of a size that the first
// cache holds with the gradients of all shards and the moments one by one.
const blockSize = 4096

// block is one fixed part of the parameters, from first up to last, and what is
// summed over it. Blocks, not threads, decide the order of every sum.
type block struct {
	first, last    int
	params2, grad2 float64 // sums of squares
}

// reduceBlock sums a block of the shards' gradients, in order, and adds that of
// the L2 term.
func (t *Trainer) reduceBlock(b *block) {
	grad, params := t.grad[b.first:b.last], t.flow.Params[b.first:b.last]
	clear(grad)
	for i := 0; i < len(t.parts); i += 2 {
		if i+1 < len(t.parts) {
			addTwo(grad, t.parts[i].grad[b.first:b.last], t.parts[i+1].grad[b.first:b.last])
		} else {
			add(grad, t.parts[i].grad[b.first:b.last])
		}
	}
	decay := float32(t.config.WeightDecay)
	params2, grad2 := 0.0, 0.0
	for i, p := range params {
		g := grad[i] + decay*p
		grad[i] = g
		params2 += float64(p) * float64(p)
		grad2 += float64(g) * float64(g)
	}
	b.params2, b.grad2 = params2, grad2
}

// updateBlock moves a block of the parameters.
func (t *Trainer) updateBlock(b *block) {
	moments := adam{t.adam.m[b.first:b.last], t.adam.v[b.first:b.last]}
	moments.update(t.flow.Params[b.first:b.last], t.grad[b.first:b.last], t.Rate(), t.epoch+1)
}

// add adds x to sum.
func add(sum, x []float32) {
	sum = sum[:len(x)]
	for i, v := range x {
		sum[i] += v
	}
}

// addTwo is add of a and then of b, in one pass.
func addTwo(sum, a, b []float32) {
	sum, b = sum[:len(a)], b[:len(a)]
	for i, v := range a {
		sum[i] = sum[i] + v + b[i]
	}
}
