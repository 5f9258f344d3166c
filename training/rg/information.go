package rg

import (
	"context"
	"fmt"
	"slices"

	"neuralrg/model"
	"neuralrg/sampling"
)

// Information is the mutual information of pairs of variables, in nats.
type Information struct {
	Sites   []int `json:"sites"`   // where the variables are, row*L + column
	Samples int   `json:"samples"` // configurations
	Pairs   int   `json:"pairs"`   // pairs whose information was estimated
	// Value has the information of variables a and b at a*len(Sites)+b, and at
	// b*len(Sites)+a, and Error its standard error. On the diagonal, where the
	// information is infinite, both are 0.
	Value []float32 `json:"value"`
	Error []float32 `json:"error"`

	// Classes has every estimate once, in the order in which the matrix has them,
	// row by row below its diagonal.
	Classes []Class `json:"classes"`

	Baseline   Baseline          `json:"baseline"`
	Largest    Largest           `json:"largest"`
	ByLevel    []LevelAverage    `json:"by_level"` // one of fields
	ByDistance []DistanceAverage `json:"by_distance"`
}

// Class is the pairs that share an estimate, because translations take one into
// the other.
type Class struct {
	Sites [2]int `json:"sites"` // the first pair of them in the matrix, the later variable first
	Pairs int    `json:"pairs"` // of the matrix, each once
	sampling.Quantity
}

// Baseline is what is found where there is nothing, from permutations of one of
// two variables: the mean, which is next to 0, and the standard deviation, the
// noise of every estimate from so many samples.
type Baseline struct {
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"`
}

// Largest is the largest entry of a matrix. Among so many estimates the largest
// is large by chance too: that of independent variables exceeds Chance in one of
// two cases, by the normal distribution.
type Largest struct {
	Sites [2]int `json:"sites"`
	sampling.Quantity
	Chance float64 `json:"chance"`
}

// Options say how information is estimated. The zero value takes all samples
// and one pair of each class on one thread.
type Options struct {
	// From and To are the samples used, from the one to before the other; 0 for
	// To is the end.
	From, To int
	// Pairs is the number of pairs of a class that are averaged, 1 if it is 0.
	Pairs   int
	Seed    uint64 // of the permutations
	Threads int
	// Tell, if not nil, hears how many classes of pairs are done, of how many. Its
	// calls do not overlap; while it takes its time, the work rests.
	Tell func(done, total int)
}

// FieldInformation estimates the mutual information of the fields x[site*n +
// sample] at some sites of a lattice with n independent configurations of the
// target. Pairs with the same displacement have the same information, of which
// one is estimated, or as many as o.Pairs says, and stands in the places of all.
// Of draws of a flow, which knows no such symmetry, it is the mean over these.
//
// The errors are those of sampling.MutualInformation, at least those of the
// baseline. Several pairs of the same configurations do not count as independent,
// and the entries of a class are equal. Refused are fewer than two different
// sites, fewer than 384 configurations, and what is not finite.
func FieldInformation(ctx context.Context, size int, x []float32, sites []int, o Options) (*Information, error) {
	return inform(ctx, fields(size), func(int) int { return 0 }, x, sites, o)
}

// LatentInformation estimates the mutual information of the latents z[site*n +
// sample] at some sites, of n independent configurations of the target. All else
// is as for FieldInformation, but pairs belong together if they differ by a
// translation that is a multiple of 2^(k+1), where k is the higher of their
// levels: the flow commutes with these. Of a flow made symmetric this holds in
// good approximation only, because the choice of the sign involves all levels;
// o.Pairs then makes a mean over more of a class.
func LatentInformation(ctx context.Context, s model.Shape, z []float32, sites []int, o Options) (*Information, error) {
	return inform(ctx, latents(s), s.Level, z, sites, o)
}

// inform estimates what is asked for class by class.
func inform(ctx context.Context, v variables, level func(site int) int, x []float32, sites []int, o Options) (*Information, error) {
	if err := v.check(x, sites); err != nil {
		return nil, err
	}
	columns, err := o.columns(x, v.sites())
	if err != nil {
		return nil, err
	}
	if err := columns.checkFinite(sites); err != nil {
		return nil, err
	}
	var members [][]pair
	var classes []Class
	place := map[pair]int{}
	pairs := 0
	for i, a := range sites {
		for _, b := range sites[:i] {
			class := v.class(a, b)
			at, known := place[class]
			if !known {
				at = len(members)
				place[class] = at
				members = append(members, v.members(class, o.Pairs))
				classes = append(classes, Class{Sites: [2]int{a, b}})
				pairs += len(members[at])
			}
			classes[at].Pairs++
		}
	}
	e, err := columns.estimate(ctx, members, o)
	if err != nil {
		return nil, err
	}
	class := func(a, b int) int { return place[v.class(a, b)] }
	result := &Information{
		Sites: slices.Clone(sites), Samples: columns.n, Pairs: pairs, Classes: classes, Baseline: e.baseline,
		ByLevel:    byLevel(sites, level, class, e),
		ByDistance: byDistance(v, sites, level, class, e),
	}
	result.fill(class, e)
	result.Largest = e.largest(members)
	return result, nil
}

// fill writes the classes and the matrix.
func (r *Information) fill(class func(a, b int) int, e estimates) {
	n := len(r.Sites)
	r.Value, r.Error = make([]float32, n*n), make([]float32, n*n)
	for i := range r.Classes {
		r.Classes[i].Quantity = e.mean(map[int]int{i: 1})
	}
	for i, a := range r.Sites {
		for j, b := range r.Sites[:i] {
			q := r.Classes[class(a, b)]
			for _, place := range [...]int{i*n + j, j*n + i} {
				r.Value[place], r.Error[place] = float32(q.Value), float32(q.Error)
			}
		}
	}
}

// check says what is wrong with samples of variables, or a choice of these.
func (v variables) check(x []float32, sites []int) error {
	if v.size < 2 || len(x)%v.sites() != 0 {
		return &problem{
			fmt.Sprintf("%d values on a lattice of size %d", len(x), v.size),
			"give a value of each site for every sample",
		}
	}
	if len(sites) < 2 {
		return &problem{fmt.Sprintf("the mutual information of %d variables", len(sites)), "choose two sites or more"}
	}
	seen := map[int]bool{}
	for _, site := range sites {
		if site < 0 || site >= v.sites() || seen[site] {
			return &problem{
				fmt.Sprintf("site %d is chosen twice or not one of %d", site, v.sites()),
				fmt.Sprintf("choose different sites from 0 to %d", v.sites()-1),
			}
		}
		seen[site] = true
	}
	return nil
}
