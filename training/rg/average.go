package rg

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"neuralrg/sampling"
)

// Average is the mean of an information over pairs, the noise of each with its
// sign, so that it falls out; absolute values would let it stay. The error is
// that of the mean, with all that the pairs have in common.
type Average struct {
	Pairs int `json:"pairs"` // entries of the matrix, each pair once
	sampling.Quantity
}

// LevelAverage is over the pairs of a level, or of two.
type LevelAverage struct {
	Levels [2]int `json:"levels"` // the lower first
	Average
}

// DistanceAverage is over the pairs at a distance: of fields in sites, of
// latents in blocks, of the upper level where there are two. The block of a
// latent of level k is one of size 2^(k+1) with its corner at multiples of that;
// in it are three latents of that level, at distance 0 from each other.
type DistanceAverage struct {
	Levels   [2]int  `json:"levels"`
	Distance float64 `json:"distance"` // on the torus
	Average
}

// cohort is what averages are over.
type cohort struct {
	levels   [2]int
	distance float64
}

// byLevel averages over the pairs of sites.
func byLevel(sites []int, level func(site int) int, class func(a, b int) int, e estimates) []LevelAverage {
	return averages(sites, class, e, func(a, b int) cohort {
		return cohort{levels: levels(level, a, b)}
	}, func(g cohort, a Average) LevelAverage {
		return LevelAverage{g.levels, a}
	})
}

// byDistance averages over the pairs of sites that are as far apart.
func byDistance(v variables, sites []int, level func(site int) int, class func(a, b int) int, e estimates) []DistanceAverage {
	return averages(sites, class, e, func(a, b int) cohort {
		return cohort{levels(level, a, b), v.distance(a, b)}
	}, func(g cohort, a Average) DistanceAverage {
		return DistanceAverage{g.levels, g.distance, a}
	})
}

func levels(level func(site int) int, a, b int) [2]int {
	i, j := level(a), level(b)
	return [2]int{min(i, j), max(i, j)}
}

// distance is that of the blocks of two variables, in units of the larger block.
func (v variables) distance(a, b int) float64 {
	step := v.stepOf(pair{a, b})
	across := v.size / step
	along := func(i, j int) int {
		d := i/step - j/step
		return min((d+across)%across, (across-d)%across)
	}
	rows, columns := along(a/v.size, b/v.size), along(a%v.size, b%v.size)
	return math.Sqrt(float64(rows*rows + columns*columns))
}

// averages are the means over the pairs of each cohort, in order.
func averages[T any](sites []int, class func(a, b int) int, e estimates, of func(a, b int) cohort, result func(cohort, Average) T) []T {
	groups := map[cohort]map[int]int{} // how often each class occurs
	pairs := map[cohort]int{}
	for i, a := range sites {
		for _, b := range sites[:i] {
			g := of(a, b)
			if groups[g] == nil {
				groups[g] = map[int]int{}
			}
			groups[g][class(a, b)]++
			pairs[g]++
		}
	}
	var all []T
	for _, g := range slices.SortedFunc(maps.Keys(groups), compareCohorts) {
		all = append(all, result(g, Average{pairs[g], e.mean(groups[g])}))
	}
	return all
}

func compareCohorts(a, b cohort) int {
	return cmp.Or(slices.Compare(a.levels[:], b.levels[:]), cmp.Compare(a.distance, b.distance))
}
