package report

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"

	"neuralrg/sampling"
	"neuralrg/training/rg"
)

// Latent is one by its row and column.
type Latent struct{ Row, Column int }

// mostChosen bounds how many can be asked for: the pairs of them are many more.
const mostChosen = 8

// distinct are latents without those that were named before.
func distinct(latents []Latent) (once []Latent) {
	for _, l := range latents {
		if !slices.Contains(once, l) {
			once = append(once, l)
		}
	}
	return once
}

// mostPartners is how many of the latents that know most of a chosen one are
// listed, and mostCompared among how many they are looked for.
const (
	mostPartners = 6
	mostCompared = 64
)

// chosenKinds are the figures of the latents that were asked for: one of each, and
// one of all pairs.
func (m *material) chosenKinds() []kind {
	var all []kind
	for _, l := range m.Latents {
		all = append(all, kind{
			fmt.Sprintf("latent-%d-%d", l.Row, l.Column), fmt.Sprintf("Latent z(%d, %d)", l.Row, l.Column),
			func(ctx context.Context, m *material) (*figure, error) { return m.chosen(ctx, l) },
		})
	}
	if len(m.Latents) > 1 {
		all = append(all, kind{"latent-pairs", "Renormalized energy of the chosen latents", chosenPairs})
	}
	return all
}

// site is the index of a chosen latent, if there is one.
func (m *material) site(l Latent) (int, error) {
	L := m.trained.Config.L
	if l.Row < 0 || l.Row >= L || l.Column < 0 || l.Column >= L {
		return 0, &problem{
			text: fmt.Sprintf("there is no latent at row %d, column %d", l.Row, l.Column),
			hint: fmt.Sprintf("on this lattice rows and columns are 0 to %d, as in --latent %d,%d", L-1, L/2, L/2),
		}
	}
	return l.Row*L + l.Column, nil
}

// chosenPairs shows the energy along each two of the chosen latents.
func chosenPairs(ctx context.Context, m *material) (*figure, error) {
	var sites []int
	for _, l := range m.Latents {
		if site, err := m.site(l); err == nil {
			sites = append(sites, site)
		}
	}
	var pairs [][2]int
	for i, b := range sites {
		for _, a := range sites[:i] {
			pairs = append(pairs, [2]int{b, a})
		}
	}
	if len(pairs) == 0 {
		return nil, &problem{text: "fewer than two of the latents that were asked for exist", hint: "give two of them with --latent"}
	}
	return m.surfaces(ctx, "each two of the chosen latents", pairs)
}

// latentPage is what there is to see of a chosen latent.
type latentPage struct {
	*material
	site    int
	sheet   sheet
	results *table
	data    []data
}

// chosen shows all of one latent: how the field responds to it, how it is
// distributed, its energy, what draws make of it, and which others know of it.
func (m *material) chosen(ctx context.Context, l Latent) (*figure, error) {
	site, err := m.site(l)
	if err != nil {
		return nil, err
	}
	samples, err := m.exactSamples(ctx)
	if err != nil {
		return nil, err
	}
	p := &latentPage{material: m, site: site, results: newTable("quantity", "value", "error")}
	for _, part := range []struct {
		name string
		add  func(context.Context, *rg.Sample) error
	}{
		{"response", p.response},
		{"distribution", p.distribution},
		{"energy", p.energy},
		{"conditional draws", p.conditional},
		{"partners", p.partners},
	} {
		m.tell(part.name)
		if err := part.add(ctx, samples); err != nil {
			return nil, err
		}
	}
	return &figure{
		sheet: p.sheet,
		text: fmt.Sprintf("One latent, of %s, as it was asked for. On top the response d⟨x⟩/dz of the field to it, centred, and the wavelets of its scale that it overlaps with most; then its density "+
			"and its quantiles under the model; the departure of the renormalized energy along it from z²/2, and of its potential of mean force; the mean change of the magnetization and of the energy in draws of the flow in which it "+
			"is fixed; one of these draws at five of its values, and the mean change of the field. Bands are one standard error to each side. The table has the numbers, in the units and by the means of the figures on all latents, with those latents "+
			"that share most mutual information with it, of %d that are near or correlated.", levelName(m.trained.Flow.Shape, site), min(mostCompared, m.trained.Flow.Shape.Sites()-1)),
		results: p.results,
		data:    p.data,
	}, nil
}

