package sweep

import (
	"cmp"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"neuralrg/physics"
	"neuralrg/training"
)

// Cost is what a sweep will take.
type Cost struct {
	Points []float64 `json:"core_seconds"` // of the training of each point, on one thread
	// Measured is how many of the different kinds of epochs were measured; the
	// others are scaled by the arithmetic that they take.
	Measured int     `json:"measured"`
	Kinds    int     `json:"kinds"`
	Total    float64 `json:"total_core_seconds"`
}

const (
	measureTime = 3 * time.Second        // for all kinds together, or one kind
	kindTime    = 150 * time.Millisecond // for one, once it has had an epoch to warm up
	measureSize = 64 * 256               // samples times sites of an epoch that is measured, or the smallest batch
)

// kind is what the time of an epoch depends on. Whatever else is in a
// configuration is the same for all kinds.
type kind struct{ training.Config }

func kindOf(c training.Config) kind {
	c.Temperature, c.Epochs, c.Rate, c.Schedule, c.WeightDecay, c.Seed = physics.Tc, 1<<20, 1e-3, training.Constant, 0, 1
	return kind{c}
}

// work is the arithmetic of an epoch, in units of its own: passes through the
// flow, each sample through each coupling of each block of each level.
func (k kind) work() float64 {
	passes := 3.0 // forward, and twice as much back
	if k.Objective == training.Path {
		passes++
	}
	if k.Symmetry {
		passes++
	}
	blocks := 0.0
	for level := range k.Levels() {
		side := float64(k.L) / float64(int(2)<<level)
		blocks += 2 * float64(k.Repeat) * side * side
	}
	width := float64(k.Hidden)
	network := 4*width + float64(k.HiddenLayers-1)*width*width
	return passes * float64(k.Batch) * blocks * float64(k.Couplings) * network
}

// epoch measures the processor time of an epoch on one thread, whatever else is
// at work on the machine: the mean of some, with a smaller batch, by proportion,
// where it would take long.
func (k kind) epoch() (float64, error) {
	c := k.Config
	c.Batch = max(2, min(c.Batch, measureSize/c.Sites()))
	energy, err := physics.NewIsing(c.L, c.Temperature)
	if err != nil {
		return 0, err
	}
	t, err := training.New(c, energy, 1)
	if err != nil {
		return 0, err
	}
	defer t.Close()
	if _, err := t.Step(); err != nil { // it touches the memory first
		return 0, err
	}
	began, steps := processorTime(), 0
	for end := time.Now().Add(kindTime); steps == 0 || time.Now().Before(end); steps++ {
		if _, err := t.Step(); err != nil {
			return 0, err
		}
	}
	took := (processorTime() - began).Seconds() / float64(steps)
	return took * float64(k.Batch) / float64(c.Batch), nil
}

// processorTime is what this process has used.
func processorTime() time.Duration {
	var use unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &use) // it fails for no process of one's own
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// Estimate measures what the training of the points will take on this machine:
// an epoch of each kind on one thread, the cheapest kinds first, for some seconds
// in all. What is not measured by then is scaled from the dearest that was.
func (p *Plan) Estimate() (Cost, error) {
	cost := Cost{Points: make([]float64, len(p.Points))}
	of := make([]kind, len(p.Points))
	seconds := map[kind]float64{}
	var kinds []kind
	for i := range p.Points {
		c, err := p.Config(i)
		if err != nil {
			return Cost{}, err
		}
		of[i] = kindOf(c.Config)
		cost.Points[i] = float64(c.Epochs)
		if _, known := seconds[of[i]]; !known {
			seconds[of[i]] = 0
			kinds = append(kinds, of[i])
		}
	}
	cost.Kinds = len(kinds)
	slices.SortStableFunc(kinds, func(a, b kind) int { return cmp.Compare(a.work(), b.work()) })
	unit := 0.0 // of the dearest kind that was measured
	for end := time.Now().Add(measureTime); len(kinds) > 0; kinds = kinds[1:] {
		k := kinds[0]
		if cost.Measured > 0 && time.Now().After(end) {
			seconds[k] = unit * k.work()
			continue
		}
		took, err := k.epoch()
		if err != nil {
			return Cost{}, err
		}
		seconds[k], unit = took, took/k.work()
		cost.Measured++
	}
	for i := range cost.Points {
		cost.Points[i] *= seconds[of[i]]
		cost.Total += cost.Points[i]
	}
	return cost, nil
}
