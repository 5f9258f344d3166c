package rg

import (
	"context"
	"fmt"
	"math"

	"neuralrg/model"
	"neuralrg/physics"
)

// Condition draws n samples of the flow with one latent, at site row*L + column,
// fixed at a value. With the same seed all other latents are the same whatever
// the value, so that what differs is its doing.
//
// The flow is taken as it is, not symmetrised: every sign is +1, and ln q is that
// of the flow. A random sign knows nothing of the latents, so that the draws
// would be those of x and -x alike, and whatever the latent does to the
// magnetization would cancel. All else is as for Drawn.
func Condition(ctx context.Context, f *model.Flow, m *physics.Ising, latent int, value float64, n int, seed uint64, threads int) (*Sample, error) {
	if sites := f.Shape.Sites(); latent < 0 || latent >= sites {
		return nil, noLatent(latent, sites)
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return nil, &problem{fmt.Sprintf("a latent cannot be %g", value), "latents are standard normal: choose a value from -4 to 4"}
	}
	return draw(ctx, f, m, n, seed, threads, source{"draws with the latent fixed", drawStream, func(p *passes, _ uint64) func(*Sample) {
		return func(b *Sample) {
			p.normals(b.Z)
			for i := range b.N {
				b.Z[latent*b.N+i] = float32(value)
			}
			p.generate(b, false)
			p.spins(b)
		}
	}})
}