// note adds a number to the table.
func (p *latentPage) note(quantity string, q sampling.Quantity) {
	p.results.add(quantity, q.Value, q.Error)
}

// response adds the map, the wavelets and their numbers.
func (p *latentPage) response(ctx context.Context, _ *rg.Sample) error {
	s := p.trained.Flow.Shape
	latents := append([]int{p.site}, beside(s, p.site)...)
	r, err := rg.Respond(ctx, p.trained.Flow, latents, rg.Normals(s, responseSamples, p.Seed), p.Threads)
	if err != nil {
		return err
	}
	shape := r.Shape(0)
	response, haar, daubechies := besideWavelets(r, 0, shape)
	key, names, side := scale{name: "divided by the largest", low: -1, high: 1, stops: signed}, waveletNames(shape), min(s.L, 8<<shape.Level)
	var pictures []*panel
	for k, m := range [][]float64{response, haar, daubechies} {
		pictures = append(pictures, newPicture(names[k], key, middle(unitLargest(m), s.L, side), side))
	}
	p.sheet = append(p.sheet, gallery(key, len(pictures), 40*vg.Millimeter, pictures...))
	drawn := newTable("row [1]", "column [1]", "response [1]", "error [1]")
	for site, v := range r.Map[0] {
		drawn.add(site/s.L, site%s.L, rounded(float64(v)), rounded(float64(r.Error[0][site])))
	}
	p.data = append(p.data, data{"response", drawn})
	known := func(name string, v float64) { p.results.add(name, v, "") }
	known("radius of the response (sites)", shape.Radius)
	known("its oscillation", shape.Oscillation)
	known("its wavenumber (1/site)", shape.Wavenumber)
	for i, way := range []string{"down", "right"} {
		if i < len(shape.Translates) {
			known("overlap with its translate one block "+way, shape.Translates[i])
		}
	}
	for _, other := range shape.Siblings {
		known("overlap with the response to "+place(s, other.Latent), other.Overlap)
	}
	known("overlap with a Haar wavelet", shape.Haar.Best.Overlap)
	known("overlap with a Daubechies-4 wavelet", shape.Daubechies.Best.Overlap)
	return nil
}

// distribution adds the density, the quantiles and the correlations.
func (p *latentPage) distribution(_ context.Context, samples *rg.Sample) error {
	s := p.trained.Flow.Shape
	all, err := rg.Marginals(s, samples.Z, []int{p.site})
	if err != nil {
		return err
	}
	collective, err := rg.Collectives(s, samples)
	if err != nil {
		return err
	}
	d, l, c := newDistributions(), all[0], collective[p.site]
	d.draw(l, place(s, p.site), stroke(hue(0), 0))
	d.finish()
	p.sheet = append(p.sheet, diagrams(50*vg.Millimeter, []*panel{d.density, d.quantiles}))
	p.data = append(p.data, data{"density", d.densities}, data{"quantiles", d.points})
	p.note("mean", l.Mean)
	p.note("deviation", l.Deviation)
	p.note("excess kurtosis", l.Kurtosis)
	p.note("KL from a normal one (nats)", l.Divergence)
	p.note("correlation with m", c.Value.Magnetization)
	p.note("correlation with staggered m", c.Value.Staggered)
	p.note("correlation with E", c.Value.Energy)
	p.note("correlation of z² with m²", c.Square.Magnetization)
	p.note("correlation of z² with staggered m²", c.Square.Staggered)
	p.note("correlation of z² with E", c.Square.Energy)
	return nil
}

