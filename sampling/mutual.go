package sampling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

const (
	// parts is the number of subsamples that give the error of a mutual
	// information, which is then known to a part of 1/sqrt(2 (parts-1)).
	parts = 16
	// smallestPart is the number of pairs of a subsample, in units of k, from which
	// its spread tells that of the whole.
	smallestPart = 8
	// shuffleStream keeps the random numbers of permutations apart from other uses
	// of a seed.
	shuffleStream = 0x73687566666c65 // "shuffle"
)

// MutualInformation estimates the mutual information in nats of two continuous
// variables from n independent pairs (x[i], y[i]), by the first estimator of
// Kraskov, Stögbauer and Grassberger, cond-mat/0305641, eq. 8,
//
//	I = psi(k) + psi(n) - <psi(n_x+1) + psi(n_y+1)>,
//
// where n_x and n_y count the points nearer along one axis than the k-th
// neighbour is in the plane, by the larger of both distances in units of the
// standard deviations. A small k has less bias, a large one less noise; 3 is
// usual. The result depends neither on the order of the pairs nor on that of the
// variables, and may be negative by chance.
//
// The error is that of Holmes and Nemenman, arXiv:1903.09280: the variance is
// proportional to 1/n, so that among estimates from disjoint parts of the sample
// it is as many times larger as there are parts. Here these are 16 consecutive
// ones, so that the error also holds for a chain whose autocorrelation time is
// short against a part. Where the variables are nearly independent the variance
// falls a little more slowly: with k = 3 the error is then too small by up to a
// fifth from 2,000 pairs or more, by 30 % from 512, and ShuffledInformation is the
// better judge. The bias is not in the error. For normal variables it is below
// it up to a correlation of 0.99 at least, with 10,000 pairs.
//
// Values may occur more than once in x or in y, and a constant has no information.
// Refused are pairs of which more than k are equal, fewer than 128 k pairs, and
// numbers that are not finite. The work is of order n log n.
func MutualInformation(x, y []float64, k int) (Quantity, error) {
	value, of, err := MutualInformationOfParts(x, y, k)
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{Value: value, Error: ErrorOfParts(of)}, nil
}

// MutualInformationOfParts is the value of MutualInformation, and beside it the
// estimates from 16 consecutive parts of the sample that its error comes from.
// Where several informations of the same sample are added, the sums of their
// parts have the error of the sum, with what the terms have in common.
func MutualInformationOfParts(x, y []float64, k int) (value float64, of []float64, err error) {
	x, y, err = checkPairs(x, y, k)
	if err != nil {
		return 0, nil, err
	}
	n := len(x)
	e := newPairEstimator(n, k)
	value, equal := e.information(x, y)
	if equal > 0 {
		return 0, nil, repeated(equal, n, k)
	}
	of = make([]float64, parts)
	for i := range of {
		first, last := i*n/parts, (i+1)*n/parts
		of[i], _ = e.information(x[first:last], y[first:last])
	}
	return value, of, nil
}

// ErrorOfParts is the standard error of an estimate of which those from as many
// disjoint parts of the sample are given.
func ErrorOfParts(of []float64) float64 {
	return stat.StdDev(of, nil) / math.Sqrt(float64(len(of)))
}

// ShuffledInformation is what MutualInformation finds where there is nothing:
// the mean and the standard deviation of its values over permutations of y, of
// which there are at least two, with random numbers of a seed.
func ShuffledInformation(x, y []float64, k, permutations int, seed uint64) (mean, deviation float64, err error) {
	if permutations < 2 {
		return 0, 0, &invalid{fmt.Sprintf("a baseline of %d permutations", permutations), "a standard deviation needs at least 2; take 20 or more"}
	}
	x, y, err = checkPairs(x, y, k)
	if err != nil {
		return 0, 0, err
	}
	rng := rand.New(rand.NewPCG(seed, shuffleStream))
	e := newPairEstimator(len(x), k)
	values := make([]float64, permutations)
	for i := range values {
		rng.Shuffle(len(y), func(i, j int) { y[i], y[j] = y[j], y[i] })
		var equal int
		values[i], equal = e.information(x, y)
		if equal > 0 {
			return 0, 0, repeated(equal, len(x), k)
		}
	}
	mean, deviation = stat.MeanStdDev(values, nil)
	return mean, deviation, nil
}

