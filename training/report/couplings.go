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
	inverse := 1 / m.trained.Energy.T()
	signs := newPanel("", "level", "coupling of the signs")
	fields := newPanel("", "level", "Gaussian coupling of the fields")
	results := newTable("of", "level [1]", "lattice", "nearest [1]", "error_nearest [1]", "diagonal [1]", "error_diagonal [1]")
	var at []float64
	by := map[string][]sampling.Quantity{}
	var why []string
	for _, c := range all {
		at = append(at, float64(c.Level))
		for of, pair := range map[string]*rg.PairCouplings{"spins": c.Spins, "signs": c.Signs, "fields": c.Fields} {
			k := rg.PairCouplings{Nearest: unknown, Diagonal: unknown}
			if pair != nil {
				k = *pair
			}
			by[of+", nearest"], by[of+", diagonal"] = append(by[of+", nearest"], k.Nearest), append(by[of+", diagonal"], k.Diagonal)
		}
		why = append(why, c.Missing...)
	}
	for _, of := range []string{"spins", "signs", "fields"} {
		for i, c := range all {
			nearest, diagonal := by[of+", nearest"][i], by[of+", diagonal"][i]
			if !math.IsNaN(nearest.Value) {
				results.add(of, c.Level, fmt.Sprintf("%d × %d", c.Size, c.Size), nearest.Value, nearest.Error, diagonal.Value, diagonal.Error)
			}
		}
	}
	if len(results.rows) == 0 {
		return nil, &problem{text: strings.Join(why, "; "), hint: "take more --samples"}
	}
	signs.quantities("nearest", hue(0), at, by["signs, nearest"])
	signs.quantities("diagonal", hue(1), at, by["signs, diagonal"])
	signs.quantities("spins, nearest", hue(2), at[:1], by["spins, nearest"][:1])
	fields.quantities("nearest", hue(0), at, by["fields, nearest"])
	fields.quantities("diagonal", hue(1), at, by["fields, diagonal"])
	for _, p := range []*panel{signs, fields} {
		p.X.Min, p.X.Max, p.X.Tick.Marker = -0.3, float64(len(all)-1)+0.3, counts{}
		p.Y.Min, p.Y.Max = p.Y.Min-0.05, p.Y.Max+0.1
	}
	signs.level("1/T", inverse)
	fields.level("massless free field, 1/4", 0.25)
	text := "The effective couplings between the coarse fields of a level, from the exact samples: left the Ising couplings, to nearest and to diagonal neighbours, that predict the sign " +
		"of a coarse field from the signs around it best (maximum pseudolikelihood); right those of the Gaussian with the second moments of the fields, −P_ij/P_ii of the precision matrix P. " +
		"At level 0 the spins drawn for the fields must couple by 1/T to their neighbours and by 0 to the diagonal ones; the signs of the fields do so in part only, and a fixed point of the renormalization would leave " +
		"the couplings as they are from level to level."
	if len(why) > 0 {
		text += " Not to be had: " + strings.Join(why, "; ") + "."
	}
	return &figure{
		sheet:   sheet{diagrams(60*vg.Millimeter, []*panel{signs, fields})},
		text:    text,
		results: results,
		data:    []data{{"", results}},
	}, nil
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
