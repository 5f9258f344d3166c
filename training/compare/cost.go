package compare

import (
	"slices"

	"gonum.org/v1/gonum/stat"
)

// quiet is the part of the measurements of a time that counts: the fastest tenth,
// of which Cost takes the median. Where something else is at work as well, they are
// nearest to what the work itself takes, and unlike the very least they do not
// hang on a single one.
const quiet = 0.1

// Cost is the time that something takes one core, in seconds, while the other
// threads of the comparison are at work too.
type Cost struct {
	Seconds float64 `json:"core_seconds"` // median of the fastest tenth of the measurements
	Median  float64 `json:"median_core_seconds"`
	Count   int     `json:"measurements"`
}

// Noisy says that the measurements differ so much that something else was at work.
func (c Cost) Noisy() bool { return c.Median > 1.1*c.Seconds }

// newCost is of measured times.
func newCost(seconds []float64) Cost {
	if len(seconds) == 0 {
		return Cost{}
	}
	sorted := slices.Sorted(slices.Values(seconds))
	return Cost{
		Seconds: stat.Quantile(quiet/2, stat.Empirical, sorted, nil),
		Median:  stat.Quantile(0.5, stat.Empirical, sorted, nil),
		Count:   len(seconds),
	}
}

// of is the cost of so many times the work.
func (c Cost) of(n int) Cost {
	return Cost{c.Seconds * float64(n), c.Median * float64(n), c.Count}
}
