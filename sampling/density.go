package sampling

import (
	"fmt"
	"math/rand/v2"
	"sync"

	"neuralrg/model"
)

// Proposal is a density q that can be drawn from directly.
type Proposal interface {
	// Sites is the number of variables of one configuration.
	Sites() int
	// Draw sets x, x[site*n+sample], to n = len(logq) independent fields and
	// logq to ln q of each. It takes all its chance from rng.
	Draw(rng *rand.Rand, x []float32, logq []float64)
}

// Density is that of the fields of a flow: q or, symmetrised,
//
//	q_sym(x) = [q(x) + q(-x)]/2,
//
// of which ln q is the logarithm wherever a Density is concerned. Several
// goroutines may use one, each with its own random numbers.
type Density struct {
	// Threads is the number of goroutines that share a call, one if it is 0. No
	// bit depends on it. It must not change during a call.
	Threads int

	flow        *model.Flow
	symmetrised bool
	spaces      sync.Pool // of *densitySpace
}

// passSamples is the number of samples that pass through a flow together where
// no gradient is wanted: enough to fill the vectors of the kernels at the top of
// the hierarchy too, where a sample has one block.
const passSamples = 256

// NewDensity returns the density of a flow, which must not change from now on.
func NewDensity(f *model.Flow, symmetrised bool) *Density {
	d := &Density{flow: f, symmetrised: symmetrised}
	d.spaces.New = func() any {
		return &densitySpace{
			tape:  model.NewTape(f.Shape, passSamples),
			x:     make([]float32, f.Shape.Sites()*passSamples),
			z:     make([]float32, f.Shape.Sites()*passSamples),
			minus: make([]float64, passSamples),
		}
	}
	return d
}

// Sites is the number of sites of a field.
func (d *Density) Sites() int { return d.flow.Shape.Sites() }

// Draw sets x to independent fields and logq to ln q of each, as Proposal has
// it. Symmetrised, each field has got a random sign.
func (d *Density) Draw(rng *rand.Rand, x []float32, logq []float64) {
	d.check(x, logq)
	fillNormal(rng, x)
	d.share(x, logq, (*densitySpace).generate)
	if d.symmetrised {
		flipSigns(rng, x, len(logq))
	}
}

// LogQ sets logq to ln q of the fields x, x[site*n+sample] with n = len(logq).
func (d *Density) LogQ(logq []float64, x []float32) {
	d.check(x, logq)
	d.share(x, logq, (*densitySpace).renormalize)
}

func (d *Density) check(x []float32, logq []float64) {
	if want := len(logq) * d.Sites(); len(x) != want {
		panic(fmt.Sprintf("sampling: %d values for %d fields of %d sites", len(x), len(logq), d.Sites()))
	}
}

// share does the work on all samples, block by block.
func (d *Density) share(x []float32, logq []float64, work func(*densitySpace, *Density, fieldBlock)) {
	n := len(logq)
	shareBlocks(n, passSamples, d.Threads, func(first, last int) {
		s := d.spaces.Get().(*densitySpace)
		defer d.spaces.Put(s)
		m := last - first
		work(s, d, fieldBlock{x: s.x[:m*d.Sites()], all: x, logq: logq[first:last], first: first, n: n})
	})
}

// fieldBlock is some samples of a batch of n: x has room for their fields, which
// stand in all from sample first on.
type fieldBlock struct {
	x, all   []float32
	logq     []float64
	first, n int
}

func (b fieldBlock) load() {
	m := len(b.logq)
	for i := 0; i < len(b.x); i += m {
		copy(b.x[i:i+m], b.all[i/m*b.n+b.first:])
	}
}

func (b fieldBlock) store() {
	m := len(b.logq)
	for i := 0; i < len(b.x); i += m {
		copy(b.all[i/m*b.n+b.first:], b.x[i:i+m])
	}
}

// densitySpace is the workspace of the passes of one block of samples.
type densitySpace struct {
	tape  *model.Tape
	x, z  []float32
	minus []float64 // ln q(-x)
}

// generate replaces latents by their fields.
func (s *densitySpace) generate(d *Density, b fieldBlock) {
	b.load()
	d.flow.Generate(s.tape, b.x, b.logq, b.x)
	b.store()
	s.symmetrise(d, b)
}

// renormalize evaluates given fields.
func (s *densitySpace) renormalize(d *Density, b fieldBlock) {
	b.load()
	d.flow.Renormalize(s.tape, s.z[:len(b.x)], b.logq, b.x)
	s.symmetrise(d, b)
}

// symmetrise turns ln q(x) into ln q_sym(x), where that is wanted.
func (s *densitySpace) symmetrise(d *Density, b fieldBlock) {
	if !d.symmetrised {
		return
	}
	for i := range b.x {
		b.x[i] = -b.x[i]
	}
	minus := s.minus[:len(b.logq)]
	d.flow.Renormalize(s.tape, s.z[:len(b.x)], minus, b.x)
	for i, plus := range b.logq {
		b.logq[i], _, _ = model.LogQSym(plus, minus[i])
	}
}

// flipSigns gives each of n fields its sign or the other, with equal chances.
func flipSigns(rng *rand.Rand, x []float32, n int) {
	for b := range n {
		if rng.Uint64()>>63 == 0 {
			continue
		}
		for i := b; i < len(x); i += n {
			x[i] = -x[i]
		}
	}
}
