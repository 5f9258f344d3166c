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
)

// picture generates the configuration that a run shows. Its latents, its sign
// and the uniform numbers of its spins stay the same until a new draw.
type picture struct {
	config training.Config
	tape   *model.Tape
	z      []float32
	sign   float32 // of a symmetrised flow's sample
	u      []float64
	latest *Lattice
	cost   time.Duration // of the latest
}

func newPicture(c training.Config) *picture {
	return &picture{
		config: c,
		tape:   model.NewTape(c.Shape, 1),
		z:      make([]float32, c.Sites()),
		u:      make([]float64, c.Sites()),
	}
}

// paint returns the configuration of a draw as the frozen flow makes it, or an
// older one while the flow makes nothing finite.
func (p *picture) paint(f *frozen, draw int) *Lattice {
	drawn := p.latest != nil && p.latest.Draw == draw
	if drawn && p.latest.Epoch == f.epoch {
		return p.latest
	}
	start := time.Now()
	if !drawn {
		p.redraw(draw)
	}
	l := &Lattice{
		Epoch: f.epoch, Draw: draw, L: p.config.L,
		X:     make([]float32, len(p.z)),
		Spins: make([]int8, len(p.z)),
	}
	logq := [1]float64{}
	f.flow.Generate(p.tape, l.X, logq[:], p.z)
	for i := range l.X {
		l.X[i] *= p.sign
	}
	physics.Spins(l.Spins, l.X, p.u)
	if finite(l.X) {
		p.latest = l
	}
	p.cost = time.Since(start)
	return p.latest
}

// redraw draws the latents of a draw, which depend on nothing but the seed and
// its number.
func (p *picture) redraw(draw int) {
	random := rand.New(rand.NewPCG(p.config.Seed, latticeStream+uint64(draw)))
	p.sign = 1
	if p.config.Symmetry && random.IntN(2) == 1 {
		p.sign = -1
	}
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
