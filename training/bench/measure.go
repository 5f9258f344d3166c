package bench

import (
	"slices"
	"time"
)

// Time is how long something takes: the least and the median of several
// measurements, in seconds. On a busy machine the least is nearest to what the
// work itself takes.
type Time struct {
	Least  float64 `json:"seconds"`
	Median float64 `json:"median_seconds"`
	Count  int     `json:"measurements"`
}

// Noisy says that the measurements differ so much that something else was at
// work.
func (t Time) Noisy() bool { return t.Median > 1.1*t.Least }

// of is the time of so many times the work.
func (t Time) of(n float64) Time { return Time{t.Least * n, t.Median * n, t.Count} }

// candidate is one of several pieces of work to compare.
type candidate struct {
	measure func() (seconds float64, err error)
	taken   []float64 // seconds, of each measurement
	sum     float64
}

// timed is a candidate. To prepare is not measured.
func timed(prepare func(), work func() error) *candidate {
	return &candidate{measure: func() (seconds float64, err error) {
		prepare()
		began := time.Now()
		err = work()
		return time.Since(began).Seconds(), err
	}}
}

// race measures candidates in turns, so that what slows the machine for a while
// slows all of them. What takes long counts from the first time, the rest is done
// once before to be warm.
func (p Plan) race(candidates []*candidate) error {
	running := slices.Clone(candidates)
	for round := 0; len(running) > 0; round++ {
		for _, c := range running {
			seconds, err := c.measure()
			if err != nil {
				return err
			}
			if round > 0 || seconds > p.Patience.Seconds()/4 {
				c.taken = append(c.taken, seconds)
				c.sum += seconds
			}
		}
		running = slices.DeleteFunc(running, p.enough)
	}
	return nil
}

// enough says whether a candidate was measured often enough.
func (p Plan) enough(c *candidate) bool {
	n := len(c.taken)
	switch {
	case n < p.Least:
		return n >= 2 && c.sum >= p.Patience.Seconds()
	case n >= p.Most:
		return true
	}
	return c.sum >= p.Share.Seconds()
}

func (c *candidate) time() Time {
	slices.Sort(c.taken)
	return Time{c.taken[0], c.taken[len(c.taken)/2], len(c.taken)}
}

// turns is how many turns of something short take long enough to be measured.
func turns(turn func(times int) float64) (times int) {
	const enough = 500 * time.Microsecond
	for times = 1; times < 1<<30; times *= 2 {
		began := time.Now()
		_ = turn(times)
		if time.Since(began) > enough {
			break
		}
	}
	return times
}
