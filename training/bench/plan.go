package bench

import (
	"time"

	"neuralrg/training"
)

// Plan says what is measured, and how often.
type Plan struct {
	Config    training.Config // of the epochs; size and temperature are those of all else too
	Threads   []int           // that train; the last number is the largest
	Sizes     []int           // of lattices, for the cost of a site and sample
	Chains    int             // of hybrid Monte Carlo
	Leapfrogs int             // steps of its trajectories

	// Every measurement is made Least times, and then until it has taken Share
	// or was made Most times. What takes longer than Patience is made twice.
	Least, Most     int
	Share, Patience time.Duration
}

// Paper is the plan for the paper's settings on up to so many threads. It takes
// about half a minute.
func Paper(threads int) (Plan, error) {
	c, err := training.Preset("paper")
	if err != nil {
		return Plan{}, err
	}
	p := Plan{
		Config: c, Sizes: []int{16, 32, 64, 128}, Chains: 512, Leapfrogs: 10,
		Least: 3, Most: 40, Share: 500 * time.Millisecond, Patience: 800 * time.Millisecond,
	}
	for n := 1; n < threads; n *= 2 {
		p.Threads = append(p.Threads, n)
	}
	p.Threads = append(p.Threads, threads)
	return p, nil
}

// most is the largest number of threads.
func (p Plan) most() int { return p.Threads[len(p.Threads)-1] }

// of is the plan's configuration on another lattice, with so many samples that
// there are as many sites in all.
func (p Plan) of(size int) training.Config {
	c := p.Config
	c.Batch = max(2, c.Batch*c.L*c.L/(size*size))
	c.L = size
	return c
}
