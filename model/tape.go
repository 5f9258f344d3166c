package model

import (
	"fmt"
	"unsafe"

	"neuralrg/model/internal/kernel"
)

// Tape is the workspace of one pass of a flow over n samples: it holds what
// Backward needs. One goroutine uses it at a time; it is reused without
// allocation.
//
// It keeps the latents and the output of every bijector, and no activations:
// Backward computes these again, which is faster than to fetch them from
// memory. TapeBytes is its size.
type Tape struct {
	shape     Shape
	capacity  int // most samples
	n         int // samples of the last pass
	direction direction

	latents []float32 // z of the last pass, site-major
	grad    []float32 // dL/dx on its way through the flow, site-major
	outputs [][]tile  // of every bijector, in the order of renormalization
	work    workspace
}

// direction of the last pass on a tape.
type direction int

const (
	unused direction = iota
	generation
	renormalization
)

// chunk is the number of tiles that pass through a bijector together, coupling
// by coupling: a coupling's parameters and their gradient stay in the cache for
// so long.
const chunk = 4

// NewTape returns a tape for passes of a valid shape over up to so many samples.
func NewTape(s Shape, samples int) *Tape {
	if err := s.Validate(); err != nil {
		panic("model: tape of an invalid shape: " + err.Error())
	}
	t := &Tape{
		shape:    s,
		capacity: samples,
		latents:  make([]float32, s.Sites()*samples),
		grad:     make([]float32, s.Sites()*samples),
		outputs:  make([][]tile, s.bijectors()),
	}
	for b := range t.outputs {
		t.outputs[b] = make([]tile, s.blocks(b).tiles(samples))
	}
	for range s.HiddenLayers {
		t.work.hu = append(t.work.hu, make([]kernel.Row, s.Hidden))
		t.work.ht = append(t.work.ht, make([]kernel.Row, s.Hidden))
	}
	return t
}

// TapeBytes is the memory that a tape for so many samples takes: about
// (8 + 32 Repeat/3) L^2 bytes a sample, and some 100 kB for the work on a tile
// at the paper's width.
func (s Shape) TapeBytes(samples int) int {
	bytes := int(unsafe.Sizeof(Tape{})) + 2*4*s.Sites()*samples
	for b := range s.bijectors() {
		bytes += s.blocks(b).tiles(samples) * int(unsafe.Sizeof(tile{}))
	}
	return bytes + 2*s.HiddenLayers*s.Hidden*int(unsafe.Sizeof(kernel.Row{}))
}

// begin starts a pass of n samples; x and z are its operands.
func (t *Tape) begin(f *Flow, d direction, n int, x, z []float32) {
	t.fits(f)
	if n > t.capacity {
		panic(fmt.Sprintf("model: %d samples on a tape for %d", n, t.capacity))
	}
	if want := n * f.Shape.Sites(); len(x) != want || len(z) != want {
		panic(fmt.Sprintf("model: %d samples need %d values, not %d and %d", n, want, len(x), len(z)))
	}
	t.direction, t.n = d, n
}

// fits panics if the tape was made for another shape than the flow's.
func (t *Tape) fits(f *Flow) {
	if t.shape != f.Shape {
		panic(fmt.Sprintf("model: tape of shape %+v used with a flow of shape %+v", t.shape, f.Shape))
	}
}
