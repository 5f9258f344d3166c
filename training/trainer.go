// Package training teaches a flow an energy by probability density
// distillation. A Trainer steps, and that is all: it has no clock and no files.
package training

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"neuralrg/model"
	"neuralrg/physics"
)

// shards is the number of parts of a batch. It is fixed, and the parts are
// summed in order, so that any number of threads gives the same bits.
const shards = 8

// ErrDiverged says that an epoch's loss or gradient was not finite. The
// trainer is as it was before that epoch.
var ErrDiverged = errors.New("training diverged")

// Stats describe one epoch, before its update. Energies are in nats, for the
// whole lattice.
type Stats struct {
	Epoch           int     // 1 is the first
	Loss            float64 // what the optimiser minimised: FreeEnergy and the L2 term
	FreeEnergy      float64 // batch mean of ln q(x) + U(x)
	FreeEnergyStd   float64 // its standard deviation over the batch
	FreeEnergyError float64 // FreeEnergyStd / sqrt(batch)
	ESS             float64 // reverse effective sample size / batch, 0..1
	Rate            float64 // learning rate of the update
	GradNorm        float64 // Euclidean norm of the gradient, L2 term included
}

// State is what continues a run bit for bit.
type State struct {
	Epoch  int     // epochs done
	Rate   float64 // base learning rate, as changed live
	Params []float32
	Masks  []uint8
	M, V   []float32 // Adam's moments
}

// Trainer learns. One goroutine uses it at a time; inside, a step runs on that
// goroutine and a fixed number of others. Close ends these.
type Trainer struct {
	config Config
	flow   *model.Flow
	adam   adam
	rate   float64
	epoch  int

	losses []float64
	grad   []float32
	parts  []shard
	blocks []block
	crew   *crew

	evaluation, reduction, updating job // of a step, in this order
}

// New makes a trainer with a new flow. The energy must have the sites of the
// configuration's shape. Threads below 1 count as 1.
func New(c Config, e physics.Energy, threads int) (*Trainer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if e.Sites() != c.Sites() {
		return nil, fmt.Errorf("the energy has %d sites, the flow %d", e.Sites(), c.Sites())
	}
	flow, err := model.New(c.Shape, c.Seed)
	if err != nil {
		return nil, err
	}
	t := &Trainer{
		config: c, flow: flow, rate: c.Rate,
		adam:   newAdam(len(flow.Params)),
		losses: make([]float64, c.Batch),
		grad:   make([]float32, len(flow.Params)),
	}
	t.split()
	workers := make([]*worker, min(max(threads, 1), len(t.parts)))
	for i := range workers {
		workers[i] = newWorker(flow, e, len(t.parts[0].losses))
	}
	t.crew = newCrew(workers)
	return t, nil
}

// split divides the batch into shards, the larger ones first, and the
// parameters into blocks.
func (t *Trainer) split() {
	n := min(shards, t.config.Batch)
	first := 0
	for i := range n {
		last := first + (t.config.Batch-first+n-i-1)/(n-i)
		t.parts = append(t.parts, shard{
			index:   i,
			losses:  t.losses[first:last],
			grad:    make([]float32, len(t.flow.Params)),
			samples: t.config.Batch,
		})
		first = last
	}
	for first := 0; first < len(t.grad); first += blockSize {
		t.blocks = append(t.blocks, block{first: first, last: min(first+blockSize, len(t.grad))})
	}
	t.evaluation = job{len(t.parts), func(w *worker, i int) { w.run(t.parts[i], t.config, t.epoch+1) }}
	t.reduction = job{len(t.blocks), func(_ *worker, i int) { t.reduceBlock(&t.blocks[i]) }}
	t.updating = job{len(t.blocks), func(_ *worker, i int) { t.updateBlock(&t.blocks[i]) }}
}

// Close ends the trainer's goroutines. No method but Flow and State may be used
// after it.
func (t *Trainer) Close() { t.crew.close() }