// energy adds the renormalized energy along the latent.
func (p *latentPage) energy(ctx context.Context, samples *rg.Sample) error {
	z, u := latentsOf(samples, energySamples), p.renormalized()
	values := evenlySpaced(-energyReach, energyReach, energyValues)
	along, err := rg.Along(ctx, u, p.site, values, z)
	if err != nil {
		return err
	}
	mean, err := rg.MeanForce(ctx, u, p.site, values, z)
	if err != nil {
		return err
	}
	departure := newPanel("", "z", "U(z) − U(0) − z²/2 (nats)")
	force := newPanel("", "z", "−ln p(z)/p(0) − z²/2 (nats)")
	departure.within("", hue(0), values, along.Departure, along.Error)
	force.within("", hue(0), values, mean.Departure, mean.Error)
	drawn := newTable("z [1]", "energy [nats]", "departure [nats]", "error [nats]", "mean_force [nats]", "mean_force_departure [nats]", "mean_force_error [nats]")
	for j, v := range values {
		drawn.add(v, rounded(along.Energy[j]), rounded(along.Departure[j]), rounded(along.Error[j]), rounded(mean.Energy[j]), rounded(mean.Departure[j]), rounded(mean.Error[j]))
	}
	departure.level("", 0)
	force.level("", 0)
	p.sheet = append(p.sheet, diagrams(50*vg.Millimeter, []*panel{departure, force}))
	p.data = append(p.data, data{"energy", drawn})
	return nil
}

// conditional adds draws with the latent fixed.
func (p *latentPage) conditional(ctx context.Context, _ *rg.Sample) error {
	s := p.trained.Flow.Shape
	values := evenlySpaced(-conditionReach, conditionReach, conditionValues)
	draws, err := p.condition(ctx, p.site, values)
	if err != nil {
		return err
	}
	middle := draws[len(draws)/2]
	magnetization := newPanel("", "value of the latent", "change of <m>")
	energy := newPanel("", "value of the latent", "change of <E>/N (J)")
	drawn := newTable("value [1]", "change_m [1]", "error_m [1]", "change_energy_per_site [J]", "error_energy [J]")
	var of [4][]float64
	for k, v := range values {
		c := changes(draws[k], middle, s.L)
		for j := range of {
			of[j] = append(of[j], c[j])
		}
		drawn.add(v, c[0], c[1], c[2], c[3])
	}
	magnetization.within("", hue(0), values, of[0], of[1])
	energy.within("", hue(0), values, of[2], of[3])
	p.sheet = append(p.sheet, diagrams(50*vg.Millimeter, []*panel{magnetization, energy}))
	p.sheet = append(p.sheet, conditioned(draws, middle, place(s, p.site), s.L, values)...)
	p.data = append(p.data, data{"conditional", drawn})
	return nil
}

// partners lists the latents that know most of this one. Of too few samples there
// are none.
func (p *latentPage) partners(ctx context.Context, samples *rg.Sample) error {
	if p.Samples < fewestInformants {
		p.results.add(fmt.Sprintf("mutual information with others: give --samples %d or more", fewestInformants), "", "")
		return nil
	}
	s := p.trained.Flow.Shape
	others, err := rg.Candidates(s, samples.Z, p.site, mostCompared)
	if err != nil {
		return err
	}
	found, err := rg.Partners(ctx, s, samples.Z, p.site, others, func(found []rg.Partner) { p.tell(fmt.Sprintf("partners, %d of %d", len(found), len(others))) })
	if err != nil {
		return err
	}
	noise, err := rg.Noise(s, samples.Z, p.site, others[len(others)-1], p.Seed)
	if err != nil {
		return err
	}
	drawn := newTable("latent [1]", "level [1]", "mutual_information [nats]", "error [nats]")
	for i, o := range found {
		drawn.add(o.Site, o.Level, rounded(o.Information.Value), rounded(o.Information.Error))
		if i < mostPartners {
			p.note(fmt.Sprintf("mutual information with %s, %s (nats)", place(s, o.Site), levelName(s, o.Site)), o.Information)
		}
	}
	p.results.add("noise of these (nats)", noise, "")
	p.data = append(p.data, data{"partners", drawn})
	return nil
}
