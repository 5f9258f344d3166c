package training

import (
	"fmt"
	"math"

	"neuralrg/model"
	"neuralrg/physics"
)

// Config is everything that decides the bits of a training run.
type Config struct {
	model.Shape
	Temperature float64   `json:"temperature"` // in units of J/k_B
	Batch       int       `json:"batch"`       // samples an epoch
	Epochs      int       `json:"epochs"`      // planned epochs; schedules need the end
	Rate        float64   `json:"lr"`          // Adam's step size at the start
	Schedule    Schedule  `json:"schedule"`
	WeightDecay float64   `json:"weight_decay"` // L2 term, added to the gradient before the moments
	Objective   Objective `json:"objective"`
	Symmetry    bool      `json:"symmetry"` // learn [q(x) + q(-x)]/2
	Seed        uint64    `json:"seed"`
}

// Schedule says how the learning rate moves over a run.
type Schedule string

// The schedules.
const (
	Constant Schedule = "constant"
	Cosine   Schedule = "cosine" // from Rate towards 0 over Epochs, half a period
)

// factor multiplies the base rate at an epoch, 1 being the first.
func (s Schedule) factor(epoch, epochs int) float64 {
	if s != Cosine {
		return 1
	}
	done := min(float64(epoch-1)/float64(epochs), 1)
	return 0.5 * (1 + math.Cos(math.Pi*done))
}

// Objective says which estimate of the gradient of E[ln q + U] is followed.
type Objective string

// The objectives.
const (
	ReverseKL Objective = "reverse-kl" // the total derivative, as in the paper
	Path      Objective = "path"       // without the score term: less noise, one more pass
)

// The largest numbers that a Config may hold: far beyond what a workstation
// can train, and small enough that no product of them overflows.
const (
	maxBatch  = 1 << 16
	maxEpochs = 100_000_000
	maxRate   = 1
	maxDecay  = 1
)

// Validate says what is wrong with a configuration, if anything; the error
// has a method Hint.
func (c Config) Validate() error {
	if err := c.Shape.Validate(); err != nil {
		return err
	}
	switch {
	case !(c.Temperature >= physics.MinTemperature && c.Temperature <= physics.MaxTemperature):
		return problem{fmt.Sprintf("temperature %v is out of range", c.Temperature), fmt.Sprintf("choose a temperature from %v to %v; the critical one is %.6f", physics.MinTemperature, physics.MaxTemperature, physics.Tc)}
	case c.Batch < 2 || c.Batch > maxBatch:
		return problem{fmt.Sprintf("batch %d is out of range", c.Batch), fmt.Sprintf("choose from 2 to %d samples an epoch", maxBatch)}
	case c.Epochs < 1 || c.Epochs > maxEpochs:
		return problem{fmt.Sprintf("epochs %d is out of range", c.Epochs), fmt.Sprintf("choose from 1 to %d", maxEpochs)}
	case !(c.WeightDecay >= 0 && c.WeightDecay <= maxDecay):
		return problem{fmt.Sprintf("weight decay %v is out of range", c.WeightDecay), "choose from 0 to 1; the paper's is 0.001"}
	case c.Schedule != Constant && c.Schedule != Cosine:
		return problem{fmt.Sprintf("schedule %q is unknown", c.Schedule), "choose constant or cosine"}
	case c.Objective != ReverseKL && c.Objective != Path:
		return problem{fmt.Sprintf("objective %q is unknown", c.Objective), "choose reverse-kl or path"}
	}
	return validateRate(c.Rate)
}

func validateRate(rate float64) error {
	if !(rate > 0 && rate <= maxRate) {
		return problem{fmt.Sprintf("learning rate %v is out of range", rate), "choose more than 0 and at most 1; the paper's is 0.001"}
	}
	return nil
}

// problem is an error of the user's input, with what to do about it.
type problem struct{ what, hint string }

func (p problem) Error() string { return p.what }

// Hint says what to do.
func (p problem) Hint() string { return p.hint }
