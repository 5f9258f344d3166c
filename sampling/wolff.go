package sampling

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"

	"neuralrg/physics"
)

// wolffStream keeps the random numbers of clusters apart from other uses of a
// seed.
const wolffStream = 0x776f6c6666 // "wolff"

// A sweep is as many clusters as flip each site once on average. At Tc, where it
// is largest, the autocorrelation time of the energy is 1.4 sweeps at L = 16 and
// about 2.7 at L = 64.
const (
	thermalSweeps = 100 // to forget the start
	countedSweeps = 100 // to count the clusters of a sweep
	sweepsApart   = 4   // between two draws
	// drawsDropped make the first draw independent of the clusters counted.
	drawsDropped = 10
)

// Start is where a chain begins.
type Start int

const (
	Hot  Start = iota // every spin at random
	Cold              // all spins up
)

// Wolff draws spins of the Ising model with their exact Boltzmann weight, by the
// single-cluster algorithm of Wolff, Phys. Rev. Lett. 62, 361 (1989). Lift of a
// physics.Ising makes fields of them.
//
// The draws depend on the arguments of NewWolff, nothing else. One goroutine
// uses a Wolff at a time.
type Wolff struct {
	// Spins is the current configuration, +1 or -1, row-major. Read it between
	// updates.
	Spins []int8

	join    uint64 // below it, of 2^64, a random number joins parallel neighbours
	between int    // clusters between two draws

	neighbours [][4]int32
	cluster    []int32 // the sites of one cluster in the order of joining, and a place for one that does not
	source     *rand.PCG
	rng        *rand.Rand // on source
}

// NewWolff makes a sampler of the spins of m that has not been warmed up.
func NewWolff(m *physics.Ising, start Start, seed uint64) *Wolff {
	source := rand.NewPCG(seed, wolffStream)
	w := &Wolff{
		Spins:      make([]int8, m.Sites()),
		join:       uint64(math.Ldexp(-math.Expm1(-2/m.T()), 64)),
		between:    1,
		neighbours: neighbours(m.L()),
		cluster:    make([]int32, m.Sites()+1),
		source:     source,
		rng:        rand.New(source),
	}
	for i := range w.Spins {
		w.Spins[i] = 1
		if start == Hot && w.rng.Uint64()&1 == 0 {
			w.Spins[i] = -1
		}
	}
	return w
}

// neighbours lists the four of each site of the torus.
func neighbours(size int) [][4]int32 {
	all := make([][4]int32, size*size)
	for i := range all {
		row, column := i/size, i%size
		at := func(row, column int) int32 {
			return int32((row+size)%size*size + (column+size)%size)
		}
		all[i] = [4]int32{at(row, column+1), at(row, column-1), at(row+1, column), at(row-1, column)}
	}
	return all
}

// Update flips one cluster and returns its size: the sites that a random one
// reaches by bonds, each laid between parallel neighbours with probability
// 1 - exp(-2/T). The inner loop has no branch, as none could be foreseen.
func (w *Wolff) Update() int {
	spins, cluster := w.Spins, w.cluster
	first := w.rng.IntN(len(spins))
	up := spins[first]
	spins[first] = -up
	cluster[0] = int32(first)
	size := 1
	for next := 0; next < size; next++ {
		for _, j := range &w.neighbours[cluster[next]] {
			_, joins := bits.Sub64(w.source.Uint64(), w.join, 0) // 1 if below it, else 0
			if spins[j] != up {
				joins = 0
			}
			spins[j] -= 2 * up * int8(joins) // flipped, it is not tried again
			cluster[size] = j
			size += int(joins)
		}
	}
	return size
}

// Between is the number of clusters between two draws.
func (w *Wolff) Between() int { return w.between }

// WarmUp forgets the start, then counts how many clusters make a sweep and
// settles how many stand between two draws. That number stays: a rule that
// looked at the clusters to decide when to draw would prefer some configurations,
// while after a number fixed beforehand every draw has the Boltzmann weight if
// the one before has it.
func (w *Wolff) WarmUp() {
	w.sweep(thermalSweeps)
	clusters := w.sweep(countedSweeps)
	w.between = (sweepsApart*clusters + countedSweeps - 1) / countedSweeps
	for range drawsDropped {
		w.advance()
	}
}

// sweep flips clusters until every site has been flipped that often on average,
// and returns their number.
func (w *Wolff) sweep(times int) (clusters int) {
	for flipped := 0; flipped < times*len(w.Spins); clusters++ {
		flipped += w.Update()
	}
	return clusters
}

// Draw sets spins to the next n = len(spins)/sites draws, site-major,
// spins[site*n+draw].
func (w *Wolff) Draw(spins []int8) {
	if len(spins)%len(w.Spins) != 0 {
		panic(fmt.Sprintf("sampling: %d spins are no whole number of configurations of %d", len(spins), len(w.Spins)))
	}
	n := len(spins) / len(w.Spins)
	for draw := range n {
		w.advance()
		for site, s := range w.Spins {
			spins[site*n+draw] = s
		}
	}
}

// advance goes on to the next draw. It flips all spins or none with equal
// probability, which have the same weight: at low temperatures an even number of
// clusters, each nearly the whole lattice, would bring every draw back to the
// same sign.
func (w *Wolff) advance() {
	for range w.between {
		w.Update()
	}
	if w.rng.Uint64()&1 == 0 {
		for i := range w.Spins {
			w.Spins[i] = -w.Spins[i]
		}
	}
}
