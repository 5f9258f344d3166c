package sampling

import (
	"fmt"
	"math"

	"neuralrg/physics"
)

// Record keeps what is measured of chains of fields, to estimate all
// observables from it.
type Record struct {
	ising   *physics.Ising
	primary [][][]float64 // [row of physics.Measure][chain][draw]
	batch   [][]float64   // of one Add
}

// NewRecord makes an empty record of a number of chains.
func NewRecord(m *physics.Ising, chains int) *Record {
	r := &Record{ising: m, primary: make([][][]float64, m.Measured()), batch: make([][]float64, m.Measured())}
	for q := range r.primary {
		r.primary[q] = make([][]float64, chains)
	}
	return r
}

// Add takes fields and spins drawn for them, site-major: sample b is the next
// draw of chain b modulo the number of chains. Independent draws are one chain.
func (r *Record) Add(x []float32, spins []int8) {
	n, chains := len(x)/r.ising.Sites(), len(r.primary[0])
	if n%chains != 0 {
		panic(fmt.Sprintf("sampling: %d samples added to %d chains", n, chains))
	}
	for q := range r.batch {
		if cap(r.batch[q]) < n {
			r.batch[q] = make([]float64, n)
		}
		r.batch[q] = r.batch[q][:n]
	}
	r.ising.Measure(r.batch, x, spins)
	for q, values := range r.batch {
		for b, v := range values {
			c := b % chains
			r.primary[q][c] = append(r.primary[q][c], v)
		}
	}
}

// Diagnose estimates all observables from the chains: magnetization_squared,
// magnetization_absolute, energy (a site), heat_capacity (a site), binder_cumulant,
// susceptibility, correlation_1 to correlation_(L/2).
func (r *Record) Diagnose() []Diagnosis {
	return r.all(func(name string, row int) Diagnosis { return Diagnose(name, r.primary[row]) },
		func(d derived) Diagnosis { return d.diagnose(r.primary) })
}

// Estimate is Diagnose without the judgement, which takes most of the time if the
// draws are many.
func (r *Record) Estimate() []Diagnosis {
	return r.all(
		func(name string, row int) Diagnosis {
			return Diagnosis{Name: name, Estimate: Analyse(r.primary[row]), RHat: math.NaN()}
		},
		func(d derived) Diagnosis {
			value, series := d.estimate(r.primary)
			e := Analyse(series)
			e.Mean = value
			return Diagnosis{Name: d.name, Estimate: e, RHat: math.NaN()}
		})
}

// DiagnoseWeighted estimates all observables from independent draws with
// weights, those of the first chain before those of the second.
func (r *Record) DiagnoseWeighted(w *Weights) []Diagnosis {
	primary := make([][]float64, len(r.primary))
	for q, chains := range r.primary {
		for _, chain := range chains {
			primary[q] = append(primary[q], chain...)
		}
	}
	return r.all(func(name string, row int) Diagnosis { return w.Diagnose(name, primary[row]) },
		func(d derived) Diagnosis { return w.diagnoseDerived(d, primary) })
}

// all estimates the observables in their order.
func (r *Record) all(mean func(name string, row int) Diagnosis, function func(derived) Diagnosis) []Diagnosis {
	sites, T := float64(r.ising.Sites()), r.ising.T()
	all := []Diagnosis{
		mean("magnetization_squared", physics.M2),
		mean("magnetization_absolute", physics.DrawnM),
		mean("energy", physics.EnergyPerSite),
		function(heatCapacity(sites, T)),
		function(binderCumulant),
		function(susceptibility(sites, T)),
	}
	for distance := 1; distance <= r.ising.L()/2; distance++ {
		all = append(all, mean(fmt.Sprintf("correlation_%d", distance), physics.Correlations+distance-1))
	}
	return all
}

// heatCapacity is dE/dT a site, (<E²> - <E>²)/(N T²).
func heatCapacity(sites, T float64) derived {
	return variance("heat_capacity", physics.EnergySquared, physics.EnergyPerSite, sites/(T*T))
}

// susceptibility is that of |m|, N (<m²> - <|m|>²)/T: usual on finite lattices,
// where m has no mean at any temperature. Above Tc, in the limit of large
// lattices, it is a part 1 - 2/pi of N <m²>/T.
func susceptibility(sites, T float64) derived {
	return variance("susceptibility", physics.DrawnM2, physics.DrawnM, sites/T)
}

// variance is the function (<a²> - <a>²) factor.
func variance(name string, square, value int, factor float64) derived {
	return derived{name, []int{square, value}, func(mean []float64) (float64, []float64) {
		return factor * (mean[0] - mean[1]*mean[1]), []float64{factor, -2 * factor * mean[1]}
	}}
}

// binderCumulant is U4 = 1 - <m⁴>/(3 <m²>²).
var binderCumulant = derived{"binder_cumulant", []int{physics.M4, physics.M2}, func(mean []float64) (float64, []float64) {
	m4, m2 := mean[0], mean[1]
	return 1 - m4/(3*m2*m2), []float64{-1 / (3 * m2 * m2), 2 * m4 / (3 * math.Pow(m2, 3))}
}}
