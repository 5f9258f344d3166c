package report

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

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
	g := s.Grid(done(all))
	for _, k := range []struct {
		kind
		make func(*sweep.Grid) (*figure, error)
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

// done are the points that are: the gaps of others are of another kind.
func done(all []sweep.Status) []sweep.Status {
	return slices.DeleteFunc(slices.Clone(all), func(st sweep.Status) bool { return st.Result == nil })
}

func newCollectionPage(s *sweep.Sweep, c *Collection) *page {
	p := &page{}
	fmt.Fprintf(p, "# Results of a sweep\n\nA grid of runs with the axes\n\n")
	t := newTable("axis", "values")
	for _, a := range s.Plan.Axes {
		t.add(harmless(a.Name), harmless(strings.Join(a.Values, " ")))
	}
	fmt.Fprintf(p, "%s\n%d of its %d points are done. Free energies are of the continuous dual, in nats for the whole lattice; "+
		"[%s](%s) has all numbers, a line for each point.\n\n## Figures\n\n", t.markdown(), c.Done, c.Points, resultsName, resultsName)
	return p
}

// overview shows what the flows say by themselves.
func overview(g *sweep.Grid) (*figure, error) {
	return curves(g, "Each curve is "+oneOf(g)+", against "+harmless(g.Label())+": how far the bound on the free energy is from the exact value, in nats and as a share of ln Z, "+
		"and <m²> and the heat capacity per site of the flow's own draws, a cross where exact samples do not bear them out. Error bars are one standard error; where there are several seeds, of their mean. "+
		"Dashed is what is exact: the heat capacity by Kaufman's formula, <m²> by the transfer matrix where that is within reach and by Wolff's clusters elsewhere.",
		[]sweep.Quantity{sweep.Gap, sweep.RelativeError}, []sweep.Quantity{sweep.M2, sweep.HeatCapacity})
}

// oneOf says what tells the curves apart.
func oneOf(g *sweep.Grid) string {
	if others := harmless(g.Others()); others != "" {
		return "one " + others
	}
	return "the sweep"
}

// weighted shows what their weights make of it.
func weighted(g *sweep.Grid) (*figure, error) {
	return curves(g, "<m²> and the heat capacity per site by the flows' draws with importance weights, which correct the draws as far as they cover what matters: "+
		"a dot is an estimate that exact samples bear out, a cross one that they do not.",
		[]sweep.Quantity{sweep.M2Weighted, sweep.HeatCapacityWeighted})
}

// byDepth shows what depth does, a curve for each temperature.
func byDepth(g *sweep.Grid) (*figure, error) {
	d := g.Against("depth")
	if d == nil {
		return nil, &problem{text: "the depth is no axis of the sweep", hint: "plan one with --axis depth=1,2,3,4"}
	}
	made, err := curves(d, "How far the bound on the free energy is from the exact value, by the number of levels: each curve is "+oneOf(d)+".",
		[]sweep.Quantity{sweep.Gap, sweep.RelativeError})
	if err != nil {
		return nil, err
	}
	made.results = matrixOf("levels [1]", d.Curves(sweep.Gap))
	return made, nil
}

// matrixOf is a table with a row for each abscissa and a column for each curve.
func matrixOf(axis string, curves []sweep.Curve) *table {
	t := newTable(axis)
	var at []float64
	for _, c := range curves {
		t.columns = append(t.columns, c.Name+" [nats]")
		at = append(at, c.X...)
	}
	slices.Sort(at)
	for _, x := range slices.Compact(at) {
		cells := []any{x}
		for _, c := range curves {
			cell := math.NaN()
			if i := slices.Index(c.X, x); i >= 0 {
				cell = c.Y[i].Value
			}
			cells = append(cells, cell)
		}
		t.add(cells...)
	}
	return t
}
