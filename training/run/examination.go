package run

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"neuralrg/model"
	"neuralrg/training/rg"
)

// Examination is what there is to say of one latent under the target: its
// distribution, which a perfect flow makes standard normal, what it has to do with
// the lattice as a whole, and which other latents know of it. It grows while it is
// being made.
type Examination struct {
	Epoch   int `json:"epoch"`  // of the flow
	Latent  int `json:"latent"` // site index, row*L + column
	Level   int `json:"level"`
	Samples int `json:"samples"` // exact ones, taken to latents by the flow; 0 until they are there

	Histogram  []float32 `json:"histogram,omitempty"` // density in equal bins from -MostLatent to MostLatent
	Mean       Measured  `json:"mean"`
	Deviation  Measured  `json:"deviation"`
	Divergence Measured  `json:"divergence"` // KL of the distribution from the standard normal one, nats

	// Correlation coefficients: of the latent with the magnetization and the
	// staggered one, which have the sign of the sample in a symmetrised flow, and with
	// the energy; and of its square with their squares and with the energy.
	Magnetization       Measured `json:"magnetization"`
	Staggered           Measured `json:"staggered"`
	Energy              Measured `json:"energy"`
	MagnetizationSquare Measured `json:"magnetization_square"`
	StaggeredSquare     Measured `json:"staggered_square"`
	EnergySquare        Measured `json:"energy_square"`

	Partners   []Partner `json:"partners,omitempty"` // those that know most, the first most
	Chance     float64   `json:"chance"`             // among latents that know nothing, one in twenty sets has a larger information
	Compared   int       `json:"compared"`           // of so many
	Candidates int       `json:"candidates"`

	Error string `json:"error,omitempty"` // why there is no more
	Hint  string `json:"hint,omitempty"`
}

// Measured is a value with its standard error.
type Measured struct {
	Value float64 `json:"value"`
	Error float64 `json:"error"`
}

// Partner is another latent and its mutual information with the one examined, in
// nats.
type Partner struct {
	Latent      int      `json:"latent"`
	Level       int      `json:"level"`
	Information Measured `json:"information"`
}

const (
	shownPartners = 6
	// mostCandidates is how many latents are compared: they take about a second.
	mostCandidates = 48
)

// largestByChance is what the largest of n estimates, all of nothing, stays below
// in nineteen of twenty cases. They are taken for independent normal numbers.
func largestByChance(noise float64, n int) float64 {
	return noise * distuv.UnitNormal.Quantile(math.Pow(0.95, 1/float64(n)))
}

// Done says that an examination will not grow any more.
func (x *Examination) Done() bool {
	return x.Error != "" || x.Samples > 0 && x.Compared == x.Candidates
}

// Check refuses an examination that does not fit a flow of some shape.
func (x *Examination) Check(s model.Shape) error {
	exists := func(latent int) bool { return latent >= 0 && latent < s.Sites() }
	fits := exists(x.Latent) && len(x.Partners) <= shownPartners && len(x.Histogram) <= mostBins
	for _, p := range x.Partners {
		fits = fits && exists(p.Latent)
	}
	if !fits {
		return fmt.Errorf("an examination of latent %d with %d bins and partners %v does not fit L=%d", x.Latent, len(x.Histogram), x.Partners, s.L)
	}
	return nil
}

// mostBins is more than any histogram has that a screen could draw.
const mostBins = 1024

// describe sets what needs no other latent.
func (x *Examination) describe(s model.Shape, samples *rg.Sample, collective rg.Collective) error {
	m, err := rg.Marginals(s, samples.Z, []int{x.Latent})
	if err != nil {
		return err
	}
	x.Samples = samples.N
	for _, density := range m[0].Histogram {
		x.Histogram = append(x.Histogram, float32(density))
	}
	x.Mean, x.Deviation, x.Divergence = Measured(m[0].Mean), Measured(m[0].Deviation), Measured(m[0].Divergence)
	value, square := collective.Value, collective.Square
	x.Magnetization, x.MagnetizationSquare = Measured(value.Magnetization), Measured(square.Magnetization)
	x.Staggered, x.StaggeredSquare = Measured(value.Staggered), Measured(square.Staggered)
	x.Energy, x.EnergySquare = Measured(value.Energy), Measured(square.Energy)
	return nil
}

// meet sets the strongest of the partners found so far.
func (x *Examination) meet(found []rg.Partner) {
	x.Compared, x.Partners = len(found), nil
	for _, p := range found[:min(len(found), shownPartners)] {
		x.Partners = append(x.Partners, Partner{p.Site, p.Level, Measured(p.Information)})
	}
}
