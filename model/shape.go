package model

import (
	"fmt"
	"math/bits"
)

// Shape fixes the size of a flow; with a seed it fixes every bit of a new one.
type Shape struct {
	L            int `json:"size"`          // linear lattice size, 2^k from 4 to 128
	Depth        int `json:"depth"`         // levels of the renormalization; 0 means all, log2(L)
	Repeat       int `json:"repeat"`        // disentangler-decimator pairs in a level
	Couplings    int `json:"couplings"`     // coupling layers in a bijector
	Hidden       int `json:"hidden"`        // units in a hidden layer
	HiddenLayers int `json:"hidden_layers"` // hidden layers in a network
}

// Sites is the number of lattice sites, L*L, and so of latents.
func (s Shape) Sites() int { return s.L * s.L }

// Levels is the number of levels of renormalization: Depth, or log2(L) where
// that is 0.
func (s Shape) Levels() int {
	if s.Depth > 0 {
		return s.Depth
	}
	return bits.TrailingZeros(uint(s.L))
}

// Level is the level that the latent at a site belongs to, 0 the finest. What
// remains after the last level counts to the last level.
func (s Shape) Level(site int) int {
	// A site reaches level k if both coordinates are multiples of 2^k.
	return min(bits.TrailingZeros(uint(site/s.L|site%s.L)), s.Levels()-1)
}

// Validate says what is wrong with a shape; the error has a Hint.
func (s Shape) Validate() error {
	if s.L < 4 || s.L > 128 || s.L&(s.L-1) != 0 {
		return &shapeError{
			fmt.Sprintf("lattice size %d is not a power of two from 4 to 128", s.L),
			fmt.Sprintf("choose a size of %s", nearestSizes(s.L)),
		}
	}
	for _, c := range []struct {
		name            string
		value, low, top int
		hint            string
	}{
		{"depth", s.Depth, 0, bits.Len(uint(s.L)) - 1, "0 means all levels of the lattice"},
		{"repeat", s.Repeat, 1, 8, "the paper's network has 1"},
		{"couplings", s.Couplings, 1, 64, "the paper's network has 10"},
		{"hidden", s.Hidden, 1, 128, "the paper's network has 10 units in a hidden layer"},
		{"hidden layers", s.HiddenLayers, 1, 8, "the paper's network has 3"},
	} {
		if c.value < c.low || c.value > c.top {
			return &shapeError{
				fmt.Sprintf("%s %d is not between %d and %d", c.name, c.value, c.low, c.top),
				c.hint,
			}
		}
	}
	return nil
}

// nearestSizes names the valid lattice sizes on either side of one that is not.
func nearestSizes(size int) string {
	switch {
	case size < 4:
		return "4 or more"
	case size > 128:
		return "128 or less"
	}
	below := 1 << (bits.Len(uint(size)) - 1)
	return fmt.Sprintf("%d or %d", below, 2*below)
}

// shapeError is a flow that cannot be, and what to do about it.
type shapeError struct{ problem, hint string }

func (e *shapeError) Error() string { return e.problem }
func (e *shapeError) Hint() string  { return e.hint }

// foreign is the error of parameters that do not belong to a shape.
func foreign(problem string) error {
	return &shapeError{problem, "the parameters belong to a network of another shape"}
}
