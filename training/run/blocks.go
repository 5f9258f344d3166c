package run

// mostBlocks is how many blocks are kept of a series, an even number.
const mostBlocks = 1024

// blocks keep series of the same length, such as the values of an observable
// along chains, in bounded memory: as means of blocks of as many values each.
// When there is no more room two blocks become one, so that all of a series
// stays, the coarser the longer it is. Means of blocks serve an estimate of the
// mean and its error as the values themselves do (H. Flyvbjerg and H. G.
// Petersen, J. Chem. Phys. 91, 461 (1989)); the mean of the squares is kept
// beside them for the variance of a value, without which there would be no
// autocorrelation time.
type blocks struct {
	most   int         // blocks, even
	size   int         // values in a block
	mean   [][]float64 // of each block, [series][block]
	square []float64   // of each block, over all series

	// The block that is not complete.
	sum       []float64 // of its values, in each series
	sumSquare float64
	values    int // in each series
}

func newBlocks(series, most int) *blocks {
	return &blocks{most: most, size: 1, mean: make([][]float64, series), sum: make([]float64, series)}
}

// add takes the next value of each series.
func (b *blocks) add(values []float64) {
	for i, v := range values {
		b.sum[i] += v
		b.sumSquare += v * v
	}
	b.values++
	if b.values < b.size {
		return
	}
	for i, sum := range b.sum {
		b.mean[i] = append(b.mean[i], sum/float64(b.size))
	}
	b.square = append(b.square, b.sumSquare/float64(b.size*len(b.sum)))
	clear(b.sum)
	b.sumSquare, b.values = 0, 0
	if len(b.square) == b.most {
		for i := range b.mean {
			b.mean[i] = halve(b.mean[i])
		}
		b.square = halve(b.square)
		b.size *= 2
	}
}

// halve makes one block of two.
func halve(means []float64) []float64 {
	for i := range len(means) / 2 {
		means[i] = (means[2*i] + means[2*i+1]) / 2
	}
	return means[:len(means)/2]
}

// settled are the blocks of the later half of each series, without how the
// series began, and the mean of the squares of their values.
func (b *blocks) settled() (series [][]float64, square float64) {
	first := len(b.square) / 2
	for _, mean := range b.mean {
		series = append(series, mean[first:])
	}
	for _, s := range b.square[first:] {
		square += s
	}
	return series, square / float64(len(b.square)-first)
}
