package sweep

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"neuralrg/physics"
)

// Grid is the points of a sweep as curves against one of its axes.
type Grid struct {
	sweep *Sweep
	all   []Status
	axis  int // that of the abscissa, -1 if there is none of numbers
}

// Curve is the points that agree in all axes but the abscissa and the seed, in the
// order of the abscissa.
type Curve struct {
	Name string // of the values that they agree in, as "depth 3"
	X    []float64
	Y    []Value
}

// Value is an estimate with its standard error.
type Value struct {
	Value, Error float64
	Doubtful     bool // exact samples do not bear it out
}

// Quantity is what curves show of the points.
type Quantity struct {
	Label, Name, Unit string

	of    func(*Status) Value
	truth func(*Status) Value                    // nil if it is 0
	exact func(L int, T float64) (float64, bool) // nil if there is no formula
}

// Known says that what is exact is drawn beside the quantity.
func (q Quantity) Known() bool { return q.truth != nil }

// The quantities. Gaps are there as soon as a point has epochs, the others when it
// is done.
var (
	Gap = Quantity{Label: "gap (nats)", Name: "gap", Unit: "nats", of: func(s *Status) Value {
		return Value{orNaN(s.Gap), orNaN(s.GapError), false}
	}}
	RelativeError = Quantity{Label: "relative error (%)", Name: "relative_error", Unit: "%", of: func(s *Status) Value {
		unit := 100 / math.Abs(s.LnZDual)
		return Value{orNaN(s.Gap) * unit, orNaN(s.GapError) * unit, false}
	}}
	M2 = Quantity{
		Label: "<m²>", Name: "m2", Unit: "1",
		of:    ofResult(func(r *Result) Value { return estimated(r.M2.Flow) }),
		truth: ofResult(func(r *Result) Value { return truth(r.M2) }),
	}
	M2Weighted = Quantity{
		Label: M2.Label, Name: M2.Name, Unit: M2.Unit, truth: M2.truth,
		of: ofResult(func(r *Result) Value { return estimated(r.M2.Weighted) }),
	}
	HeatCapacity = Quantity{
		Label: "heat capacity (k_B per site)", Name: "heat_capacity", Unit: "k_B",
		of:    ofResult(func(r *Result) Value { return estimated(r.HeatCapacity.Flow) }),
		truth: ofResult(func(r *Result) Value { return truth(r.HeatCapacity) }),
		exact: exactHeat,
	}
	HeatCapacityWeighted = Quantity{
		Label: HeatCapacity.Label, Name: HeatCapacity.Name, Unit: HeatCapacity.Unit, truth: HeatCapacity.truth, exact: exactHeat,
		of: ofResult(func(r *Result) Value { return estimated(r.HeatCapacity.Weighted) }),
	}
)

// ofResult is NaN of a point that is not done.
func ofResult(of func(*Result) Value) func(*Status) Value {
	return func(s *Status) Value {
		if s.Result == nil {
			return Value{Value: math.NaN(), Error: math.NaN()}
		}
		return of(s.Result)
	}
}

func estimated(e Estimate) Value { return Value{orNaN(e.Value), orNaN(e.Error), !e.Reliable} }

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// truth is the exact value, or that of exact samples.
func truth(m Measured) Value {
	if m.Exact != nil {
		return Value{*m.Exact, 0, false}
	}
	return estimated(m.Samples)
}

// solved remembers exact heat capacities: the screen asks for the same again and
// again.
var solved sync.Map

func exactHeat(L int, T float64) (float64, bool) {
	type system struct {
		L int
		T float64
	}
	if c, known := solved.Load(system{L, T}); known {
		return c.(float64), true
	}
	e, err := physics.Solve(L, T)
	if err == nil {
		solved.Store(system{L, T}, e.HeatCapacity)
	}
	return e.HeatCapacity, err == nil
}

// Grid has the temperature as its abscissa or, where that is no axis, the first
// axis of numbers that is not the seed.
func (s *Sweep) Grid(all []Status) *Grid {
	g := &Grid{sweep: s, all: all}
	if g.axis = s.axis("T"); g.axis < 0 {
		g.axis = slices.IndexFunc(s.Plan.Axes, func(a Axis) bool { return a.Name != "seed" && ofNumbers(a) })
	}
	return g
}

func (s *Sweep) axis(name string) int {
	return slices.IndexFunc(s.Plan.Axes, func(a Axis) bool { return a.Name == name })
}

// Against is the grid with another axis as its abscissa, or nil if there is none of
// this name.
func (g *Grid) Against(name string) *Grid {
	if axis := g.sweep.axis(name); axis >= 0 {
		return &Grid{sweep: g.sweep, all: g.all, axis: axis}
	}
	return nil
}

func ofNumbers(a Axis) bool {
	return !slices.ContainsFunc(a.Values, func(v string) bool { return math.IsNaN(abscissa(v)) })
}

