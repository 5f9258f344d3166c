package report

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"

	"gonum.org/v1/plot/vg"

	"neuralrg/physics"
	"neuralrg/training/sweep"
)

// Collection is what a directory that Collect made consists of. Names are those
// of files in it.
type Collection struct {
	Points  int       `json:"points"`
	Done    int       `json:"done"`
	Index   string    `json:"index"`
	Figures []Figure  `json:"figures"`
	Missing []Missing `json:"missing"`
}

// resultsName is the table of all points.
const resultsName = "results.csv"

// Collect writes the results of a sweep into a directory, SWEEP/collect if out is
// empty: a table of all points and figures of those that are done. What a former
// Collect wrote there is replaced; the directory is written whole or not at all.
func Collect(s *sweep.Sweep, all []sweep.Status, out string) (string, *Collection, error) {
	if out == "" {
		out = filepath.Join(s.Dir, "collect")
	}
	f, err := begin(out, true)
	if err != nil {
		return "", nil, err
	}
	defer f.abort()
	c := &Collection{Points: len(all), Index: indexName, Figures: []Figure{}, Missing: []Missing{}}
	for _, st := range all {
		if st.Result != nil {
			c.Done++
		}
	}
	page := newCollectionPage(s, c)
	var table bytes.Buffer
	if err := s.WriteCSV(&table, all); err != nil {
		return "", nil, err
	}
	if err := f.write(resultsName, table.Bytes()); err != nil {
		return "", nil, err
	}
	c.Figures = append(c.Figures, Figure{Name: "results", Title: "Results", Files: []string{resultsName}})
	g := newGrid(s, all)
	for _, k := range []struct {
		kind
		make func(*grid) (*figure, error)
	}{
		{kind{name: "sweep", title: "Free energy and observables"}, overview},
		{kind{name: "weighted", title: "Observables by importance weights"}, weighted},
		{kind{name: "by-depth", title: "Depth of the network"}, byDepth},
	} {
		made, err := k.make(g)
		if err == nil {
			err = made.sheet.err()
		}
		if err != nil {
			c.Missing = append(c.Missing, Missing{Name: k.name, Title: k.title, Reason: err.Error(), Hint: hintOf(err)})
			continue
		}
		files, err := made.save(f, k.name)
		if err != nil {
			return "", nil, err
		}
		c.Figures = append(c.Figures, newFigure(k.kind, made, files))
		page.figure(k.kind, made, files)
	}
	page.missing(c.Missing)
	if err := f.write(indexName, page.bytes()); err != nil {
		return "", nil, err
	}
	if err := f.describe(c); err != nil {
		return "", nil, err
	}
	return out, c, f.commit()
}

func newCollectionPage(s *sweep.Sweep, c *Collection) *page {
	p := &page{}
	fmt.Fprintf(p, "# Results of a sweep\n\nA grid of runs with the axes\n\n")
	t := newTable("axis", "values")
	for _, a := range s.Plan.Axes {
		values := ""
		for _, v := range a.Values {
			values += " " + v
		}
		t.add(a.Name, values[1:])
	}
	fmt.Fprintf(p, "%s\n%d of its %d points are done. Free energies are of the continuous dual, in nats for the whole lattice; "+
		"[%s](%s) has all numbers, a line for each point.\n\n## Figures\n\n", t.markdown(), c.Done, c.Points, resultsName, resultsName)
	return p
}

// value is a number with its error.
type value struct {
	value, err float64
	doubtful   bool
}

// estimated is one of a sweep's, NaN where it is not known.
func estimated(e sweep.Estimate) value { return value{orNaN(e.Value), orNaN(e.Error), !e.Reliable} }

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// quantity is what a panel shows of the points.
type quantity struct {
	label, name, unit string
	of                func(*sweep.Result) value
	truth             func(*sweep.Result) value              // nil if it is 0
	exact             func(L int, T float64) (float64, bool) // nil if there is no formula
}

// The quantities of a sweep's figures.
var (
	gapOf = quantity{label: "gap (nats)", name: "gap", unit: "nats", of: func(r *sweep.Result) value {
		return value{r.Gap.Value, r.Gap.Error, false}
	}}
	relativeOf = quantity{label: "relative error (%)", name: "relative_error", unit: "%", of: func(r *sweep.Result) value {
		return value{100 * r.RelativeError.Value, 100 * r.RelativeError.Error, false}
	}}
	m2Of = quantity{
		label: "<m²>", name: "m2", unit: "1",
		of:    func(r *sweep.Result) value { return estimated(r.M2.Flow) },
		truth: func(r *sweep.Result) value { return truth(r.M2) },
	}
	heatOf = quantity{
		label: "heat capacity (k_B per site)", name: "heat_capacity", unit: "k_B",
		of:    func(r *sweep.Result) value { return estimated(r.HeatCapacity.Flow) },
		truth: func(r *sweep.Result) value { return truth(r.HeatCapacity) },
		exact: exactHeat,
	}
)

// truth is the exact value, or that of exact samples.
func truth(m sweep.Measured) value {
	if m.Exact != nil {
		return value{*m.Exact, 0, false}
	}
	return estimated(m.Samples)
}

func exactHeat(L int, T float64) (float64, bool) {
	e, err := physics.Solve(L, T)
	return e.HeatCapacity, err == nil
}

// overview shows what the flows say by themselves.
func overview(g *grid) (*figure, error) {
	return g.figure("Each curve is a "+g.others()+", against "+g.axisName()+": how far the bound on the free energy is from the exact value, in nats and as a share of ln Z, "+
		"and <m²> and the heat capacity per site of the flow's own draws, a cross where exact samples do not bear them out. Error bars are one standard error; where there are several seeds, of their mean. "+
		"Dashed is what is exact: the heat capacity by Kaufman's formula, <m²> by the transfer matrix where that is within reach and by Wolff's clusters elsewhere.",
		[]quantity{gapOf, relativeOf}, []quantity{m2Of, heatOf})
}

// weighted shows what their weights make of it.
func weighted(g *grid) (*figure, error) {
	m2, heat := m2Of, heatOf
	m2.of = func(r *sweep.Result) value { return estimated(r.M2.Weighted) }
	heat.of = func(r *sweep.Result) value { return estimated(r.HeatCapacity.Weighted) }
	return g.figure("<m²> and the heat capacity per site by the flows' draws with importance weights, which correct the draws as far as they cover what matters: "+
		"a dot is an estimate that exact samples bear out, a cross one that they do not.",
		[]quantity{m2, heat})
}

const panelHeight = 55 * vg.Millimeter