// Step does one epoch: a batch, its gradient, one update. On ErrDiverged
// nothing has changed.
func (t *Trainer) Step() (Stats, error) {
	t.evaluate()
	s := t.describe()
	decay, norm := t.reduce()
	s.Loss = s.FreeEnergy + decay
	s.GradNorm = norm
	if !finite(s.Loss) || !(s.GradNorm < maxGradNorm) {
		return s, fmt.Errorf("%w at epoch %d: loss %v, gradient norm %v", ErrDiverged, s.Epoch, s.Loss, s.GradNorm)
	}
	t.crew.run(t.updating)
	t.epoch++
	return s, nil
}

// maxGradNorm is where Adam's second moment would leave the range of float32
// and freeze its parameters in silence.
const maxGradNorm = 1e18

// evaluate fills the losses and every shard's gradient.
func (t *Trainer) evaluate() { t.crew.run(t.evaluation) }

// reduce sums the shards' gradients and adds the L2 term. It returns that
// term's value and the Euclidean norm of the gradient.
func (t *Trainer) reduce() (decay, norm float64) {
	t.crew.run(t.reduction)
	for _, b := range t.blocks {
		decay += b.params2
		norm += b.grad2
	}
	return t.config.WeightDecay / 2 * decay, math.Sqrt(norm)
}

// describe computes the statistics of the epoch's losses. The importance
// weight of a sample is p/q up to a factor, exp(-loss).
func (t *Trainer) describe() Stats {
	n := float64(len(t.losses))
	mean, lowest := 0.0, math.Inf(1)
	for _, l := range t.losses {
		mean += l / n
		lowest = min(lowest, l)
	}
	square, sum, sum2 := 0.0, 0.0, 0.0
	for _, l := range t.losses {
		square += (l - mean) * (l - mean)
		w := math.Exp(lowest - l)
		sum += w
		sum2 += w * w
	}
	std := math.Sqrt(square / (n - 1))
	return Stats{
		Epoch:           t.epoch + 1,
		FreeEnergy:      mean,
		FreeEnergyStd:   std,
		FreeEnergyError: std / math.Sqrt(n),
		ESS:             sum * sum / (n * sum2),
		Rate:            t.Rate(),
	}
}

// Epoch is the number of epochs done.
func (t *Trainer) Epoch() int { return t.epoch }

// Rate is the learning rate of the next epoch.
func (t *Trainer) Rate() float64 {
	return t.rate * t.config.Schedule.factor(t.epoch+1, t.config.Epochs)
}

// BaseRate is what the schedule multiplies to give Rate.
func (t *Trainer) BaseRate() float64 { return t.rate }

// SetRate changes the base learning rate, from which the schedule goes on.
func (t *Trainer) SetRate(rate float64) error {
	if err := validateRate(rate); err != nil {
		return err
	}
	t.rate = rate
	return nil
}

// Flow is the flow that learns: it changes with every step.
func (t *Trainer) Flow() *model.Flow { return t.flow }

// State is a copy of all that continues the run.
func (t *Trainer) State() State {
	return State{
		Epoch:  t.epoch,
		Rate:   t.rate,
		Params: slices.Clone(t.flow.Params),
		Masks:  slices.Clone(t.flow.Masks),
		M:      slices.Clone(t.adam.m),
		V:      slices.Clone(t.adam.v),
	}
}

// Restore puts the trainer where a State was taken. The state must be of the
// same shape.
func (t *Trainer) Restore(s State) error {
	if _, err := model.Restore(t.config.Shape, s.Params, s.Masks); err != nil {
		return err
	}
	if n := len(s.Params); len(s.M) != n || len(s.V) != n || s.Epoch < 0 {
		return fmt.Errorf("the state of epoch %d has %d and %d moments of %d parameters", s.Epoch, len(s.M), len(s.V), n)
	}
	if err := validateRate(s.Rate); err != nil {
		return err
	}
	t.epoch, t.rate = s.Epoch, s.Rate
	copy(t.flow.Params, s.Params)
	copy(t.flow.Masks, s.Masks)
	copy(t.adam.m, s.M)
	copy(t.adam.v, s.V)
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
