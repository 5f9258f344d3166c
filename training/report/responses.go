package report

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"

	"neuralrg/model"
	"neuralrg/training/rg"
)

const (
	responseSamples = 64
	mostShown       = 48 // latents of a level
	inRow           = 12 // of them
)

// responded are the responses of the latents of a level.
func (m *material) responded(ctx context.Context, level int) (*rg.Responses, error) {
	return m.responses[level].get(func() (*rg.Responses, error) {
		s := m.trained.Flow.Shape
		latents := ofLevel(s, level)
		m.tell(fmt.Sprintf("level %d", level))
		z := rg.Normals(s, responseSamples, m.Seed)
		return rg.Respond(ctx, m.trained.Flow, latents[:min(len(latents), mostResponses)], z, m.Threads)
	})
}

// mostResponses bounds the work on the many fine latents of a large lattice, which
// are alike. The first block of any level is among the first so many.
const mostResponses = 192

// waveletPage is responses beside wavelets, three of each in a row.
type waveletPage struct {
	key      scale
	pictures []*panel
	drawn    *table
}

// inWaveletRow is how many pictures a row has: a response and two wavelets for
// each of three latents.
const inWaveletRow = 9

// add shows response i, of a shape.
func (p *waveletPage) add(r *rg.Responses, i int, shape rg.ResponseShape) {
	level := shape.Level
	response, haar, daubechies := besideWavelets(r, i, shape)
	side := min(r.L, 8<<level)
	names := waveletNames(shape)
	if len(p.pictures)%inWaveletRow == 0 {
		names[0] = fmt.Sprintf("level %d", level)
	}
	for k, m := range [][]float64{response, haar, daubechies} {
		p.pictures = append(p.pictures, newPicture(names[k], p.key, middle(unitLargest(m), r.L, side), side))
	}
	for site, v := range response {
		p.drawn.add(r.Latents[i], level, site/r.L, site%r.L, rounded(v), rounded(haar[site]), rounded(daubechies[site]))
	}
}

// waveletNames are those of a response and of the wavelets beside it, with the
// overlaps.
func waveletNames(s rg.ResponseShape) [3]string {
	return [3]string{"response", fmt.Sprintf("Haar: %.2f", s.Haar.Best.Overlap), fmt.Sprintf("Daub. 4: %.2f", s.Daubechies.Best.Overlap)}
}

// waveletResponses shows the responses of a block's latents at every level beside
// the wavelets that they resemble.
func waveletResponses(ctx context.Context, m *material) (*figure, error) {
	s := m.trained.Flow.Shape
	page := &waveletPage{
		key:   scale{name: "divided by the largest", low: -1, high: 1, stops: signed},
		drawn: newTable("latent [1]", "level [1]", "row [1]", "column [1]", "response [1]", "haar [1]", "daubechies4 [1]"),
	}
	results := newTable("latents", "radius [sites]", "oscillation [1]", "wavenumber [1/site]", "overlap_translates [1]", "overlap_block [1]",
		"haar [1]", "haar_span [1]", "daubechies4 [1]", "daubechies4_span [1]")
	numbers := newTable("latent [1]", "level [1]", "norm [1]", "noise [1]", "radius [sites]", "oscillation [1]", "wavenumber [1/site]", "overlap_down [1]", "overlap_right [1]", "overlap_block [1]",
		"haar_band", "haar [1]", "haar_span [1]", "daubechies4_band", "daubechies4 [1]", "daubechies4_span [1]")
	for level := range s.Levels() {
		r, err := m.responded(ctx, level)
		if err != nil {
			return nil, err
		}
		shapes := make([]rg.ResponseShape, len(r.Latents))
		for i, latent := range r.Latents {
			shapes[i] = r.Shape(i)
			list(numbers, shapes[i])
			if slices.Contains(members(s, level), latent) && !remains(s, latent) {
				page.add(r, i, shapes[i])
			}
		}
		summarise(results, s, shapes)
	}
	return &figure{
		sheet: sheet{gallery(page.key, inWaveletRow, 40*vg.Millimeter, page.pictures...)},
		text: fmt.Sprintf("The response d⟨x⟩/dz of the field to the three latents of one block, one level a row, the finest on top; exact derivatives, means over %d draws of the "+
			"latents, moved so that their centre is in the middle, and beside each the Haar and the Daubechies-4 wavelet of its scale that it overlaps with most, "+
			"at the place where it does, with the overlap. Of the finest levels the middle of the lattice is shown. The table has means over the latents of each level: the radius is the root mean square distance "+
			"from the centre, weighted by the square of the response; the oscillation 0 for one sign and 1 for a sum of zero; the overlaps are cosines between responses "+
			"and their translates by one block, between those of a block, and with the best wavelet of any translation; the span is the part of the "+
			"norm within all three wavelets of that place. What remains above the last level is compared with the scaling function. The data have these numbers of each latent.", responseSamples),
		results: results,
		data:    []data{{"", page.drawn}, {"shapes", numbers}},
	}, nil
}

// list adds the numbers of a response.
func list(t *table, s rg.ResponseShape) {
	down, right, block := math.NaN(), math.NaN(), 0.0
	if len(s.Translates) == 2 {
		down, right = s.Translates[0], s.Translates[1]
	}
	for _, other := range s.Siblings {
		block += other.Overlap / float64(len(s.Siblings))
	}
	row := []any{s.Latent, s.Level}
	for _, v := range []float64{s.Norm, s.Noise, s.Radius, s.Oscillation, s.Wavenumber, down, right, block} {
		row = append(row, rounded(v))
	}
	for _, best := range []rg.Likeness{s.Haar.Best, s.Daubechies.Best} {
		row = append(row, string(best.Band), rounded(best.Overlap), rounded(best.Span))
	}
	t.add(row...)
}

