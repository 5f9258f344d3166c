package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"neuralrg/physics"
	"neuralrg/training/sweep"
)

// grid is the points of a sweep that are done, as curves against an axis.
type grid struct {
	sweep *sweep.Sweep
	done  []*sweep.Result // by point; nil of those that are not
	axis  int             // that of the abscissa, -1 if there is none of numbers
}

// newGrid has the temperature as its abscissa or, where that is no axis, the
// first axis of numbers.
func newGrid(s *sweep.Sweep, all []sweep.Status) *grid {
	g := &grid{sweep: s, done: make([]*sweep.Result, len(s.Plan.Points))}
	for _, st := range all {
		g.done[st.Index] = st.Result
	}
	g.axis = slices.IndexFunc(s.Plan.Axes, func(a sweep.Axis) bool { return a.Name == "T" })
	if g.axis < 0 {
		g.axis = slices.IndexFunc(s.Plan.Axes, func(a sweep.Axis) bool { return a.Name != "seed" && ofNumbers(a) })
	}
	return g
}

func ofNumbers(a sweep.Axis) bool {
	return !slices.ContainsFunc(a.Values, func(v string) bool { _, ok := abscissa(v); return !ok })
}

// abscissa is the number that a value of an axis stands for.
func abscissa(text string) (float64, bool) {
	if strings.EqualFold(text, "Tc") {
		return physics.Tc, true
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && finite(v)
}

// against is the grid with another axis as its abscissa.
func (g *grid) against(name string) *grid {
	other := *g
	other.axis = slices.IndexFunc(g.sweep.Plan.Axes, func(a sweep.Axis) bool { return a.Name == name })
	return &other
}

// axisName is the abscissa in words.
func (g *grid) axisName() string {
	switch name := g.sweep.Plan.Axes[max(0, g.axis)].Name; name {
	case "T":
		return "temperature (J/k_B)"
	case "L":
		return "linear size"
	case "depth":
		return "levels of renormalization"
	default:
		return name
	}
}

// others are the axes whose values tell the curves apart.
func (g *grid) others() string {
	var names []string
	for i, a := range g.sweep.Plan.Axes {
		if i != g.axis && a.Name != "seed" {
			names = append(names, a.Name)
		}
	}
	if len(names) == 0 {
		return "kind of run"
	}
	return strings.Join(names, " and ")
}

// curve is the points that agree in all axes but the abscissa and the seed.
type curve struct {
	name   string
	x      []float64
	points [][]*sweep.Result // one for each seed
}

// curves are those of the points that are done, in the order of the plan.
func (g *grid) curves() []*curve {
	var all []*curve
	byName := map[string]*curve{}
	for i, r := range g.done {
		if r == nil {
			continue
		}
		name := g.nameOf(i)
		c := byName[name]
		if c == nil {
			c = &curve{name: name}
			byName[name] = c
			all = append(all, c)
		}
		x, _ := abscissa(g.sweep.Plan.Points[i].Values[g.axis])
		at := slices.Index(c.x, x)
		if at < 0 {
			at = len(c.x)
			c.x, c.points = append(c.x, x), append(c.points, nil)
		}
		c.points[at] = append(c.points[at], r)
	}
	for _, c := range all {
		c.sort()
	}
	return all
}

// sort orders the points of a curve by their abscissa.
func (c *curve) sort() {
	order := make([]int, len(c.x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.x[a], c.x[b]) })
	x, points := slices.Clone(c.x), slices.Clone(c.points)
	for i, from := range order {
		c.x[i], c.points[i] = x[from], points[from]
	}
}

// nameOf is the name of the curve of a point.
func (g *grid) nameOf(index int) string {
	var parts []string
	for i, a := range g.sweep.Plan.Axes {
		if i != g.axis && a.Name != "seed" {
			parts = append(parts, a.Name+" "+g.sweep.Plan.Points[index].Values[i])
		}
	}
	return strings.Join(parts, ", ")
}

// values are those of a quantity along a curve: means over the seeds, whose
// errors are by their scatter where there are several.
func (c *curve) values(of func(*sweep.Result) value) []value {
	list := make([]value, len(c.points))
	for i, seeds := range c.points {
		v := of(seeds[0])
		if n := float64(len(seeds)); n > 1 {
			v.value, v.err = 0, 0
			for _, r := range seeds {
				v.value += of(r).value / n
				v.doubtful = v.doubtful || of(r).doubtful
			}
			for _, r := range seeds {
				off := of(r).value - v.value
				v.err += off * off / (n - 1) / n
			}
			v.err = math.Sqrt(v.err)
		}
		list[i] = v
	}
	return list
}

// numbers are values without their errors, NaN where keep says no.
func numbers(list []value, keep func(value) bool) (y, err []float64) {
	for _, v := range list {
		if !keep(v) {
			v.value, v.err = math.NaN(), math.NaN()
		}
		y, err = append(y, v.value), append(err, v.err)
	}
	return y, err
}

func all(value) bool { return true }

// figure draws rows of quantities as panels side by side.
func (g *grid) figure(text string, rows ...[]quantity) (*figure, error) {
	if g.axis < 0 {
		return nil, &problem{text: "the sweep has no axis of numbers", hint: "plan one over temperatures, as with --axis T=2.0:2.8:0.1"}
	}
	curves := g.curves()
	if len(curves) == 0 {
		return nil, &problem{text: "no point is done", hint: "carry them out: neuralrg sweep run " + g.sweep.Dir}
	}
	made := &figure{text: text, data: []data{{"", g.table(curves, rows)}}}
	var panels [][]*panel
	for i, row := range rows {
		var side []*panel
		for j, q := range row {
			side = append(side, g.panel(curves, q, i == 0 && j == 0))
		}
		panels = append(panels, side)
	}
	made.sheet = sheet{diagrams(panelHeight, panels...)}
	return made, nil
}

