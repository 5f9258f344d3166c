package sweep

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
)

// WriteCSV writes a line for each point below a line with the names of the
// columns: its axes, where it stands and its results. What is not known is empty.
// Free energies are in nats for the whole lattice, heat capacities in k_B per site.
func (s *Sweep) WriteCSV(w io.Writer, all []Status) error {
	lines := csv.NewWriter(w)
	_ = lines.Write(s.header()) // Error has what goes wrong
	for _, st := range all {
		_ = lines.Write(s.row(st))
	}
	lines.Flush()
	return lines.Error()
}

// beside are the settings that are columns also where they are no axis.
var beside = []string{"L", "T", "depth", "seed"}

func (s *Sweep) header() []string {
	names := []string{"point"}
	for _, a := range s.Plan.Axes {
		names = append(names, a.Name)
	}
	for _, name := range beside {
		if !s.isAxis(name) {
			names = append(names, name)
		}
	}
	names = append(names, "hash", "state", "epoch", "epochs", "seconds",
		"gap", "gap_error", "relative_error", "relative_error_error", "free_energy", "free_energy_error", "lnZ_dual", "ess", "draws")
	for _, name := range []string{"m2", "heat_capacity"} {
		for _, of := range []string{"flow", "weighted", "samples"} {
			names = append(names, name+"_"+of, name+"_"+of+"_error", name+"_"+of+"_reliable")
		}
		names = append(names, name+"_exact")
	}
	return names
}

func (s *Sweep) isAxis(name string) bool {
	return slices.ContainsFunc(s.Plan.Axes, func(a Axis) bool { return a.Name == name })
}

func (s *Sweep) row(st Status) []string {
	cells := append([]string{strconv.Itoa(st.Index)}, st.Values...)
	if c, err := s.Plan.Config(st.Index); err == nil {
		has := map[string]string{
			"L": strconv.Itoa(c.L), "T": decimal(c.Temperature), "depth": strconv.Itoa(c.Levels()), "seed": strconv.FormatUint(c.Seed, 10),
		}
		for _, name := range beside {
			if !s.isAxis(name) {
				cells = append(cells, has[name])
			}
		}
	}
	cells = append(cells, s.Plan.Points[st.Index].Hash, string(st.State), strconv.Itoa(st.Epoch), strconv.Itoa(st.Epochs), decimal(st.Seconds))
	r := st.Result
	if r == nil {
		return append(cells, make([]string, len(s.header())-len(cells))...)
	}
	for _, v := range []float64{
		r.Gap.Value, r.Gap.Error, r.RelativeError.Value, r.RelativeError.Error, r.FreeEnergy.Value, r.FreeEnergy.Error, r.LnZDual, r.ESS,
	} {
		cells = append(cells, decimal(v))
	}
	cells = append(cells, strconv.Itoa(r.Draws))
	for _, m := range []Measured{r.M2, r.HeatCapacity} {
		for _, e := range []Estimate{m.Flow, m.Weighted, m.Samples} {
			cells = append(cells, known(e.Value), known(e.Error), strconv.FormatBool(e.Reliable))
		}
		cells = append(cells, known(m.Exact))
	}
	return cells
}

// decimal writes a number in the shortest form that gives it back.
func decimal(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func known(v *float64) string {
	if v == nil {
		return ""
	}
	return decimal(*v)
}