// besideWavelets is response i, centred, with the wavelets that are most alike, at
// the place and with the sign of the response.
func besideWavelets(r *rg.Responses, i int, shape rg.ResponseShape) (response, haar, daubechies []float64) {
	response = r.Centred(i)
	rows, columns := -int(math.Round(shape.Row)), -int(math.Round(shape.Column))
	wavelet := func(f rg.Family, best rg.Likeness) []float64 {
		if best.Band == "" { // nothing responds
			return make([]float64, len(response))
		}
		w := rg.NewWavelets(f, r.L, shape.Level).Function(best.Band)
		w = rolled(w, r.L, best.Row+rows, best.Column+columns)
		product := 0.0
		for site, v := range w {
			product += v * response[site]
		}
		return scaled(w, math.Copysign(1, product))
	}
	return response, wavelet(rg.Haar, shape.Haar.Best), wavelet(rg.Daubechies4, shape.Daubechies.Best)
}

// rolled is a map moved by so many rows and columns round the torus.
func rolled(m []float64, L, rows, columns int) []float64 {
	to := make([]float64, len(m))
	for site, v := range m {
		row, column := (site/L+rows%L+L)%L, (site%L+columns%L+L)%L
		to[row*L+column] = v
	}
	return to
}

// middle cuts the middle of a map, so many sites a side.
func middle(m []float64, L, side int) []float64 {
	from := (L - side) / 2
	cut := make([]float64, 0, side*side)
	for row := from; row < from+side; row++ {
		cut = append(cut, m[row*L+from:][:side]...)
	}
	return cut
}

// unitLargest is a map divided by its largest value of either sign.
func unitLargest(m []float64) []float64 {
	if most := around("", m).high; most > 0 {
		return scaled(m, 1/most)
	}
	return m
}

// summarise adds the means over the latents of a level, and apart from them over
// what remains above the last.
func summarise(t *table, s model.Shape, all []rg.ResponseShape) {
	groups := map[string][]rg.ResponseShape{}
	for _, shape := range all {
		name := levelName(s, shape.Latent)
		groups[name] = append(groups[name], shape)
	}
	for _, name := range []string{fmt.Sprintf("level %d", all[0].Level), "coarsest"} {
		shapes := groups[name]
		if len(shapes) == 0 {
			continue
		}
		mean := func(of func(rg.ResponseShape) []float64) float64 {
			sum, n := 0.0, 0
			for _, shape := range shapes {
				for _, v := range of(shape) {
					sum, n = sum+v, n+1
				}
			}
			return sum / float64(n) // of nothing not a number
		}
		one := func(of func(rg.ResponseShape) float64) float64 {
			return mean(func(s rg.ResponseShape) []float64 { return []float64{of(s)} })
		}
		t.add(name,
			one(func(s rg.ResponseShape) float64 { return s.Radius }),
			one(func(s rg.ResponseShape) float64 { return s.Oscillation }),
			one(func(s rg.ResponseShape) float64 { return s.Wavenumber }),
			mean(func(s rg.ResponseShape) []float64 { return s.Translates }),
			mean(func(s rg.ResponseShape) (overlaps []float64) {
				for _, o := range s.Siblings {
					overlaps = append(overlaps, o.Overlap)
				}
				return overlaps
			}),
			one(func(s rg.ResponseShape) float64 { return s.Haar.Best.Overlap }),
			one(func(s rg.ResponseShape) float64 { return s.Haar.Best.Span }),
			one(func(s rg.ResponseShape) float64 { return s.Daubechies.Best.Overlap }),
			one(func(s rg.ResponseShape) float64 { return s.Daubechies.Best.Span }))
	}
}

// allResponses shows those of all latents of every level.
func allResponses(ctx context.Context, m *material) (*figure, error) {
	s := m.trained.Flow.Shape
	page := sheet{}
	drawn, errors := newTable("row [1]", "column [1]"), newTable("row [1]", "column [1]")
	for site := range s.Sites() {
		drawn.add(site/s.L, site%s.L)
		errors.add(site/s.L, site%s.L)
	}
	key := scale{name: "d<x>/dz, divided by the largest of its level", low: -1, high: 1, stops: signed}
	for level := range s.Levels() {
		r, err := m.responded(ctx, level)
		if err != nil {
			return nil, err
		}
		n := min(len(r.Latents), mostShown)
		maps := make([][]float64, n)
		for i := range maps {
			maps[i] = r.Centred(i)
			drawn.extend(latentColumn(r.Latents[i]), doubles(r.Map[i]))
			errors.extend(latentColumn(r.Latents[i]), doubles(r.Error[i]))
		}
		largest := around("", maps...).high
		pictures := make([]*panel, n)
		for i := range pictures {
			title := ""
			if i == 0 {
				title = fmt.Sprintf("level %d", level)
			}
			side := min(s.L, 8<<level)
			pictures[i] = newPicture(title, key, middle(scaled(maps[i], 1/largest), s.L, side), side)
		}
		b := gallery(key, min(n, inRow), 22*vg.Millimeter, pictures...)
		if level < s.Levels()-1 {
			b.key = nil
		}
		page = append(page, b)
	}
	return &figure{
		sheet: page,
		text: fmt.Sprintf("The responses of the latents of every level, at most %d of each, moved so that their centre is in the middle; of the finest levels the middle of the lattice is shown. "+
			"Latents of one kind respond alike wherever their block is, up to what the coarser levels make of the place. The data have them where they are, a column each, of the latent at row·L + column, and their standard errors.", mostShown),
		data: []data{{"", drawn}, {"errors", errors}},
	}, nil
}
