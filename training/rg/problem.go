package rg

import (
	"fmt"

	"neuralrg/model"
)

// problem is an error with advice: what is wrong in one line, and what to do.
type problem struct{ text, hint string }

func (p *problem) Error() string { return p.text }

// Hint says what to do about it.
func (p *problem) Hint() string { return p.hint }

func noLatent(site, sites int) error {
	return &problem{
		fmt.Sprintf("there is no latent %d", site),
		fmt.Sprintf("latents are counted row by row from 0 to %d", sites-1),
	}
}

func noLevel(level int, s model.Shape) error {
	return &problem{
		fmt.Sprintf("there is no level %d", level),
		fmt.Sprintf("the levels of this flow are 0, its fields, to %d", s.Levels()),
	}
}