// abscissa is the number that a value of an axis stands for, or NaN.
func abscissa(text string) float64 {
	if strings.EqualFold(text, "Tc") {
		return physics.Tc
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || finite(v) == nil {
		return math.NaN()
	}
	return v
}

// Axis is the name of the abscissa, empty if no axis has numbers.
func (g *Grid) Axis() string {
	if g.axis < 0 {
		return ""
	}
	return g.sweep.Plan.Axes[g.axis].Name
}

// Span is from the first to the last value of the abscissa.
func (g *Grid) Span() (first, last float64) {
	first, last = math.Inf(1), math.Inf(-1)
	for _, v := range g.sweep.Plan.Axes[g.axis].Values {
		first, last = min(first, abscissa(v)), max(last, abscissa(v))
	}
	return first, last
}

// Label is the abscissa in words.
func (g *Grid) Label() string {
	switch name := g.Axis(); name {
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

// Others are the axes whose values tell the curves apart, as "L and depth".
func (g *Grid) Others() string {
	var names []string
	for i, a := range g.sweep.Plan.Axes {
		if i != g.axis && a.Name != "seed" {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, " and ")
}

// Curves are those of a quantity, in the order of the plan: of the points that
// have a value, means over the seeds, whose errors are by their scatter where there
// are several.
func (g *Grid) Curves(q Quantity) []Curve {
	var curves []Curve
	for _, line := range g.lines() {
		c := Curve{Name: line.name}
		for i, x := range line.x {
			if v, known := mean(line.points[i], q.of); known {
				c.X, c.Y = append(c.X, x), append(c.Y, v)
			}
		}
		curves = append(curves, c)
	}
	return curves
}

// line is a curve with its points, one for each seed.
type line struct {
	name   string
	x      []float64
	points [][]*Status
}

func (g *Grid) lines() []*line {
	if g.axis < 0 {
		return nil
	}
	var all []*line
	byName := map[string]*line{}
	for i := range g.all {
		st := &g.all[i]
		name := g.nameOf(st.Index)
		c := byName[name]
		if c == nil {
			c = &line{name: name}
			byName[name] = c
			all = append(all, c)
		}
		x := abscissa(g.sweep.Plan.Points[st.Index].Values[g.axis])
		at, found := slices.BinarySearchFunc(c.x, x, cmp.Compare[float64])
		if !found {
			c.x, c.points = slices.Insert(c.x, at, x), slices.Insert(c.points, at, nil)
		}
		c.points[at] = append(c.points[at], st)
	}
	return all
}

// nameOf is the name of the curve of a point.
func (g *Grid) nameOf(index int) string {
	var parts []string
	for i, a := range g.sweep.Plan.Axes {
		if i != g.axis && a.Name != "seed" {
			parts = append(parts, a.Name+" "+g.sweep.Plan.Points[index].Values[i])
		}
	}
	return strings.Join(parts, ", ")
}

// mean is that of the seeds which have a value.
func mean(seeds []*Status, of func(*Status) Value) (m Value, known bool) {
	var list []Value
	for _, st := range seeds {
		if v := of(st); finite(v.Value) != nil {
			list = append(list, v)
			m.Doubtful = m.Doubtful || v.Doubtful
		}
	}
	switch n := float64(len(list)); n {
	case 0:
		return m, false
	case 1:
		return list[0], true
	default:
		for _, v := range list {
			m.Value += v.Value / n
		}
		for _, v := range list {
			m.Error += (v.Value - m.Value) * (v.Value - m.Value) / (n - 1) / n
		}
		m.Error = root(m.Error)
		return m, true
	}
}

// densePoints are those of a curve that a formula gives.
const densePoints = 121

// Exact are the curves of what is exact, one for each size, and for each
// temperature where that is not the abscissa: by a formula, or by the exact values
// or samples of the points that are done.
func (g *Grid) Exact(q Quantity) []Curve {
	type system struct {
		L int
		T float64
	}
	var curves []Curve
	told := map[system]bool{}
	for _, line := range g.lines() {
		c, err := g.sweep.Plan.Config(line.points[0][0].Index)
		if err != nil || !q.Known() {
			continue
		}
		at := system{c.L, c.Temperature}
		if g.Axis() == "T" {
			at.T = 0
		}
		if g.Axis() == "L" {
			at.L = 0
		}
		if told[at] {
			continue
		}
		told[at] = true
		curves = append(curves, g.exactLike(line, q, c.L))
	}
	return curves
}

// exactLike is what is exact along a line of points.
func (g *Grid) exactLike(l *line, q Quantity, size int) (c Curve) {
	if g.Axis() == "T" && q.exact != nil {
		from, to := l.x[0], l.x[len(l.x)-1]
		for i := range densePoints {
			t := from + (to-from)*float64(i)/(densePoints-1)
			if v, ok := q.exact(size, t); ok {
				c.X, c.Y = append(c.X, t), append(c.Y, Value{Value: v})
			}
		}
		return c
	}
	for i, x := range l.x {
		if v, known := mean(l.points[i], q.truth); known {
			c.X, c.Y = append(c.X, x), append(c.Y, v)
		}
	}
	return c
}
