// Package model is the normalizing flow: RealNVP bijectors on 2x2 blocks, wired
// like a MERA. It knows no physics.
//
// Fields and latents travel in batches laid out site by site:
// x[site*n + sample], float32. Logarithms of densities are float64.
package model

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

// Flow is a bijection between latents z, standard normal, and fields x.
type Flow struct {
	Shape  Shape
	Params []float32 // all parameters; Tensors names the parts
	Masks  []uint8   // one for each coupling: bit v is set if value v of a block is kept
}

// Tensor names one array in Flow.Params: its elements are
// Params[Offset : Offset+product(Shape)], row-major.
type Tensor struct {
	Name   string
	Shape  []int
	Offset int
}

// Tape is the workspace of one pass of a flow over n samples: it holds what
// Backward needs. One goroutine uses it at a time; it is reused without
// allocation.
type Tape struct {
	n int
}
