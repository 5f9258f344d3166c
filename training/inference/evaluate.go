// Package inference puts what a run has learnt to use: draws of fields with
// estimates of what they tell, and the exact likelihood of fields that are given.
// Fields travel in NumPy archives, as a stream, so that their number is no matter.
package inference

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"neuralrg/training/npz"
	"neuralrg/training/run"
)

// Evaluation says what Evaluate does.
type Evaluation struct {
	In, Out  string // archives
	Force    bool   // replace Out
	Threads  int    // 1 if it is 0
	Progress func(done, of int)
}

// Evaluated is what Evaluate did.
type Evaluated struct {
	Samples int      `json:"n"`
	Arrays  []string `json:"arrays"` // in Out
	// NotFinite is the number of samples of which some result is not finite: fields
	// far beyond all that the flow knows, or a flow that has diverged.
	NotFinite int `json:"not_finite"`
}

// Evaluate reads fields x or latents z from an archive, shape (n, L, L), and
// writes another one. Of fields,
//
//	z                   float32  (n, L, L)  latents
//	logq                float64  (n)        ln q(x), symmetrised if the run is
//	logq_unsymmetrised  float64  (n)        ln q(x), of the flow as it is
//	energy              float64  (n)        U(x), of the dual
//	energy_gradient     float32  (n, L, L)  dU/dx
//
// and of latents
//
//	x       float32  (n, L, L)  fields, with the sign that the flow gives them
//	logq    float64  (n)        ln q(x), symmetrised if the run is
//	logdet  float64  (n)        ln |det dx/dz|
//
// Its memory does not depend on n. When ctx is done before the end, or anything
// goes wrong, nothing is written.
func Evaluate(ctx context.Context, t *run.Trained, e Evaluation) (Evaluated, error) {
	in, err := npz.Open(e.In)
	if err != nil {
		return Evaluated{}, err
	}
	defer in.Close()
	operand, err := openOperand(in, e.In, t.Config.L)
	if err != nil {
		return Evaluated{}, err
	}
	out, err := npz.Create(e.Out, e.Force)
	if err != nil {
		return Evaluated{}, err
	}
	defer out.Abort()
	s, err := newStream(t, operand, out, max(1, e.Threads))
	if err != nil {
		return Evaluated{}, err
	}
	if err := s.run(ctx, e.Progress); err != nil {
		return Evaluated{}, err
	}
	done := Evaluated{Samples: operand.Shape[0], Arrays: out.Names(), NotFinite: s.notFinite}
	return done, out.Commit()
}

// openOperand opens the one of x and z that an archive has.
func openOperand(in *npz.Reader, path string, L int) (*npz.Array, error) {
	var found []string
	for _, name := range in.Names() {
		if name == "x" || name == "z" {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		problem := "neither x nor z"
		if len(found) > 1 {
			problem = strings.Join(found, " and ")
		}
		return nil, asked(fmt.Sprintf("%s has %s", path, problem),
			"give fields as x or latents as z, one of the two, as with numpy.savez(name, x=fields)")
	}
	a, err := in.Array(found[0])
	if err != nil {
		return nil, err
	}
	if len(a.Shape) != 3 || a.Shape[1] != L || a.Shape[2] != L {
		return nil, asked(fmt.Sprintf("%s: array %q has shape %s", path, a.Name, npz.Tuple(a.Shape)),
			fmt.Sprintf("the run's lattice needs (n, %d, %d)", L, L))
	}
	if a.Shape[0] == 0 {
		return nil, asked(fmt.Sprintf("%s: array %q has no sample", path, a.Name), "give one or more")
	}
	return a, nil
}

// stream carries an array through the flow, a batch at a time.
type stream struct {
	operand *npz.Array
	sites   int
	workers []*worker
	batch   *batch
	results []result

	notFinite int // samples so far of which some result is not
}

// result is one array to write, and where a batch has it.
type result struct {
	column *npz.Column
	fields []float32 // nil if it is a number a sample
	values []float64
}

// blockBytes is about the size of the fields that a worker takes at once.
const (
	blockBytes = 1 << 20
	mostBlock  = 256 // samples
)

func newStream(t *run.Trained, operand *npz.Array, out *npz.Writer, threads int) (*stream, error) {
	sites := t.Flow.Shape.Sites()
	block := max(8, min(mostBlock, blockBytes/(4*sites)))
	b := newBatch(sites, threads*block)
	s := &stream{operand: operand, sites: sites, batch: b}
	for range threads {
		s.workers = append(s.workers, newWorker(t, block))
	}
	arrays := []struct {
		name   string
		fields []float32
		values []float64
	}{
		{"z", b.image, nil},
		{"logq", nil, b.logq},
		{"logq_unsymmetrised", nil, b.plain},
		{"energy", nil, b.energy},
		{"energy_gradient", b.gradient, nil},
	}
	if operand.Name == "z" {
		arrays = append(arrays[:0:0], arrays[:3]...)
		arrays[0].name, arrays[2].name, arrays[2].values = "x", "logdet", b.logDet
		b.latents = true
	}
	for _, a := range arrays {
		dtype, shape := npz.Float64, []int(nil)
		if a.fields != nil {
			dtype, shape = npz.Float32, []int{t.Config.L, t.Config.L}
		}
		column, err := out.Add(a.name, dtype, shape...)
		if err != nil {
			return nil, err
		}
		s.results = append(s.results, result{column, a.fields, a.values})
	}
	return s, nil
}

// run reads, evaluates and writes to the end.
func (s *stream) run(ctx context.Context, progress func(done, of int)) error {
	total, most := s.operand.Shape[0], len(s.batch.logq)
	for done := 0; done < total; {
		if ctx.Err() != nil {
			return &problem{text: "stopped before the end, and nothing was written", hint: "start it again and let it end"}
		}
		n := min(most, total-done)
		if err := s.operand.Read(s.batch.operand[:n*s.sites]); err != nil {
			return err
		}
		if err := s.checkFinite(done, n); err != nil {
			return err
		}
		s.batch.evaluate(s.workers, n)
		s.countNotFinite(n)
		if err := s.write(n); err != nil {
			return err
		}
		done += n
		if progress != nil {
			progress(done, total)
		}
	}
	return s.operand.Close()
}

// checkFinite refuses what is no field: no number that came of it would be one.
func (s *stream) checkFinite(first, n int) error {
	for i, v := range s.batch.operand[:n*s.sites] {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return asked(fmt.Sprintf("array %q: sample %d has a value of %v", s.operand.Name, first+i/s.sites, v),
				"give finite numbers that float32 can hold")
		}
	}
	return nil
}

func (s *stream) countNotFinite(n int) {
	bad := func(v float64) bool { return v-v != 0 } // what is not finite leaves NaN
	for i := range n {
		if slices.ContainsFunc(s.results, func(r result) bool {
			if r.fields == nil {
				return bad(r.values[i])
			}
			return slices.ContainsFunc(r.fields[i*s.sites:][:s.sites], func(v float32) bool { return bad(float64(v)) })
		}) {
			s.notFinite++
		}
	}
}

func (s *stream) write(n int) error {
	for _, r := range s.results {
		var err error
		if r.fields != nil {
			err = npz.Append(r.column, r.fields[:n*s.sites])
		} else {
			err = npz.Append(r.column, r.values[:n])
		}
		if err != nil {
			return err
		}
	}
	return nil
}
