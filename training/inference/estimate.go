package inference

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"

	"neuralrg/physics"
	"neuralrg/sampling"
)

// Sampled is what Sample did and what it came to.
type Sampled struct {
	Sampling      // as it was carried out; N is what was drawn
	Interrupted   bool
	WarmUpSeconds float64
	Adaptation    *sampling.Adaptation // nil where no step was tuned
	Seconds       float64              // of drawing, after the warm-up
	Acceptance    float64              // mean over draws; 1 for independent ones
	Observables   []Observable
	OfFlow        []Observable         // of draws of the flow: without weights, the means over q
	FreeEnergy    *sampling.FreeEnergy // nil if there is none
	Warnings      []string
}

// Observable is the estimate of an observable of the Ising model. Draws of the
// flow count with their importance weights.
type Observable struct {
	sampling.Diagnosis
	Exact        *float64 // nil where it is not known
	ESSPerSecond float64
}

// MarshalJSON adds to the diagnosis what is known beside it.
func (o Observable) MarshalJSON() ([]byte, error) {
	data, err := json.Marshal(o.Diagnosis)
	if err != nil {
		return nil, err
	}
	more, err := json.Marshal(struct {
		ESSPerSecond *float64 `json:"ess_per_second"`
		Exact        *float64 `json:"exact"`
	}{finite(o.ESSPerSecond), o.Exact})
	if err != nil {
		return nil, err
	}
	return append(append(data[:len(data)-1], ','), more[1:]...), nil
}

// finite is a number for JSON, which has no infinity.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// estimate fills in what the draws tell.
func (p *sampler) estimate(r *Sampled) {
	exact, err := physics.Solve(p.trained.Config.L, p.trained.Config.Temperature)
	if err != nil {
		panic("inference: " + err.Error()) // the energy has the same size and temperature
	}
	reverse, forward := p.bothWays()
	f, err := sampling.EstimateFreeEnergy(reverse, &sampling.Reference{LnZ: exact.LnZDual, LogWeight: forward})
	if err != nil {
		r.Warnings = append(r.Warnings, "there is no free energy: "+err.Error())
	} else {
		r.FreeEnergy = &f
		r.Warnings = append(r.Warnings, f.Warnings...)
	}
	for _, d := range p.diagnose() {
		o := Observable{d, known(d.Name, exact), d.ESS / r.Seconds}
		if o.Exact != nil {
			o.ConfrontValue(*o.Exact)
		}
		r.Observables = append(r.Observables, o)
	}
	if p.Method == FlowDraws {
		for _, d := range p.record.Diagnose() {
			r.OfFlow = append(r.OfFlow, Observable{d, nil, d.ESS / r.Seconds})
		}
	}
	r.Warnings = append(r.Warnings, doubts(r.Observables)...)
}

// diagnose estimates all observables. Draws of the flow are judged by exact
// samples, for they cannot show which fields they miss; and so are chains whose
// proposals they are.
func (p *sampler) diagnose() []sampling.Diagnosis {
	switch p.Method {
	case FlowDraws:
		all := p.record.DiagnoseWeighted(sampling.NewWeights(p.logWeight))
		p.confront(all)
		return all
	case Independence:
		all := p.record.Diagnose()
		p.confront(all)
		return all
	}
	return p.record.Diagnose()
}

// How many exact samples estimates are confronted with: so many, and whatever
// they need beyond, up to a number that takes some seconds.
const (
	fewestExact    = 10_000
	mostExactSites = 1 << 23 // samples times sites
)

// confront judges estimates by those of the same observables from exact samples.
func (p *sampler) confront(all []sampling.Diagnosis) {
	sites := p.trained.Energy.Sites()
	s, record := newWolffSource(p.trained, p.Seed), sampling.NewRecord(p.trained.Energy, 1)
	batch := newDraws(sites, independentBatch(sites))
	draw := func(n int) []sampling.Diagnosis {
		for n > 0 {
			d := batch.first(min(n, len(batch.logq)))
			s.next(d)
			record.Add(d.x, d.spins)
			n -= len(d.logq)
		}
		return record.Estimate()
	}
	most := mostExactSites / sites
	first := min(fewestExact, most)
	exact := draw(first)
	if more := min(sampling.ExactSamples(all, exact), most) - first; more > 0 {
		exact = draw(more)
	}
	for i := range all {
		all[i].Confront(exact[i])
	}
}

// known is the exact value of an observable, if there is one.
func known(name string, e physics.Exact) *float64 {
	switch name {
	case "magnetization_squared":
		return e.MagnetizationSquared
	case "energy":
		return &e.Energy
	case "heat_capacity":
		return &e.HeatCapacity
	case "correlation_1": // the energy is -2 a site in bonds
		nearest := -e.Energy / 2
		return &nearest
	}
	return nil
}

// bothWays is ln w of draws of the flow and of exact samples. Those that are not
// the draws themselves are drawn now.
func (p *sampler) bothWays() (reverse, forward []float64) {
	reverse, forward = p.logWeight, p.logWeight
	random := rand.New(rand.NewPCG(p.Seed, referenceStream))
	if p.Method != FlowDraws {
		reverse = p.reference(&flowSource{p.density, p.trained.Energy, random})
	}
	if p.Method != WolffLift {
		forward = p.reference(newWolffSource(p.trained, random.Uint64()))
	}
	return reverse, forward
}

// What judges the flow where the draws themselves do not: how many draws of it,
// and how many exact samples.
const (
	fewestReference = 1000
	mostReference   = 10_000
)

// reference is ln w of independent draws of a source. The more draws are judged
// by them, the rarer are the fields that matter.
func (p *sampler) reference(s source) []float64 {
	n := fewestReference
	if p.Method == Independence || p.Method == FlowDraws {
		n = max(n, min(p.N, mostReference))
	}
	batch := independentBatch(p.trained.Energy.Sites())
	all := newDraws(p.trained.Energy.Sites(), batch)
	logWeight := make([]float64, 0, n)
	for len(logWeight) < n {
		d := all.first(min(batch, n-len(logWeight)))
		s.next(d)
		p.weigh(d)
		for i, u := range d.energy {
			logWeight = append(logWeight, -u-d.logq[i])
		}
	}
	return logWeight
}

// digits are what differs in reasons of the same kind.
var digits = regexp.MustCompile(`[0-9.e+-]+`)

// doubts lists the reasons against estimates, and then what stands against those
// that are called reliable all the same.
func doubts(all []Observable) []string {
	unreliable := eachKind(all, "unreliable", func(o Observable) []string { return o.Reasons })
	careful := eachKind(all, "to be taken with care", func(o Observable) []string {
		if !o.Reliable {
			return nil
		}
		return o.Cautions
	})
	return append(unreliable, careful...)
}

// eachKind lists clauses about estimates, each kind once and with the numbers of
// the first estimate that it speaks against.
func eachKind(all []Observable, verdict string, clauses func(Observable) []string) []string {
	var kinds, sentences []string
	names := map[string][]string{}
	for _, o := range all {
		for _, clause := range clauses(o) {
			kind := digits.ReplaceAllString(clause, "")
			if names[kind] == nil {
				kinds, sentences = append(kinds, kind), append(sentences, clause)
			}
			names[kind] = append(names[kind], o.Name)
		}
	}
	for i, kind := range kinds {
		who := strings.Join(names[kind], ", ")
		if len(names[kind]) == len(all) {
			who = "all observables"
		}
		sentences[i] = fmt.Sprintf("%s %s: %s", who, verdict, sentences[i])
	}
	return sentences
}
