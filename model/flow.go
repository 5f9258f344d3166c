// Package model is the normalizing flow: RealNVP bijectors on 2x2 blocks, wired
// like a MERA. It knows no physics.
//
// Fields and latents travel in batches laid out site by site:
// x[site*n + sample], float32. Logarithms of densities are float64.
//
// The flow is that of Li and Wang, "Neural Network Renormalization Group"
// (arXiv:1802.02840). Level k = 0, 1, ... acts on the sites whose coordinates
// are multiples of d = 2^k: first a bijector on the 2x2 blocks of these sites
// with corners at multiples of 2d (the disentangler), then one on the blocks
// shifted by d in both directions, round the torus (the decimator). Of each
// shifted block the site whose coordinates are multiples of 2d goes on to level
// k+1, the other three are latents of level k. So runs renormalization, from
// fields x to latents z; generation is its inverse, the levels in reverse
// order. Every value stays at its site, and all blocks of a bijector share its
// parameters.
package model

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Flow is a bijection between latents z, standard normal, and fields x. Its
// methods do not write to it, except that who owns it may change Params between
// passes: many goroutines may use one Flow, each with a Tape of its own.
type Flow struct {
	Shape  Shape
	Params []float32 // all parameters; Tensors names the parts
	Masks  []uint8   // one for each coupling: bit v is set if value v of a block is kept
}

// initStream keeps the random numbers of New apart from other uses of a seed.
const initStream = 0x6d6f64656c // "model"

// New returns the flow of a shape that has not learnt yet: masks are random,
// weights and biases of every linear layer uniform in +-1/sqrt(fan-in), the
// scales of s zero, so that every coupling begins as a shift. The fan-in of a
// first layer counts as 4, a block's values, although only 2 are used: the
// paper's network feeds it the other two as zeros.
func New(s Shape, seed uint64) (*Flow, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	f := &Flow{
		Shape:  s,
		Params: make([]float32, s.Parameters()),
		Masks:  make([]uint8, s.bijectors()*s.Couplings),
	}
	random := rand.New(rand.NewPCG(seed, initStream))
	for b := range s.bijectors() {
		drawMasks(f.Masks[b*s.Couplings:][:s.Couplings], random)
	}
	size := s.couplingSize()
	for start := 0; start < len(f.Params); start += size {
		scaleNet, shiftNet, _ := s.cut(f.Params[start : start+size])
		s.initNetwork(scaleNet, random)
		s.initNetwork(shiftNet, random)
	}
	return f, nil
}

// drawMasks lets every even coupling keep 2 of 4 values at random, and the odd
// one after it the other two.
func drawMasks(masks []uint8, random *rand.Rand) {
	for c := range masks {
		if c%2 == 0 {
			p := random.Perm(4)
			masks[c] = 1<<p[0] | 1<<p[1]
		} else {
			masks[c] = 0b1111 &^ masks[c-1]
		}
	}
}

// initNetwork draws the parameters of one network.
func (s Shape) initNetwork(p []float32, random *rand.Rand) {
	for i := range s.HiddenLayers + 1 {
		fanIn := s.Hidden
		if i == 0 {
			fanIn = 4
		}
		bound := 1 / math.Sqrt(float64(fanIn))
		w, b := s.layer(p, i)
		for _, part := range [][]float32{w, b} {
			for j := range part {
				part[j] = float32(bound * (2*random.Float64() - 1))
			}
		}
	}
}

// Restore returns a flow with the given parameters and masks, which it keeps.
func Restore(s Shape, params []float32, masks []uint8) (*Flow, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if want := s.Parameters(); len(params) != want {
		return nil, foreign(fmt.Sprintf("%d parameters where this shape has %d", len(params), want))
	}
	if want := s.bijectors() * s.Couplings; len(masks) != want {
		return nil, foreign(fmt.Sprintf("%d masks where this shape has %d", len(masks), want))
	}
	for i, m := range masks {
		if m > 0b1111 || bits.OnesCount8(m) != 2 {
			return nil, foreign(fmt.Sprintf("mask %d is %#b: it must keep 2 of 4 values", i, m))
		}
	}
	return &Flow{Shape: s, Params: params, Masks: masks}, nil
}

// Clone returns a copy that shares nothing with f.
func (f *Flow) Clone() *Flow {
	return &Flow{Shape: f.Shape, Params: slices.Clone(f.Params), Masks: slices.Clone(f.Masks)}
}