// table has what a figure shows, a row for each point of each curve.
func (g *grid) table(curves []*curve, rows [][]quantity) *table {
	t := newTable(append([]string{"curve", g.sweep.Plan.Axes[g.axis].Name}, heads(rows)...)...)
	for _, c := range curves {
		for i, x := range c.x {
			cells := []any{c.name, x}
			for _, q := range slices.Concat(rows...) {
				v := c.values(q.of)[i]
				cells = append(cells, v.value, v.err)
				if q.truth != nil {
					v := c.values(q.truth)[i]
					cells = append(cells, v.value, v.err)
				}
			}
			t.add(cells...)
		}
	}
	return t
}

// heads are the columns of some quantities.
func heads(rows [][]quantity) (names []string) {
	for _, q := range slices.Concat(rows...) {
		names = append(names, fmt.Sprintf("%s [%s]", q.name, q.unit), fmt.Sprintf("%s_error [%s]", q.name, q.unit))
		if q.truth != nil {
			names = append(names, fmt.Sprintf("%s_exact [%s]", q.name, q.unit), fmt.Sprintf("%s_exact_error [%s]", q.name, q.unit))
		}
	}
	return names
}

// decadesShown is the ratio of values from which an axis is logarithmic.
const decadesShown = 8

// panel draws a quantity of all curves, the exact ones first.
func (g *grid) panel(curves []*curve, q quantity, named bool) *panel {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		for _, v := range c.values(q.of) {
			low, high = min(low, v.value), max(high, v.value)
		}
	}
	p := newPanel("", g.axisName(), q.label).logarithmic(false, q.truth == nil && low > 0 && high/low > decadesShown)
	if g.sweep.Plan.Axes[g.axis].Name == "depth" {
		p.X.Tick.Marker = counts{}
	}
	if q.truth == nil && !p.logY {
		p.Y.Min = 0
	}
	if q.truth != nil {
		g.exact(p, curves, q)
	}
	for i, c := range curves {
		list := c.values(q.of)
		y, _ := numbers(list, all)
		name := ""
		if named {
			name = c.name
		}
		p.line(name, stroke(hue(i), i/len(hues)), c.x, y)
		sure, err := numbers(list, func(v value) bool { return !v.doubtful })
		p.dots("", hue(i), c.x, sure, err)
		doubtful, err := numbers(list, func(v value) bool { return v.doubtful })
		p.crosses(hue(i), c.x, doubtful, err)
	}
	if named && p.Y.Max > p.Y.Min { // room for the names
		p.Y.Max += (p.Y.Max - p.Y.Min) * namesShare * float64(len(curves))
	}
	return p
}

// namesShare is the share of a panel's height that a name in its legend takes.
const namesShare = 0.09

// exact draws what is exact, a line for each size (and temperature, where that
// is not the abscissa).
func (g *grid) exact(p *panel, curves []*curve, q quantity) {
	type system struct {
		L int
		T float64
	}
	overT := g.sweep.Plan.Axes[g.axis].Name == "T"
	told := map[system]bool{}
	for _, c := range curves {
		r := c.points[0][0]
		at := system{r.L, r.T}
		if overT {
			at.T = 0
		}
		if told[at] {
			continue
		}
		told[at] = true
		if overT && q.exact != nil {
			x, y := dense(r.L, c.x[0], c.x[len(c.x)-1], q.exact)
			p.line("", dashed(), x, y)
			continue
		}
		y, _ := numbers(c.values(q.truth), all)
		p.line("", dashed(), c.x, y)
	}
}

// densePoints are those of a curve that a formula gives.
const densePoints = 121

func dense(L int, from, to float64, of func(L int, T float64) (float64, bool)) (x, y []float64) {
	for i := range densePoints {
		t := from + (to-from)*float64(i)/(densePoints-1)
		if v, ok := of(L, t); ok {
			x, y = append(x, t), append(y, v)
		}
	}
	return x, y
}

// byDepth shows what depth does, a curve for each temperature.
func byDepth(g *grid) (*figure, error) {
	d := g.against("depth")
	if d.axis < 0 {
		return nil, &problem{text: "the depth is no axis of the sweep", hint: "plan one with --axis depth=1,2,3,4"}
	}
	made, err := d.figure("How far the bound on the free energy is from the exact value, by the number of levels, a curve for each "+d.others()+".",
		[]quantity{gapOf, relativeOf})
	if err != nil {
		return nil, err
	}
	made.results = newTable(append([]string{"levels [1]"}, d.columns()...)...)
	d.tabulate(made.results)
	return made, nil
}

// columns are the names of the curves as those of columns.
func (g *grid) columns() (names []string) {
	for _, c := range g.curves() {
		names = append(names, c.name+" [nats]")
	}
	return names
}

// tabulate adds a row of gaps for each value of the abscissa.
func (g *grid) tabulate(t *table) {
	curves := g.curves()
	var at []float64
	for _, c := range curves {
		for _, x := range c.x {
			if !slices.Contains(at, x) {
				at = append(at, x)
			}
		}
	}
	slices.Sort(at)
	for _, x := range at {
		cells := []any{x}
		for _, c := range curves {
			cell := math.NaN()
			if i := slices.Index(c.x, x); i >= 0 {
				cell = c.values(gapOf.of)[i].value
			}
			cells = append(cells, cell)
		}
		t.add(cells...)
	}
}
