package rg

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"neuralrg/model"
	"neuralrg/sampling"
)

// Partner is a latent, by what it knows of another one.
type Partner struct {
	Site        int               `json:"site"` // row*L + column
	Level       int               `json:"level"`
	Information sampling.Quantity `json:"information"` // mutual information, nats
}

// Partners estimates the mutual information of one latent with each of some
// others, from samples z[site*n + sample] of n independent configurations, at
// least 384 of them, and puts the strongest first. tell, if not nil, hears what is
// found so far after each, in a slice of its own; while it takes its time, the
// work rests. All else is as for sampling.MutualInformation with the third
// neighbours.
func Partners(ctx context.Context, s model.Shape, z []float32, latent int, others []int, tell func([]Partner)) ([]Partner, error) {
	if err := checkLatents(s, z, append([]int{latent}, others...)...); err != nil {
		return nil, err
	}
	x := valuesOf(s, z, latent)
	var found []Partner
	for _, other := range others {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		information, err := sampling.MutualInformation(x, valuesOf(s, z, other), partnerNeighbour)
		if err != nil {
			return nil, err
		}
		found = append(found, Partner{other, s.Level(other), information})
		slices.SortStableFunc(found, func(a, b Partner) int { return cmp.Compare(b.Information.Value, a.Information.Value) })
		if tell != nil {
			tell(slices.Clone(found))
		}
	}
	return found, nil
}

// Noise is the standard deviation of an estimate of Partners where there is
// nothing to be found: of one latent with permutations of another.
func Noise(s model.Shape, z []float32, latent, other int, seed uint64) (float64, error) {
	if err := checkLatents(s, z, latent, other); err != nil {
		return 0, err
	}
	_, deviation, err := sampling.ShuffledInformation(valuesOf(s, z, latent), valuesOf(s, z, other), partnerNeighbour, noisePermutations, seed)
	return deviation, err
}

// The neighbour by which the information is estimated, and the permutations that
// give its noise to a sixth.
const (
	partnerNeighbour  = 3
	noisePermutations = 20
)

// Candidates are at most so many latents among which the strongest partners of
// one are to be looked for, where all of them would take too long. Half of them
// are the nearest: those of the same level or of coarser ones come first, and
// distances are in sites of the coarser level of the two, as the flow connects
// them. The others are those of any level that the latent, or its square, is
// correlated with most in the samples z[site*n + sample].
func Candidates(s model.Shape, z []float32, latent, most int) ([]int, error) {
	if err := checkLatents(s, z, latent); err != nil {
		return nil, err
	}
	most = min(most, s.Sites()-1)
	chosen := slices.Clone(nearest(s, latent)[:(most+1)/2])
	for _, site := range correlatedMost(s, z, latent) {
		if len(chosen) < most && !slices.Contains(chosen, site) {
			chosen = append(chosen, site)
		}
	}
	return chosen, nil
}

// nearest are all other latents, the nearest first.
func nearest(s model.Shape, latent int) []int {
	type place struct {
		site, finer int
		distance    float64
	}
	level := s.Level(latent)
	var places []place
	for site := range s.Sites() {
		if site == latent {
			continue
		}
		other := s.Level(site)
		places = append(places, place{site, max(level-other, 0), torusDistance(s.L, site, latent) / float64(int(1)<<max(level, other))})
	}
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.finer, b.finer), cmp.Compare(a.distance, b.distance))
	})
	sites := make([]int, len(places))
	for i, p := range places {
		sites[i] = p.site
	}
	return sites
}

// torusDistance is the length of the shortest way from one site to another.
func torusDistance(size, a, b int) float64 {
	side := func(d int) float64 {
		d = (d + size) % size
		return float64(min(d, size-d))
	}
	return math.Hypot(side(a/size-b/size), side(a%size-b%size))
}

// correlatedMost are all other latents, those with the largest correlation of
// both, or of both squares, first.
func correlatedMost(s model.Shape, z []float32, latent int) []int {
	value := valuesOf(s, z, latent)
	square := squares(value)
	strength := make([]float64, s.Sites())
	var sites []int
	for site := range strength {
		if site != latent {
			v := valuesOf(s, z, site)
			strength[site] = max(correlationSize(value, v), correlationSize(square, squares(v)))
			sites = append(sites, site)
		}
	}
	slices.SortStableFunc(sites, func(a, b int) int { return cmp.Compare(strength[b], strength[a]) })
	return sites
}

// correlationSize is the magnitude of the correlation coefficient, 0 of what is
// constant.
func correlationSize(a, b []float64) float64 {
	if r := math.Abs(stat.Correlation(a, b, nil)); r > 0 {
		return r
	}
	return 0
}

// valuesOf are those of a latent in all samples.
func valuesOf(s model.Shape, z []float32, site int) []float64 {
	n := len(z) / s.Sites()
	values := make([]float64, n)
	for i, v := range z[site*n:][:n] {
		values[i] = float64(v)
	}
	return values
}

func squares(values []float64) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = v * v
	}
	return all
}

// checkLatents says what is wrong with samples or with a choice of latents.
func checkLatents(s model.Shape, z []float32, latents ...int) error {
	if len(z) == 0 || len(z)%s.Sites() != 0 {
		return &problem{fmt.Sprintf("%d latents for samples of %d", len(z), s.Sites()), "give a value of each site for every sample"}
	}
	for _, latent := range latents {
		if latent < 0 || latent >= s.Sites() {
			return noLatent(latent, s.Sites())
		}
	}
	return nil
}
