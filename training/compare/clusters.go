package compare

import (
	"math/rand/v2"
	"sync"
	"time"

	"neuralrg/physics"
	"neuralrg/sampling"
)

// Clusters is what Wolff's algorithm came to. Its draws stand a fixed number of
// clusters apart.
type Clusters struct {
	Between int  `json:"clusters"` // between two draws
	Draw    Cost `json:"draw"`     // of one draw, with its lift to a field
	Stationary
}

const (
	clusterDraws = 20_000 // of all chains together
	clusterBatch = 100    // that are timed together
	clusterChain = 1000   // draws of a chain
)

// liftStream keeps the random numbers of fields apart from those of their spins.
const liftStream = 0x6c696674 // "lift"

// wolffChain is one chain of clusters.
type wolffChain struct {
	between int
	m2      []float64
	seconds []float64 // of a draw
}

// measureClusters draws by Wolff's algorithm, on all threads a chain. It returns
// nil if ctx is done before.
func (c *comparison) measureClusters() *Clusters {
	chains, seed := make([]wolffChain, clusterDraws/clusterChain), c.seeds.Uint64()
	var all sync.WaitGroup
	for thread := range c.Threads {
		all.Go(func() {
			for i := thread; i < len(chains) && c.ctx.Err() == nil; i += c.Threads {
				chains[i] = c.wolffChain(seed + uint64(i))
				if thread == 0 {
					c.tell(string(Wolff), i*clusterChain, "draws", nil)
				}
			}
		})
	}
	all.Wait()
	if c.ctx.Err() != nil {
		return nil
	}
	var (
		series  [][]float64
		seconds []float64
	)
	for _, w := range chains {
		series, seconds = append(series, w.m2), append(seconds, w.seconds...)
	}
	r := &Clusters{Between: chains[0].between, Draw: newCost(seconds)}
	r.Stationary = *newStationary(series, r.Draw)
	return r
}

// wolffChain draws a chain, or a part of it if ctx is done before. m² is that of the fields, as of all other methods.
func (c *comparison) wolffChain(seed uint64) (chain wolffChain) {
	m := c.trained.Energy
	w := sampling.NewWolff(m, sampling.Hot, seed)
	w.WarmUp()
	random := rand.New(rand.NewPCG(seed, liftStream))
	chain.between = w.Between()
	spins, x := make([]int8, m.Sites()*clusterBatch), make([]float32, m.Sites()*clusterBatch)
	m2 := make([]float64, clusterBatch)
	for done := 0; done < clusterChain && c.ctx.Err() == nil; done += clusterBatch {
		began := time.Now()
		w.Draw(spins)
		m.Lift(x, spins, random)
		chain.seconds = append(chain.seconds, time.Since(began).Seconds()/clusterBatch)
		physics.MagnetizationSquared(m2, x)
		chain.m2 = append(chain.m2, m2...)
	}
	return chain
}
