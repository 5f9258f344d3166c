package run

import (
	"fmt"
	"math"
	"strconv"
)

// Kind names what a Command asks for.
type Kind string

// The closed set of commands.
const (
	Pause      Kind = "pause"
	Resume     Kind = "resume"
	SetRate    Kind = "set-rate"    // Value: the new base learning rate
	SetSampler Kind = "set-sampler" // Sampler
	Redraw     Kind = "redraw"      // fresh latents for the lattice
	Respond    Kind = "respond"     // Latent: compute its response; comes back in a later Snapshot
	Examine    Kind = "examine"     // Latent: its distribution and its partners, likewise
	Fix        Kind = "fix"         // Latent, Value: the lattice with that latent at that value
	Release    Kind = "release"     // the lattice with all its latents as drawn
	Inform     Kind = "inform"      // Spacing: compute an Information; likewise
	Coarsen    Kind = "coarsen"     // take the lattice through the levels; likewise
	Gather     Kind = "gather"      // draw lattices beside it; likewise
	Save       Kind = "save"        // write a checkpoint now
	Stop       Kind = "stop"        // save and end

	// These are for the samplers at work that Sampler names, one or both.

	ResetChains   Kind = "reset-chains"   // Start: begin again from there
	SetTrajectory Kind = "set-trajectory" // Value: the step of the leapfrog; Leapfrogs: how many
	Tune          Kind = "tune"           // find a step and a number of leapfrogs
)

// ChainStart is where chains begin: at the fields of such spins, or their latents.
type ChainStart string

// The starts.
const (
	Hot  ChainStart = "hot"  // every spin at random
	Cold ChainStart = "cold" // all spins up
)

// Command asks a run for something. It is plain data: it can cross a socket.
type Command struct {
	Kind      Kind       `json:"kind"`
	Value     float64    `json:"value,omitempty"`
	Latent    int        `json:"latent,omitempty"`
	Spacing   int        `json:"spacing,omitempty"`
	Sampler   Sampler    `json:"sampler,omitempty"`
	Leapfrogs int        `json:"leapfrogs,omitempty"`
	Start     ChainStart `json:"start,omitempty"`
}

// Looks says that a command asks only how the flow looks: who has nothing but the
// files of a run can do it too.
func (k Kind) Looks() bool {
	switch k {
	case Redraw, Respond, Examine, Inform, Fix, Release, Coarsen, Gather:
		return true
	}
	return false
}

// MostLatent is the largest magnitude of a value that a latent can be fixed at, in
// standard deviations of its prior: beyond it a flow has seen next to nothing.
const MostLatent = 4

// validate refuses what no run of this many sites could do.
func (c Command) validate(sites int) error {
	switch c.Kind {
	case Pause, Resume, Redraw, Release, Coarsen, Gather, Save, Stop:
		return nil
	case SetRate:
		return validateRate(c.Value)
	case SetSampler:
		return c.Sampler.validate()
	case Respond, Examine:
		return c.validateLatent(sites)
	case Fix:
		if !(math.Abs(c.Value) <= MostLatent) {
			return &problem{
				text: fmt.Sprintf("value %v of a latent is out of range", c.Value),
				hint: fmt.Sprintf("choose one from -%d to %d", MostLatent, MostLatent),
			}
		}
		return c.validateLatent(sites)
	case Inform:
		return validateSpacing(c.Spacing, sites)
	case ResetChains, SetTrajectory, Tune:
		return c.validateOrder()
	}
	return &problem{
		text: "command " + strconv.Quote(string(c.Kind)) + " is not known",
		hint: "the program that sent it may be of another version",
	}
}

func (c Command) validateLatent(sites int) error {
	if c.Latent < 0 || c.Latent >= sites {
		return &problem{
			text: fmt.Sprintf("latent %d does not exist", c.Latent),
			hint: fmt.Sprintf("choose one from 0 to %d", sites-1),
		}
	}
	return nil
}

// The largest step and number of leapfrogs of a trajectory. A leapfrog is unstable
// from a step of 2 on a standard normal density, which latents have at best.
const (
	maxStep      = 10
	maxLeapfrogs = 1000
)

// validateOrder refuses what no sampler could do.
func (c Command) validateOrder() error {
	switch {
	case c.Sampler != SamplerLatent && c.Sampler != SamplerPhysical && c.Sampler != SamplerBoth:
		return &problem{
			text: fmt.Sprintf("%q is no sampler to change", string(c.Sampler)),
			hint: "choose latent, physical or both",
		}
	case c.Kind == ResetChains && c.Start != Hot && c.Start != Cold:
		return &problem{
			text: fmt.Sprintf("start %q is not known", string(c.Start)),
			hint: "choose hot or cold",
		}
	case c.Kind == SetTrajectory && !(c.Value > 0 && c.Value <= maxStep):
		return &problem{
			text: fmt.Sprintf("step %v of the leapfrog is out of range", c.Value),
			hint: fmt.Sprintf("choose more than 0 and at most %d", maxStep),
		}
	case c.Kind == SetTrajectory && !(c.Leapfrogs > 0 && c.Leapfrogs <= maxLeapfrogs):
		return &problem{
			text: fmt.Sprintf("a trajectory of %d leapfrogs", c.Leapfrogs),
			hint: fmt.Sprintf("choose from 1 to %d", maxLeapfrogs),
		}
	}
	return nil
}

// names says whether a sampler is meant.
func (c Command) names(sampler Sampler) bool {
	return c.Sampler == sampler || c.Sampler == SamplerBoth
}

func validateRate(rate float64) error {
	if !(rate > 0 && rate <= 1) {
		return &problem{
			text: fmt.Sprintf("learning rate %v is out of range", rate),
			hint: "choose more than 0 and at most 1",
		}
	}
	return nil
}
