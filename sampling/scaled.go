package sampling

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// scaled are weights divided by the largest of them, so that none overflows.
type scaled struct {
	w    []float64
	log  float64 // of the largest
	mean float64 // of w
}

// scale takes the exponentials of sign*logWeight, finite numbers.
func scale(logWeight []float64, sign float64) scaled {
	s := scaled{w: make([]float64, len(logWeight)), log: math.Inf(-1)}
	for _, v := range logWeight {
		s.log = max(s.log, sign*v)
	}
	for i, v := range logWeight {
		s.w[i] = math.Exp(sign*v - s.log)
	}
	s.mean = stat.Mean(s.w, nil)
	return s
}

// logMean is the logarithm of the mean weight. Its error is the relative error
// of the mean (delta method).
func (s scaled) logMean() Quantity {
	return Quantity{s.log + math.Log(s.mean), meanOf(s.w).Error / s.mean}
}

// logESS is ln[(mean of w)²/(mean of w²)]. Its error is that of the linear part
// of its dependence on both means (delta method).
func (s scaled) logESS() Quantity {
	square := floats.Dot(s.w, s.w) / float64(len(s.w))
	influence := make([]float64, len(s.w))
	for i, w := range s.w {
		influence[i] = 2*w/s.mean - w*w/square
	}
	return Quantity{math.Log(s.mean * s.mean / square), meanOf(influence).Error}
}

// meanOf is the mean of independent values.
func meanOf(values []float64) Quantity {
	mean, deviation := stat.MeanStdDev(values, nil)
	return Quantity{mean, deviation / math.Sqrt(float64(len(values)))}
}