// pairEstimator has the memory that estimates from up to n pairs need.
type pairEstimator struct {
	nearest
	sorted [2][]float64
	tally  []int // how often n_x+1 or n_y+1 has each value
}

func newPairEstimator(n, k int) *pairEstimator {
	return &pairEstimator{
		nearest: nearest{points: make([]point, 0, n), distance: make([]float64, k)},
		sorted:  [2][]float64{make([]float64, 0, n), make([]float64, 0, n)},
		tally:   make([]int, n+1),
	}
}

// information is the estimate from more than k pairs, unless there are some of
// which it counts more than k equal ones.
func (e *pairEstimator) information(x, y []float64) (value float64, equal int) {
	e.arrange(x, y)
	for i, p := range e.points {
		distance := e.kth(i)
		if distance == 0 {
			equal++
			continue
		}
		for axis, sorted := range e.sorted {
			e.tally[nearer(sorted, p[axis], distance)+1]++
		}
	}
	n := len(x)
	// Whole numbers are summed first: the sum does not depend on the order.
	var sum float64
	for m, times := range e.tally[:n+1] {
		if times > 0 {
			sum += float64(times) * mathext.Digamma(float64(m))
		}
	}
	k := len(e.distance)
	return mathext.Digamma(float64(k)) + mathext.Digamma(float64(n)) - sum/float64(n), equal
}

// arrange takes pairs.
func (e *pairEstimator) arrange(x, y []float64) {
	e.points = e.points[:0]
	for i := range x {
		e.points = append(e.points, point{x[i], y[i]})
	}
	divide(e.points, 0)
	for axis, column := range [...][]float64{x, y} {
		e.sorted[axis] = append(e.sorted[axis][:0], column...)
		slices.Sort(e.sorted[axis])
	}
	clear(e.tally)
}

// standardised is a copy of a column with standard deviation 1, unless it is
// constant. A power of two comes first, so that no square overflows.
func standardised(column []float64) []float64 {
	var largest float64
	for _, v := range column {
		largest = max(largest, math.Abs(v))
	}
	_, exponent := math.Frexp(largest)
	scaled := make([]float64, len(column))
	for i, v := range column {
		scaled[i] = math.Ldexp(v, -exponent)
	}
	deviation := stat.StdDev(scaled, nil)
	if deviation == 0 || slices.Min(scaled) == slices.Max(scaled) {
		return scaled
	}
	for i := range scaled {
		scaled[i] /= deviation
	}
	return scaled
}

// repeated is the error that some pairs have k equal ones beside them.
func repeated(equal, n, k int) error {
	return &invalid{
		fmt.Sprintf("mutual information of pairs of which %d of %d equal %d others or more", equal, n, k),
		"independent draws of continuous variables do not repeat: keep fewer draws of a chain, further apart",
	}
}

// checkPairs says what is wrong with pairs, or returns them in units of their
// standard deviations.
func checkPairs(x, y []float64, k int) (_, _ []float64, err error) {
	n := len(x)
	switch {
	case k < 1:
		return nil, nil, &invalid{fmt.Sprintf("mutual information by neighbour %d", k), "choose 1 or more; 3 is usual"}
	case len(y) != n:
		return nil, nil, &invalid{fmt.Sprintf("mutual information of %d values with %d", n, len(y)), "give one value of each variable for every draw"}
	case n/parts/smallestPart < k:
		return nil, nil, &invalid{fmt.Sprintf("mutual information from %d pairs by neighbour %d", n, k), fmt.Sprintf("take %d pairs for each neighbour or more", parts*smallestPart)}
	}
	bad := 0
	for i := range x {
		if x[i]-x[i] != 0 || y[i]-y[i] != 0 { // what is not finite leaves NaN
			bad++
		}
	}
	if bad > 0 {
		return nil, nil, &invalid{fmt.Sprintf("mutual information of %d pairs of which %d are not finite", n, bad), "the flow has diverged: use an earlier checkpoint, or train again with a lower learning rate"}
	}
	return standardised(x), standardised(y), nil
}
