package run

import (
	"fmt"
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
	Save       Kind = "save"        // write a checkpoint now
	Stop       Kind = "stop"        // save and end
)

// Command asks a run for something. It is plain data: it can cross a socket.
type Command struct {
	Kind    Kind    `json:"kind"`
	Value   float64 `json:"value,omitempty"`
	Latent  int     `json:"latent,omitempty"`
	Sampler Sampler `json:"sampler,omitempty"`
}

// validate refuses what no run of this many sites could do.
func (c Command) validate(sites int) error {
	switch c.Kind {
	case Pause, Resume, Redraw, Save, Stop:
		return nil
	case SetRate:
		return validateRate(c.Value)
	case SetSampler:
		return c.Sampler.validate()
	case Respond:
		if c.Latent < 0 || c.Latent >= sites {
			return &problem{
				text: fmt.Sprintf("latent %d does not exist", c.Latent),
				hint: fmt.Sprintf("choose one from 0 to %d", sites-1),
			}
		}
		return nil
	}
	return &problem{
		text: "command " + strconv.Quote(string(c.Kind)) + " is not known",
		hint: "the program that sent it may be of another version",
	}
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
