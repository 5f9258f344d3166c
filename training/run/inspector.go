package run

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"neuralrg/training"
	"neuralrg/training/rg"
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
				if answer, err := r.respond(ctx, f, latent); err == nil { // else there is none to show
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
	z      []float32 // fixed latents, z[site*n+sample]
}

func newResponder(c training.Config) *responder {
	random := rand.New(rand.NewPCG(c.Seed, responseStream))
	r := &responder{config: c, z: make([]float32, c.Sites()*responseSamples)}
	for i := range r.z {
		r.z[i] = float32(random.NormFloat64())
	}
	return r
}

// respond computes the response to one latent at fixed normal values of all.
func (r *responder) respond(ctx context.Context, f *frozen, latent int) (*Response, error) {
	answer, err := rg.Respond(ctx, f.flow, []int{latent}, r.z, 1)
	if err != nil {
		return nil, err
	}
	return &Response{
		Epoch: f.epoch, Latent: latent, Level: r.config.Level(latent),
		Samples: answer.Samples, L: r.config.L, Map: answer.Map[0], Error: answer.Error[0],
	}, nil
}
