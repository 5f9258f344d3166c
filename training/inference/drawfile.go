package inference

import (
	"cmp"

	"neuralrg/training/npz"
)

// drawFile is the archive of the draws.
type drawFile struct {
	*npz.Writer
	x, spins, logq, energy, logWeight *npz.Column
	chain, draw                       *npz.Column // nil where there are no chains
	rounds                            int32       // draws of a chain so far

	// One batch, a sample after the other.
	fields     []float32
	signs      []int8
	weights    []float64
	chains, at []int32
}

func newDrawFile(w *npz.Writer, L int, chains bool) (*drawFile, error) {
	f := &drawFile{Writer: w}
	var failure error
	add := func(name, dtype string, row ...int) *npz.Column {
		c, err := w.Add(name, dtype, row...)
		failure = cmp.Or(failure, err)
		return c
	}
	f.x, f.spins = add("x", npz.Float32, L, L), add("spins", npz.Int8, L, L)
	f.logq, f.energy = add("logq", npz.Float64), add("energy", npz.Float64)
	f.logWeight = add("log_weight", npz.Float64)
	if chains {
		f.chain, f.draw = add("chain", npz.Int32), add("draw", npz.Int32)
	}
	return f, failure
}

// write appends the first n draws of a batch. A batch has one draw of each
// chain.
func (f *drawFile) write(d *draws, n int) error {
	sites := len(d.x) / len(d.logq)
	if len(f.fields) < len(d.x) {
		f.fields, f.signs = make([]float32, len(d.x)), make([]int8, len(d.x))
	}
	toSamples(f.fields, d.x, sites)
	toSamples(f.signs, d.spins, sites)
	f.weights, f.chains, f.at = f.weights[:0], f.chains[:0], f.at[:0]
	for i := range n {
		f.weights = append(f.weights, -d.energy[i]-d.logq[i])
		f.chains = append(f.chains, int32(i))
		f.at = append(f.at, f.rounds)
	}
	f.rounds++
	err := cmp.Or( // one error is enough
		npz.Append(f.x, f.fields[:n*sites]),
		npz.Append(f.spins, f.signs[:n*sites]),
		npz.Append(f.logq, d.logq[:n]),
		npz.Append(f.energy, d.energy[:n]),
		npz.Append(f.logWeight, f.weights),
	)
	if f.chain == nil {
		return err
	}
	return cmp.Or(err, npz.Append(f.chain, f.chains), npz.Append(f.draw, f.at))
}
