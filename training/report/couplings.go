package report

import (
	"context"
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"

	"neuralrg/sampling"
	"neuralrg/training/rg"
)

// couplings shows the effective couplings of the coarse fields by level.
func couplings(ctx context.Context, m *material) (*figure, error) {
	levels, err := m.coarsened(ctx)
	if err != nil {
		return nil, err
	}
	samples, err := m.exactSamples(ctx)
	if err != nil {
		return nil, err
	}
	all, err := rg.Couplings(ctx, levels, samples.Spins)
	if err != nil {
		return nil, err
	}
	spins := pairsOf(all, func(c rg.LevelCouplings) *rg.PairCouplings { return c.Spins })
	signs := pairsOf(all, func(c rg.LevelCouplings) *rg.PairCouplings { return c.Signs })
	fields := pairsOf(all, func(c rg.LevelCouplings) *rg.PairCouplings { return c.Fields })
	results := newTable("of", "level [1]", "lattice", "nearest [1]", "error_nearest [1]", "diagonal [1]", "error_diagonal [1]")
	tabulate(results, "spins", all, spins)
	tabulate(results, "signs", all, signs)
	tabulate(results, "fields", all, fields)
	var at []float64
	var why []string
	for _, c := range all {
		at, why = append(at, float64(c.Level)), append(why, c.Missing...)
	}
	if len(results.rows) == 0 {
		return nil, &problem{text: strings.Join(why, "; "), hint: "take more --samples"}
	}
	left := newPanel("", "level", "coupling of the signs")
	left.quantities("nearest", hue(0), at, signs.nearest)
	left.quantities("diagonal", hue(1), at, signs.diagonal)
	left.quantities("spins, nearest", hue(2), at[:1], spins.nearest[:1])
	right := newPanel("", "level", "Gaussian coupling of the fields")
	right.quantities("nearest", hue(0), at, fields.nearest)
	right.quantities("diagonal", hue(1), at, fields.diagonal)
	for _, p := range []*panel{left, right} {
		p.X.Min, p.X.Max, p.X.Tick.Marker = -0.3, float64(len(all)-1)+0.3, counts{}
		p.Y.Min, p.Y.Max = p.Y.Min-0.05, p.Y.Max+0.1
	}
	left.level("1/T", 1/m.trained.Energy.T())
	right.level("massless free field, 1/4", 0.25)
	text := "The effective couplings between the coarse fields of a level, from the exact samples: left the Ising couplings, to nearest and to diagonal neighbours, that predict the sign " +
		"of a coarse field from the signs around it best (maximum pseudolikelihood); right those of the Gaussian with the second moments of the fields, −P_ij/P_ii of the precision matrix P. " +
		"At level 0 the spins drawn for the fields must couple by 1/T to their neighbours and by 0 to the diagonal ones; the signs of the fields do so in part only, and a fixed point of the renormalization would leave " +
		"the couplings as they are from level to level."
	if len(why) > 0 {
		text += " Not to be had: " + strings.Join(why, "; ") + "."
	}
	return &figure{
		sheet:   sheet{diagrams(60*vg.Millimeter, []*panel{left, right})},
		text:    text,
		results: results,
		data:    []data{{"", results}},
	}, nil
}

// coupled are the couplings to the nearest and to the diagonal neighbours, by level.
type coupled struct{ nearest, diagonal []sampling.Quantity }

// pairsOf are those of one kind, unknown where there are none.
func pairsOf(all []rg.LevelCouplings, kind func(rg.LevelCouplings) *rg.PairCouplings) (p coupled) {
	for _, c := range all {
		k := kind(c)
		if k == nil {
			k = &rg.PairCouplings{Nearest: unknown, Diagonal: unknown}
		}
		p.nearest, p.diagonal = append(p.nearest, k.Nearest), append(p.diagonal, k.Diagonal)
	}
	return p
}

// tabulate adds a row for each level on which the couplings are known.
func tabulate(t *table, of string, all []rg.LevelCouplings, p coupled) {
	for i, c := range all {
		if nearest, diagonal := p.nearest[i], p.diagonal[i]; !math.IsNaN(nearest.Value) {
			t.add(of, c.Level, fmt.Sprintf("%d × %d", c.Size, c.Size), nearest.Value, nearest.Error, diagonal.Value, diagonal.Error)
		}
	}
}

// unknown is a quantity that cannot be had.
var unknown = sampling.Quantity{Value: math.NaN(), Error: math.NaN()}

// quantities draws values with their errors, and a thin line through them.
func (p *panel) quantities(name string, c color.NRGBA, x []float64, q []sampling.Quantity) {
	values, errors := make([]float64, len(q)), make([]float64, len(q))
	for i, v := range q {
		values[i], errors[i] = v.Value, v.Error
	}
	line := stroke(c, 0)
	line.Width /= 2
	p.line("", line, x, values)
	p.dots(name, c, x, values, errors)
}
