package run

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"neuralrg/model"
	"neuralrg/training/rg"
)

// Information is the mutual information, in nats, of pairs of latents of exact
// samples, and of the fields at the same sites. These lie in a square a spacing
// apart, at most informedSide along each side.
type Information struct {
	Epoch   int       `json:"epoch"`   // of the flow
	Spacing int       `json:"spacing"` // between sites along rows and columns
	Samples int       `json:"samples"`
	Sites   []int     `json:"sites"`  // row*L + column, in the order of the matrices: the coarsest level first, in it block by block
	Levels  []int     `json:"levels"` // those of the sites, the coarsest first
	Sizes   []int     `json:"sizes"`  // how many sites each has
	Fields  Relations `json:"fields"`
	Latents Relations `json:"latents"`

	TotalCorrelation TotalCorrelation `json:"total_correlation"` // of all latents of the flow
}

// TotalCorrelation is how much variables know of each other, all together, in
// nats, with a bound from either side.
type TotalCorrelation struct {
	Value      float64 `json:"value"`
	Error      float64 `json:"error"`
	Lower      float64 `json:"lower"`
	LowerError float64 `json:"lower_error"`
	Upper      float64 `json:"upper"`
	UpperError float64 `json:"upper_error"`
}

// Relations are the mutual information of all pairs of some variables, in nats.
type Relations struct {
	Values     []float32         `json:"values"` // the matrix, row-major, to four decimals; 0 on the diagonal
	Baseline   float64           `json:"baseline"`
	Noise      float64           `json:"noise"`       // standard deviation of a value where there is nothing, about the baseline
	ByLevel    []MeanInformation `json:"by_level"`    // the lower level first; one of fields
	ByDistance []MeanInformation `json:"by_distance"` // likewise, and for each the shortest distance first
}

// MeanInformation is the mean over pairs of variables of two levels, which are
// one of fields, or over those of them at a distance: of fields in sites, of
// latents in blocks of the higher level.
type MeanInformation struct {
	Levels   [2]int  `json:"levels"`
	Distance float64 `json:"distance"`
	Pairs    int     `json:"pairs"`
	Value    float64 `json:"value"`
	Error    float64 `json:"error"`
}

// Inquiry is an Information that is not there yet.
type Inquiry struct {
	Spacing int     `json:"spacing"`
	Epoch   int     `json:"epoch"` // of the flow
	Part    float64 `json:"part"`  // of the whole work that is done, from 0 to 1
	Stage   string  `json:"stage"` // what is being done
	Done    int     `json:"done"`  // of it
	Total   int     `json:"total"`
	Error   string  `json:"error,omitempty"` // why there will be none
	Hint    string  `json:"hint,omitempty"`
}

// informedSide is how many sites an Information has along each side at most.
const informedSide = 8

// CoarsestSpacing is the largest spacing of an Information on a lattice of L x L,
// at which its sites are those of the coarsest levels everywhere.
func CoarsestSpacing(L int) int { return max(L/informedSide, 1) }

// validateSpacing refuses what no lattice of this many sites has.
func validateSpacing(spacing, sites int) error {
	most := CoarsestSpacing(int(math.Sqrt(float64(sites))))
	if spacing < 1 || spacing > most || bits.OnesCount(uint(spacing)) != 1 {
		return &problem{
			text: fmt.Sprintf("mutual information of sites %d apart", spacing),
			hint: fmt.Sprintf("choose a power of two from 1 to %d", most),
		}
	}
	return nil
}

// informedSites are the sites of a square with a spacing, in the order of an
// Information, and its levels.
func informedSites(s model.Shape, spacing int) (sites, levels, sizes []int) {
	side := min(informedSide, s.L/spacing)
	for i := range side * side {
		sites = append(sites, (i/side*s.L+i%side)*spacing)
	}
	slices.SortFunc(sites, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.Level(b), s.Level(a)), cmp.Compare(nested(a/s.L, a%s.L), nested(b/s.L, b%s.L)))
	})
	for _, site := range sites {
		if n := len(levels); n == 0 || levels[n-1] != s.Level(site) {
			levels, sizes = append(levels, s.Level(site)), append(sizes, 0)
		}
		sizes[len(sizes)-1]++
	}
	return sites, levels, sizes
}

// nested is the place of a site in the order that goes through the blocks of each
// size one after the other: the bits of row and column by turns.
func nested(row, column int) int {
	place := 0
	for bit := range bits.Len(uint(row | column)) {
		place |= (row>>bit&1<<1 | column>>bit&1) << (2 * bit)
	}
	return place
}

// relations are what of an estimate goes into a snapshot. Four decimals are far
// below the noise of any sample, and make the matrix a third as long in JSON.
func relations(r *rg.Information) Relations {
	out := Relations{
		Values:   make([]float32, len(r.Value)),
		Baseline: r.Baseline.Mean, Noise: r.Baseline.Deviation,
	}
	for i, v := range r.Value {
		out.Values[i] = float32(math.Round(float64(v)*1e4) / 1e4)
	}
	for _, a := range r.ByLevel {
		out.ByLevel = append(out.ByLevel, MeanInformation{a.Levels, 0, a.Pairs, a.Value, a.Error})
	}
	for _, a := range r.ByDistance {
		out.ByDistance = append(out.ByDistance, MeanInformation{a.Levels, a.Distance, a.Pairs, a.Value, a.Error})
	}
	return out
}

// totalCorrelation takes the higher of the bounds from below.
func totalCorrelation(t *rg.TotalCorrelation) TotalCorrelation {
	lower := t.TreeBound
	if t.Gaussian != nil && t.Gaussian.Value > lower.Value {
		lower = *t.Gaussian
	}
	return TotalCorrelation{
		Value: t.Value.Value, Error: t.Value.Error,
		Lower: lower.Value, LowerError: lower.Error,
		Upper: t.Upper.Value, UpperError: t.Upper.Error,
	}
}
