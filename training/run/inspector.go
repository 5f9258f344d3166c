package run

import (
	"context"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"neuralrg/model"
	"neuralrg/training"
)

// inspector computes the response of the field to one latent, of the frozen
// flows as they come.
type inspector struct {
	config training.Config
	flows  *Feed[*frozen]
	tell   func() // that there is a new response
	wanted atomic.Int64
	wake   chan struct{}
	latest atomic.Pointer[Response]
}

const (
	responseSamples = 64
	responseEvery   = time.Second
)

func newInspector(c training.Config, flows *Feed[*frozen], tell func()) *inspector {
	i := &inspector{config: c, flows: flows, tell: tell, wake: make(chan struct{}, 1)}
	i.wanted.Store(-1)
	return i
}

// ask asks for the response to a latent, from now on.
func (i *inspector) ask(latent int) {
	i.wanted.Store(int64(latent))
	wake(i.wake)
}

// wake lets a worker look at once whether there is something to do.
func wake(worker chan struct{}) {
	select {
	case worker <- struct{}{}:
	default:
	}
}

// work answers what is asked, and renews the answer as the flow learns, with a
// small share of the time.
func (i *inspector) work(ctx context.Context) {
	var r *responder
	for {
		var rest <-chan time.Time
		if latent := int(i.wanted.Load()); latent >= 0 {
			start := time.Now()
			if r == nil {
				r = newResponder(i.config)
			}
			if old, f := i.latest.Load(), i.flows.Latest(); old == nil || old.Latent != latent || old.Epoch != f.epoch {
				if answer := r.respond(f, latent); finite(answer.Map) {
					i.latest.Store(answer)
					i.tell()
				}
			}
			rest = time.After(max(responseEvery, time.Duration(float64(time.Since(start))/showShare)))
		}
		select {
		case <-i.wake:
		case <-rest:
		case <-ctx.Done():
			return
		}
	}
}

// responder computes responses.
type responder struct {
	config training.Config
	tape   *model.Tape
	z      []float32 // fixed latents, z[site*n+sample]
	x, dx  []float32
}

func newResponder(c training.Config) *responder {
	const n = responseSamples
	random := rand.New(rand.NewPCG(c.Seed, responseStream))
	r := &responder{
		config: c,
		tape:   model.NewTape(c.Shape, n),
		z:      make([]float32, c.Sites()*n),
		x:      make([]float32, c.Sites()*n),
		dx:     make([]float32, c.Sites()*n),
	}
	for i := range r.z {
		r.z[i] = float32(random.NormFloat64())
	}
	return r
}

// respond computes dx/dz of one latent z at fixed normal values of all latents,
// and its mean over these samples. Of a symmetrised flow it is the response of
// q(x): that of q(-x) is the same with the other sign.
func (r *responder) respond(f *frozen, latent int) *Response {
	const n = responseSamples
	clear(r.dx)
	for sample := range n {
		r.dx[latent*n+sample] = 1
	}
	f.flow.Tangent(r.tape, r.x, r.dx, r.z, r.dx)
	sites := r.config.Sites()
	response := &Response{
		Epoch: f.epoch, Latent: latent, Level: r.config.Level(latent),
		Samples: n, L: r.config.L, Map: make([]float32, sites), Error: make([]float32, sites),
	}
	for site := range sites {
		mean, err := average(r.dx[site*n : (site+1)*n])
		response.Map[site], response.Error[site] = float32(mean), float32(err)
	}
	return response
}

// average is the mean of independent values and its standard error.
func average(values []float32) (mean, err float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += float64(v) / n
	}
	for _, v := range values {
		d := float64(v) - mean
		err += d * d
	}
	return mean, math.Sqrt(err / (n * (n - 1)))
}
