package model

import "fmt"

// Transfer returns a new flow of a shape that begins with what f has learnt: level
// k takes the parameters and masks of level k, and each level that f has not those
// of its coarsest. A bijector acts on every block alike, so on a field that repeats
// with f's period the levels that both have do the same. Only the size and the
// depth of the shape may differ from those of f, and neither may be smaller; the
// error has a Hint.
func (f *Flow) Transfer(s Shape) (*Flow, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := f.Shape.CheckTransfer(s); err != nil {
		return nil, err
	}
	g := &Flow{Shape: s, Params: make([]float32, 0, s.Parameters()), Masks: make([]uint8, 0, s.bijectors()*s.Couplings)}
	params, masks := len(f.Params)/f.Shape.Levels(), len(f.Masks)/f.Shape.Levels()
	for k := range s.Levels() {
		k = min(k, f.Shape.Levels()-1)
		g.Params = append(g.Params, f.Params[k*params:][:params]...)
		g.Masks = append(g.Masks, f.Masks[k*masks:][:masks]...)
	}
	return g, nil
}

// CheckTransfer says why a flow of shape s cannot begin with the parameters of
// one of shape t, if it cannot. The error has a Hint.
func (t Shape) CheckTransfer(s Shape) error {
	for _, c := range []struct {
		name      string
		new, have int
	}{
		{"repeat", s.Repeat, t.Repeat},
		{"couplings", s.Couplings, t.Couplings},
		{"hidden", s.Hidden, t.Hidden},
		{"hidden layers", s.HiddenLayers, t.HiddenLayers},
	} {
		if c.new != c.have {
			return &shapeError{
				fmt.Sprintf("%s %d is not that of the flow to begin with, %d", c.name, c.new, c.have),
				"leave the network as it is there: only the lattice may become larger",
			}
		}
	}
	if s.L < t.L {
		return &shapeError{
			fmt.Sprintf("lattice size %d is smaller than that of the flow to begin with, %d", s.L, t.L),
			fmt.Sprintf("choose a size of %d or more, or a flow of a smaller lattice", t.L),
		}
	}
	if s.Levels() < t.Levels() {
		return &shapeError{
			fmt.Sprintf("the flow would have %d levels, and the one to begin with has %d", s.Levels(), t.Levels()),
			fmt.Sprintf("choose a depth of %d or more, or 0 for all levels", t.Levels()),
		}
	}
	return nil
}
