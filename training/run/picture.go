package run

import (
	"math"
	"math/rand/v2"
	"time"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/training"
)

// The streams of random numbers of this package, each beside the others and
// beside the trainer's: what is shown never changes what is learned.
const (
	latticeStream = 0x6c617474_00000000 + iota<<24
	responseStream
	samplerStream
	judgeStream
	informationStream
	levelsStream
	examinationStream
)

// picture generates the configuration that a run shows. Its latents, its sign
// and the uniform numbers of its spins stay the same until a new draw.
type picture struct {
	config training.Config
	tape   *model.Tape
	z      []float32 // as drawn; another slice with each draw
	fixed  []float32 // z with one of them fixed
	sign   int8      // of a symmetrised flow's sample
	u      []float64
	latest *Lattice
	cost   time.Duration // of the latest
}

func newPicture(c training.Config) *picture {
	return &picture{
		config: c,
		tape:   model.NewTape(c.Shape, 1),
		fixed:  make([]float32, c.Sites()),
		u:      make([]float64, c.Sites()),
	}
}

// fixing is what a command, Fix or Release, makes of the lattice's latents.
func fixing(c Command) *Fixed {
	if c.Kind == Release {
		return nil
	}
	return &Fixed{Latent: c.Latent, Value: c.Value}
}

// drawing says which latents a lattice has: those of a draw, with one fixed if that
// is wanted.
type drawing struct {
	draw  int
	fixed *Fixed
}

// paint returns the configuration of a drawing as the frozen flow makes it, or an
// older one while the flow makes nothing finite.
func (p *picture) paint(f *frozen, d drawing) *Lattice {
	drawn := p.latest != nil && p.latest.Draw == d.draw
	if drawn && p.latest.Epoch == f.epoch && sameFixing(p.latest.Fixed, d.fixed) {
		return p.latest
	}
	start := time.Now()
	if !drawn {
		p.redraw(d.draw)
	}
	if l := p.generate(f, d); finite(l.X) {
		p.latest = l
	}
	p.cost = time.Since(start)
	return p.latest
}

// generate is the configuration that the latents of a drawing, whose draw is the
// present one, come to.
func (p *picture) generate(f *frozen, d drawing) *Lattice {
	l := &Lattice{
		Epoch: f.epoch, Draw: d.draw, L: p.config.L, Sign: p.sign, Fixed: d.fixed,
		X:     make([]float32, len(p.z)),
		Spins: make([]int8, len(p.z)),
	}
	logq := [1]float64{}
	f.flow.Generate(p.tape, l.X, logq[:], p.latents(d.fixed))
	for i := range l.X {
		l.X[i] *= float32(p.sign)
	}
	physics.Spins(l.Spins, l.X, p.u)
	l.measure()
	return l
}

// latents are those of the draw, with one fixed if that is wanted, until the next
// call.
func (p *picture) latents(fixed *Fixed) []float32 {
	copy(p.fixed, p.z)
	if fixed != nil {
		p.fixed[fixed.Latent] = float32(fixed.Value)
	}
	return p.fixed
}

// sameFixing says that two lattices have the same latent fixed at the same value, or
// none.
func sameFixing(a, b *Fixed) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// redraw draws the latents of a draw, which depend on nothing but the seed and
// its number.
func (p *picture) redraw(draw int) {
	random := rand.New(rand.NewPCG(p.config.Seed, latticeStream+uint64(draw)))
	p.sign = 1
	if p.config.Symmetry && random.IntN(2) == 1 {
		p.sign = -1
	}
	p.z = make([]float32, p.config.Sites()) // snapshots have the old ones
	for i := range p.z {
		p.z[i] = float32(random.NormFloat64())
		p.u[i] = random.Float64()
	}
}

// finite says that no value is infinite or NaN: JSON has no such numbers.
func finite(x []float32) bool {
	for _, v := range x {
		if math.IsInf(float64(v), 0) || v != v {
			return false
		}
	}
	return true
}
