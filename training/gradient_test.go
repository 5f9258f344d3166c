package training

import (
	"math"
	"math/rand/v2"
	"testing"
)

// roughen gives a new flow scales and biases away from zero, so that no part
// of the gradient vanishes.
func roughen(tr *Trainer, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range tr.flow.Params {
		tr.flow.Params[i] += 0.3 * float32(r.NormFloat64())
	}
}

// TestTotalGradientIsTheSlopeOfTheLoss moves the parameters along random
// directions, the latents held, and compares the slope of the batch's loss.
func TestTotalGradientIsTheSlopeOfTheLoss(t *testing.T) {
	for _, symmetric := range []bool{false, true} {
		c := small()
		c.Symmetry, c.WeightDecay = symmetric, 0.01
		tr := trainer(t, c, 2)
		roughen(tr, 3)
		start := tr.State().Params
		loss := func() float64 {
			tr.evaluate()
			decay, _ := tr.reduce()
			return tr.describe().FreeEnergy + decay
		}
		loss()
		_, norm := tr.reduce()
		grad := append([]float32(nil), tr.grad...)
		r := rand.New(rand.NewPCG(5, 5))
		for trial := range 10 {
			direction := make([]float32, len(start))
			slope, size := 0.0, 0.0
			for i := range direction {
				// half of the directions lie along the gradient, so that the slope is large
				direction[i] = float32(r.NormFloat64()) + float32(trial%2)*grad[i]
				size += float64(direction[i]) * float64(direction[i])
			}
			for i := range direction {
				direction[i] /= float32(math.Sqrt(size))
				slope += float64(direction[i]) * float64(grad[i])
			}
			at := func(step float32) float64 {
				for i, p := range start {
					tr.flow.Params[i] = p + step*direction[i]
				}
				return loss()
			}
			const h = 2e-3
			numeric := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
			copy(tr.flow.Params, start)
			scale := math.Abs(slope) + 1e-2*norm
			if math.Abs(numeric-slope) > 0.01*scale {
				t.Errorf("symmetry %v, direction %d: slope %v, gradient says %v", symmetric, trial, numeric, slope)
			}
		}
	}
}

// TestPathGradientHasTheSameMean averages both gradients over many batches:
// their difference has mean zero, within its own error, along any direction.
func TestPathGradientHasTheSameMean(t *testing.T) {
	if testing.Short() {
		t.Skip("averages over 120 batches")
	}
	for _, symmetric := range []bool{false, true} {
		c := small()
		c.Batch, c.Symmetry, c.WeightDecay = 400, symmetric, 0
		total := trainer(t, c, 2)
		roughen(total, 3)
		c.Objective = Path
		path := trainer(t, c, 2)
		copy(path.flow.Params, total.flow.Params)
		gradient := func(tr *Trainer) []float32 {
			tr.evaluate()
			_, _ = tr.reduce()
			return tr.grad
		}

		const batches, directions = 60, 12
		r := rand.New(rand.NewPCG(8, 8))
		var dirs [directions][]float64
		for d := range dirs {
			dirs[d] = make([]float64, len(total.grad))
			for i := range dirs[d] {
				dirs[d][i] = r.NormFloat64()
			}
		}
		var sum, sum2, along [directions]float64
		for range batches {
			a, b := gradient(total), gradient(path)
			for d, dir := range dirs {
				difference, projected := 0.0, 0.0
				for i, v := range dir {
					difference += v * float64(b[i]-a[i])
					projected += v * float64(a[i])
				}
				sum[d] += difference / batches
				sum2[d] += difference * difference / batches
				along[d] += projected / batches
			}
			total.epoch++ // fresh latents, the same for both
			path.epoch++
		}
		chi2, signal := 0.0, 0.0
		for d := range dirs {
			variance := (sum2[d] - sum[d]*sum[d]) / (batches - 1)
			chi2 += sum[d] * sum[d] / variance
			signal += along[d] * along[d] / variance
		}
		// chi2 is near 12 +- 5 if the means agree; a gradient that left out
		// more than noise would put it near signal.
		if chi2 > 40 {
			t.Errorf("symmetry %v: chi-squared of the difference %v over %d directions", symmetric, chi2, directions)
		}
		if signal < 400 {
			t.Errorf("symmetry %v: the test has too little power: %v", symmetric, signal)
		}
	}
}
