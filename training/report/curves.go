package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"

	"neuralrg/training/sweep"
)

const panelHeight = 55 * vg.Millimeter

// curves draws rows of quantities of a sweep as panels side by side.
func curves(g *sweep.Grid, text string, rows ...[]sweep.Quantity) (*figure, error) {
	if g.Axis() == "" {
		return nil, &problem{text: "the sweep has no axis of numbers", hint: "plan one over temperatures, as with --axis T=2.0:2.8:0.1"}
	}
	if len(g.Curves(sweep.Gap)) == 0 {
		return nil, &problem{text: "no point is done", hint: "carry them out: neuralrg sweep run"}
	}
	var panels [][]*panel
	for i, row := range rows {
		var side []*panel
		for j, q := range row {
			side = append(side, curvePanel(g, q, i == 0 && j == 0))
		}
		panels = append(panels, side)
	}
	return &figure{text: text, sheet: sheet{diagrams(panelHeight, panels...)}, data: []data{{"", drawnCurves(g, slices.Concat(rows...))}}}, nil
}

// drawnCurves is what a figure shows, a row for each point of each curve.
func drawnCurves(g *sweep.Grid, all []sweep.Quantity) *table {
	t := newTable("quantity", "curve", g.Axis(), "value", "error", "borne_out")
	add := func(q sweep.Quantity, c sweep.Curve, name string) {
		for i, x := range c.X {
			t.add(fmt.Sprintf("%s [%s]", q.Name, q.Unit), name, x, c.Y[i].Value, c.Y[i].Error, map[bool]string{true: "no", false: "yes"}[c.Y[i].Doubtful])
		}
	}
	for _, q := range all {
		for _, c := range g.Curves(q) {
			add(q, c, c.Name)
		}
		for _, c := range g.Exact(q) {
			add(q, c, "exact")
		}
	}
	return t
}

const (
	decadesShown = 8    // the ratio of values from which an axis is logarithmic
	namesShare   = 0.09 // of a panel's height that a name in its legend takes
)

// curvePanel draws a quantity of all curves, the exact ones first.
func curvePanel(g *sweep.Grid, q sweep.Quantity, named bool) *panel {
	all := g.Curves(q)
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range all {
		for _, v := range c.Y {
			low, high = min(low, v.Value), max(high, v.Value)
		}
	}
	p := newPanel("", g.Label(), q.Label).logarithmic(false, !q.Known() && low > 0 && high/low > decadesShown)
	if g.Axis() == "depth" {
		p.X.Tick.Marker = counts{}
	}
	if !q.Known() && !p.logY {
		p.Y.Min = 0
	}
	for _, c := range g.Exact(q) {
		y, _ := numbers(c, func(sweep.Value) bool { return true })
		p.line("", dashed(), c.X, y)
	}
	for i, c := range all {
		name := ""
		if named {
			name = c.Name
		}
		y, _ := numbers(c, func(sweep.Value) bool { return true })
		p.line(name, stroke(hue(i), i/len(hues)), c.X, y)
		sure, err := numbers(c, func(v sweep.Value) bool { return !v.Doubtful })
		p.dots("", hue(i), c.X, sure, err)
		doubtful, err := numbers(c, func(v sweep.Value) bool { return v.Doubtful })
		p.crosses(hue(i), c.X, doubtful, err)
	}
	if named && p.Y.Max > p.Y.Min { // room for the names
		p.Y.Max += (p.Y.Max - p.Y.Min) * namesShare * float64(len(all))
	}
	return p
}

// numbers are the values of a curve and their errors, NaN where keep says no.
func numbers(c sweep.Curve, keep func(sweep.Value) bool) (y, err []float64) {
	for _, v := range c.Y {
		if !keep(v) {
			v.Value, v.Error = math.NaN(), math.NaN()
		}
		y, err = append(y, v.Value), append(err, v.Error)
	}
	return y, err
}
