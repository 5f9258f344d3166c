package report

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"

	"neuralrg/sampling"
	"neuralrg/training/compare"
)

const (
	briefChains = 64
	fullChains  = 512 // as in the paper
)

// monteCarlo shows how soon chains of latents and of fields forget their start.
func monteCarlo(ctx context.Context, m *material) (*figure, error) {
	p := compare.Plan{
		Chains: briefChains, Brief: !m.Full, Seed: m.Seed, Threads: m.Threads,
		Step: sampling.PaperStep, Leapfrogs: sampling.PaperLeapfrogs,
		Progress: func(p compare.Progress) { m.tell(fmt.Sprintf("%s, %d %s", p.Work, p.Done, p.Unit)) },
	}
	if m.Full {
		p.Chains = fullChains
	}
	r, err := compare.Run(ctx, m.trained, p)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	panels := map[string]*panel{}
	s := sheet{}
	for _, settings := range []string{compare.Equal, compare.Tuned} {
		if settings == compare.Tuned && !m.Full {
			continue
		}
		latents := newPanel("hybrid Monte Carlo of the latents, "+settings+" settings", "trajectories", "<m²>").logarithmic(true, false)
		fields := newPanel("of the fields, "+settings+" settings", "trajectories", "<m²>").logarithmic(true, false)
		panels[string(compare.LatentHMC)+settings], panels[string(compare.PhysicalHMC)+settings] = latents, fields
		s = append(s, diagrams(55*vg.Millimeter, []*panel{latents, fields}))
	}
	drawn := newTable("method", "settings", "start", "trajectory [1]", "m2 [1]", "error [1]")
	for _, h := range r.HMC {
		relaxations(panels[string(h.Method)+h.Settings], h, drawn)
	}
	for _, p := range panels {
		p.level("exact", r.Equilibrium.Value)
		p.Y.Min, p.Y.Max = 0, 1
		p.Legend.Top = false
	}
	return &figure{
		sheet: s,
		text: fmt.Sprintf("The squared magnetization, m2 = ⟨m²⟩, over %d chains by trajectory, from cold and from hot starts, in the latents of the flow and in the fields, "+
			"with the paper's step and leapfrogs where the settings are equal. The band is one standard error to each side. "+
			"Chains are in equilibrium once the mean stays within three of its errors of the exact value. "+
			"tau is the integrated autocorrelation time of m², 1/2 + Σ ρ, in trajectories, or in draws of Wolff's clusters; "+
			"a time is in doubt if all values together are fewer than 50 of it, or each chain is shorter than the window of five of it that is summed. `neuralrg compare` measures at length what `neuralrg report` measures in brief unless `--full` is given, "+
			"and in seconds too.", p.Chains),
		results: times(r),
		data:    []data{{"", drawn}},
	}, nil
}

// spacing is the ratio of two trajectories that are drawn, beyond the hundredth:
// nobody sees more.
const spacing = 1.01

// relaxations draws <m²> against trajectories.
func relaxations(p *panel, h compare.Result, drawn *table) {
	for i, start := range h.Starts {
		var at, m2, err []float64
		last := 0
		for _, c := range start.Curve {
			if c.Trajectory > 100 && float64(c.Trajectory) < spacing*float64(last) {
				continue
			}
			last = c.Trajectory
			drawn.add(string(h.Method), h.Settings, start.Start, c.Trajectory, rounded(c.M2), rounded(c.Error))
			at, m2, err = append(at, float64(c.Trajectory)), append(m2, c.M2), append(err, c.Error)
		}
		p.within(start.Start+" start", hue(1-i), at, m2, err)
	}
}

// times are those of all methods.
func times(r *compare.Report) *table {
	t := newTable("method", "settings", "step [1]", "leapfrogs [1]", "acceptance [1]", "thermalised_cold [trajectories]", "thermalised_hot [trajectories]",
		"tau [trajectories]", "error_tau [trajectories]", "in_doubt", "m2 [1]", "error_m2 [1]")
	unknown := math.NaN()
	for _, h := range r.HMC {
		arrived := map[string]any{"cold": unknown, "hot": unknown}
		for _, s := range h.Starts {
			if s.Thermalisation != nil {
				arrived[s.Start] = s.Thermalisation.Time
			}
		}
		e := compare.Stationary{Mean: unknown, Error: unknown, Tau: unknown, TauError: unknown}
		if h.Stationary != nil {
			e = *h.Stationary
		}
		t.add(string(h.Method), h.Settings, h.Step, h.Leapfrogs, h.Acceptance, arrived["cold"], arrived["hot"], e.Tau, e.TauError, yes(e.Short), e.Mean, e.Error)
	}
	if w := r.Wolff; w != nil {
		t.add(string(compare.Wolff), fmt.Sprintf("%d clusters a draw", w.Between), unknown, unknown, unknown, unknown, unknown, w.Tau, w.TauError, yes(w.Short), w.Mean, w.Error)
	}
	return t
}

func yes(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}
