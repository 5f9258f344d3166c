package report

import (
	"context"
	"fmt"

	"gonum.org/v1/plot/vg"

	"neuralrg/training/rg"
)

const (
	energySamples = 128
	energyReach   = 3.0 // of the values of a latent
	energyValues  = 25  // an odd number: 0 is one of them
	pairSamples   = 32
	pairValues    = 13
)

// latentEnergy shows the renormalized energy along latents.
func latentEnergy(ctx context.Context, m *material) (*figure, error) {
	samples, err := m.exactSamples(ctx)
	if err != nil {
		return nil, err
	}
	z, u, s := latentsOf(samples, energySamples), m.renormalized(), m.trained.Flow.Shape
	values := evenlySpaced(-energyReach, energyReach, energyValues)
	energy := newPanel("", "z", "U(z) − U(0) (nats)")
	departure := newPanel("", "z", "U(z) − U(0) − z²/2 (nats)")
	force := newPanel("", "z", "−ln p(z)/p(0) − z²/2 (nats)")
	drawn := newTable("latent [1]", "level [1]", "z [1]", "energy [nats]", "departure [nats]", "error [nats]", "mean_force [nats]", "mean_force_departure [nats]", "mean_force_error [nats]")
	results := newTable("latent", "level [1]", "largest_departure [nats]", "error [nats]", "largest_mean_force_departure [nats]", "error_mean_force [nats]")
	parabola := make([]float64, len(values))
	for i, v := range values {
		parabola[i] = v * v / 2
	}
	for level := range s.Levels() {
		for i, latent := range members(s, level) {
			m.tell(fmt.Sprintf("%s of level %d", place(s, latent), level))
			along, err := rg.Along(ctx, u, latent, values, z)
			if err != nil {
				return nil, err
			}
			mean, err := rg.MeanForce(ctx, u, latent, values, z)
			if err != nil {
				return nil, err
			}
			name, style := "", stroke(levelHue(s, latent), i)
			if i == 0 || remains(s, latent) {
				name = levelName(s, latent)
			}
			energy.line(name, style, values, along.Energy)
			departure.line("", style, values, along.Departure)
			force.line("", style, values, mean.Departure)
			for j, v := range values {
				drawn.add(latent, level, v, rounded(along.Energy[j]), rounded(along.Departure[j]), rounded(along.Error[j]), rounded(mean.Energy[j]), rounded(mean.Departure[j]), rounded(mean.Error[j]))
			}
			at, of := furthest(along.Departure), furthest(mean.Departure)
			results.add(place(s, latent), level, along.Departure[at], along.Error[at], mean.Departure[of], mean.Error[of])
		}
	}
	energy.line("z²/2", dashed(), values, parabola)
	departure.level("", 0)
	force.level("", 0)
	for _, p := range []*panel{departure, force} {
		p.Y.Min, p.Y.Max = within(p.Y.Min, p.Y.Max, 6)
	}
	energy.Y.Min, energy.Y.Max = -0.5, 9
	energy.Legend.Left = true
	return &figure{
		sheet: sheet{diagrams(60*vg.Millimeter, []*panel{energy, departure, force})},
		text: fmt.Sprintf("The renormalized energy along the latents of one block of each level, with the other latents those of %d exact samples of the model: "+
			"U(z) = U(x) + ln q(x) − ln N(z), which a perfect flow makes z²/2. Left the mean over the samples, in the middle its departure from z²/2, right that of the "+
			"potential of mean force, −ln of the latent's own density under the model, in which the others are integrated out. Lines of one colour are the latents of one block; "+
			"the black one remains above the last level. The table has the largest departures from −%g to %g.", min(energySamples, samples.N), energyReach, energyReach),
		results: results,
		data:    []data{{"", drawn}},
	}, nil
}

// furthest is where a list is furthest from 0.
func furthest(values []float64) int {
	at := 0
	for i, v := range values {
		if v*v > values[at]*values[at] {
			at = i
		}
	}
	return at
}

// within keeps a range from reaching further than so far from 0.
func within(low, high, most float64) (float64, float64) { return max(low, -most), min(high, most) }

// pairEnergy shows the departure along two latents together.
func pairEnergy(ctx context.Context, m *material) (*figure, error) {
	s := m.trained.Flow.Shape
	var pairs [][2]int
	for level := s.Levels() - 1; level >= 0 && len(pairs) < perRow; level-- {
		of := members(s, level)
		pairs = append(pairs, [2]int{of[len(of)-1], of[0]})
	}
	return m.surfaces(ctx, "two latents of a block", pairs)
}

// surfaces shows the renormalized energy along pairs of latents.
func (m *material) surfaces(ctx context.Context, of string, pairs [][2]int) (*figure, error) {
	samples, err := m.exactSamples(ctx)
	if err != nil {
		return nil, err
	}
	z, u, s := latentsOf(samples, pairSamples), m.renormalized(), m.trained.Flow.Shape
	values := evenlySpaced(-energyReach, energyReach, pairValues)
	drawn := newTable("latent_a [1]", "latent_b [1]", "a [1]", "b [1]", "energy [nats]", "departure [nats]", "error [nats]", "joint [nats]")
	more := make([][]float64, len(pairs))
	for p, pair := range pairs {
		m.tell(place(s, pair[0]) + " and " + place(s, pair[1]))
		surface, err := rg.Across(ctx, u, pair, values, z)
		if err != nil {
			return nil, err
		}
		more[p] = joint(surface, values)
		for i, a := range values {
			for j, b := range values {
				drawn.add(pair[0], pair[1], a, b, rounded(surface.Energy[i][j]), rounded(surface.Departure[i][j]), rounded(surface.Error[i][j]), rounded(more[p][i*len(values)+j]))
			}
		}
	}
	key := around("what the two together add (nats)", more...)
	pictures := make([]*panel, len(pairs))
	for p, pair := range pairs {
		title := levelName(s, pair[1])
		if other := levelName(s, pair[0]); s.Level(pair[0]) != s.Level(pair[1]) {
			title = other + " and " + title
		}
		pictures[p] = newSurface(title, place(s, pair[1]), place(s, pair[0]), key, more[p], len(values), -energyReach, energyReach)
	}
	b := thirds(55*vg.Millimeter, pictures)
	b.key = &key
	return &figure{
		sheet: sheet{b},
		text: fmt.Sprintf("The renormalized energy along %s at once, less what each does alone: U(a, b) − U(a, 0) − U(0, b) + U(0, 0), the mean over %d exact samples. "+
			"It is 0 where the two do not know of each other.", of, min(pairSamples, samples.N)),
		data: []data{{"", drawn}},
	}, nil
}

// joint is what two latents add together to what each adds alone.
func joint(s *rg.Surface, values []float64) (more []float64) {
	zero := len(values) / 2
	for i := range values {
		for j := range values {
			more = append(more, s.Energy[i][j]-s.Energy[i][zero]-s.Energy[zero][j]+s.Energy[zero][zero])
		}
	}
	return more
}
