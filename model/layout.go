package model

import "fmt"

// The parameters lie bijector by bijector in the order of renormalization (for
// each level, for each repeat: disentangler, decimator), then coupling by
// coupling. A coupling has the networks s and t and the two scales of s:
//
//	s: weight0 bias0 weight1 bias1 ...   t: the same   scale
//
// A network is a multilayer perceptron 2 - Hidden - ... - Hidden - 2 of the two
// kept values of a block, in the order of the block; its outputs belong to the
// two changed ones. Weights are out x in, row-major.

// Tensor names one array in Flow.Params: its elements are
// Params[Offset : Offset+Size()], row-major.
type Tensor struct {
	Name   string
	Shape  []int
	Offset int
}

// Size is the number of elements.
func (t Tensor) Size() int {
	size := 1
	for _, n := range t.Shape {
		size *= n
	}
	return size
}

// bijectors is their number: two for each repeat of each level.
func (s Shape) bijectors() int { return 2 * s.Repeat * s.Levels() }

// widths is the number of inputs and outputs of layer i of a network.
func (s Shape) widths(i int) (in, out int) {
	in, out = s.Hidden, s.Hidden
	if i == 0 {
		in = 2
	}
	if i == s.HiddenLayers {
		out = 2
	}
	return in, out
}

// networkSize is the number of parameters of one network.
func (s Shape) networkSize() int {
	size := 0
	for i := range s.HiddenLayers + 1 {
		in, out := s.widths(i)
		size += (in + 1) * out
	}
	return size
}

// couplingSize is the number of parameters of one coupling.
func (s Shape) couplingSize() int { return 2*s.networkSize() + 2 }

// Parameters is the number of parameters of the flow.
func (s Shape) Parameters() int { return s.bijectors() * s.Couplings * s.couplingSize() }

// MatrixFlops is the number of floating-point operations, additions and
// multiplications, in the matrix products of one pass of one sample. To
// differentiate that pass takes twice as many, and as many again for the
// parameters, if their gradient is wanted; the activations that it computes anew
// are among these.
func (s Shape) MatrixFlops() int {
	products := 0
	for i := range s.HiddenLayers + 1 {
		in, out := s.widths(i)
		products += in * out
	}
	blocks := 0
	for b := range s.bijectors() {
		blocks += s.blocks(b).count()
	}
	return 2 * products * 2 * s.Couplings * blocks
}

// cut splits the parameters of a coupling, or their gradient.
func (s Shape) cut(p []float32) (scaleNet, shiftNet, scale []float32) {
	size := s.networkSize()
	return p[:size], p[size : 2*size], p[2*size:]
}

// layer is the weights and biases of layer i of a network with parameters p, or
// their gradient.
func (s Shape) layer(p []float32, i int) (w, b []float32) {
	if i > 0 {
		p = p[3*s.Hidden+(i-1)*(s.Hidden+1)*s.Hidden:]
	}
	in, out := s.widths(i)
	return p[:in*out], p[in*out : (in+1)*out]
}

// Tensors names every parameter array, in the order of Params: for example
// "level0/disentangler0/coupling3/s/weight1", where the number behind the kind
// of bijector counts the repeats of a level.
func (f *Flow) Tensors() []Tensor {
	var all []Tensor
	offset := 0
	add := func(name string, shape ...int) {
		t := Tensor{name, shape, offset}
		all = append(all, t)
		offset += t.Size()
	}
	s := f.Shape
	for b := range s.bijectors() {
		for c := range s.Couplings {
			prefix := fmt.Sprintf("%s/coupling%d/", s.bijectorName(b), c)
			for _, network := range []string{"s", "t"} {
				for i := range s.HiddenLayers + 1 {
					in, out := s.widths(i)
					add(fmt.Sprintf("%s%s/weight%d", prefix, network, i), out, in)
					add(fmt.Sprintf("%s%s/bias%d", prefix, network, i), out)
				}
			}
			add(prefix+"scale", 2)
		}
	}
	return all
}

// bijectorName is the name of bijector b in the order of renormalization.
func (s Shape) bijectorName(b int) string {
	kind := "disentangler"
	if b%2 == 1 {
		kind = "decimator"
	}
	pair := b / 2
	return fmt.Sprintf("level%d/%s%d", pair/s.Repeat, kind, pair%s.Repeat)
}
