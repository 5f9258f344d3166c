package sampling

import "math"

const (
	// nearby is how many of its errors the mean over chains may be away from
	// equilibrium. Two would be left by chance too often in a long stretch.
	nearby = 3
	// leastStay is the shortest stretch that a mean must stay there.
	leastStay = 10
)

// Thermalisation is the time at which chains have forgotten how they began: the
// first t from which on the mean over all chains stays, up to 2t and ten times
// more, within three of its errors of its value in equilibrium. To stay for as
// long again as it took excludes a mean that only passes by.
//
// It is what can be told with that number of chains: their error is the deviation
// over the root of their number, and what has come nearer is counted as arrived.
// A mean that approaches as D exp(-t/tau) with errors e takes tau ln(D/3e), and as
// it may be higher or lower by an error itself, some 0.4 tau more or less. So
// compare equal numbers of chains.
type Thermalisation struct {
	Time int `json:"trajectories"`
	// Low and High are the times at which the mean came, in the same way, within
	// four errors, and, at Time or later, within two for the first time: those that
	// an error of the mean leaves open.
	Low  int `json:"low"`
	High int `json:"high"`
}

// Thermalise finds the time at which two or more independent chains
// series[chain][time], all of one length and time 0 their start, are in equilibrium,
// where their mean is known to an error. It is false if they are not, or not for
// long enough to tell.
func Thermalise(series [][]float64, equilibrium Quantity) (Thermalisation, bool) {
	distance := distances(series, equilibrium)
	t, ok := arrival(distance, nearby)
	if !ok {
		return Thermalisation{}, false
	}
	low, _ := arrival(distance, nearby+1) // not later than t
	high := t
	for high < len(distance)-1 && distance[high] > nearby-1 {
		high++
	}
	return Thermalisation{Time: t, Low: low, High: high}, true
}

// Course is the mean over two or more independent chains series[chain][time] at each
// time, and its standard error.
func Course(series [][]float64) (mean, deviation []float64) {
	values := make([]float64, len(series))
	mean, deviation = make([]float64, len(series[0])), make([]float64, len(series[0]))
	for t := range mean {
		for c, chain := range series {
			values[c] = chain[t]
		}
		m := meanOf(values)
		mean[t], deviation[t] = m.Value, m.Error
	}
	return mean, deviation
}

// distances are how far the mean over chains is from equilibrium at each time, in
// errors.
func distances(series [][]float64, equilibrium Quantity) []float64 {
	distance, deviation := Course(series)
	for t, mean := range distance {
		distance[t] = math.Abs(mean-equilibrium.Value) / math.Hypot(deviation[t], equilibrium.Error)
	}
	return distance
}

// arrival is the first time from which a distance stays within a limit for as long
// again. Going back in time, stays counts for how long it does.
func arrival(distance []float64, limit float64) (t int, ok bool) {
	stays := 0
	for i := len(distance) - 1; i >= 0; i-- {
		stays++
		if !(distance[i] <= limit) {
			stays = 0
		}
		if stays > i+leastStay {
			t, ok = i, true
		}
	}
	return t, ok
}
