// Package training teaches a flow an energy by probability density
// distillation. A Trainer steps, and that is all: it has no clock and no files.
package training

import "neuralrg/model"

// Config is everything that decides the bits of a training run.
type Config struct {
	model.Shape
	Temperature float64   `json:"temperature"`
	Batch       int       `json:"batch"`  // samples an epoch
	Epochs      int       `json:"epochs"` // planned epochs; schedules need the end
	Rate        float64   `json:"lr"`     // Adam's step size at the start
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
	Cosine   Schedule = "cosine" // from Rate to 0 over Epochs
)

// Objective says which estimate of the gradient of E[ln q + U] is followed.
type Objective string

// The objectives.
const (
	Reparameterized Objective = "reverse-kl" // the total derivative, as in the paper
	Path            Objective = "path"       // without the score term: less noise, one more pass
)

// Stats describe one epoch, before its update.
type Stats struct {
	Epoch           int     // 1 is the first
	Loss            float64 // what the optimiser minimised
	FreeEnergy      float64 // batch mean of ln q(x) + U(x), nats, whole lattice
	FreeEnergyStd   float64 // its standard deviation over the batch
	FreeEnergyError float64 // FreeEnergyStd / sqrt(batch)
	ESS             float64 // reverse effective sample size / batch, 0..1
	Rate            float64 // learning rate of the update
	GradNorm        float64 // Euclidean norm of the gradient
}

// State is what continues a run bit for bit.
type State struct {
	Epoch  int     // epochs done
	Rate   float64 // base learning rate, as changed live
	Params []float32
	Masks  []uint8
	M, V   []float32 // Adam's moments
}
