package tui

import (
	"math"
	"strings"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// spark is a quantity whose course is a line of text: what it is now, and how it
// went. What grows or shrinks by orders of magnitude goes by its logarithm.
type spark struct {
	name, value string
	of          quantity
	logarithmic bool
}

const (
	sparkName  = 8  // columns of a name
	sparkValue = 10 // and of a value with its unit
	leastSpark = 8  // and of the course, at least
	sparkGap   = 3
)

// drawSparks are the quantities beside the free energy, two on a line if there is
// room.
func drawSparks(s *run.Snapshot, v view, width int, st *styles) []string {
	first, last := v.ends(s)
	all := sparks(s.History.Last())
	columns := 1
	if half := (width - sparkGap) / 2; half >= sparkName+sparkValue+2+leastSpark {
		columns = 2
	}
	each := (width - (columns-1)*sparkGap) / columns
	var lines []string
	for i := 0; i < len(all); i += columns {
		var parts []string
		for _, k := range all[i : i+columns] {
			parts = append(parts, k.draw(meansOf(s.History, first, last, k.of), each, st))
		}
		lines = append(lines, strings.Join(parts, strings.Repeat(" ", sparkGap)))
	}
	return lines
}

func sparks(m run.Metrics) []spark {
	return []spark{
		{"std", number(m.FreeEnergyStd, 2, 5) + " nats", func(s run.Span) run.Range { return s.FreeEnergyStd }, true},
		{"ESS", number(100*m.ESS, 1, 5) + " %   ", func(s run.Span) run.Range { return s.ESS }, false},
		{"rate", rate(m.Rate) + "  ", func(s run.Span) run.Range { return s.Rate }, true},
		{"gradient", number(m.GradNorm, 2, 8) + "  ", func(s run.Span) run.Range { return s.GradNorm }, true},
	}
}

func (k spark) draw(means []float64, width int, st *styles) string {
	values := chart.Resample(means, max(width-sparkName-sparkValue-2, 0))
	if k.logarithmic {
		for i, v := range values {
			if values[i] = math.NaN(); v > 0 {
				values[i] = math.Log(v)
			}
		}
	}
	ink := chart.SparkInk{Color: st.color(st.theme.Curve), ASCII: st.ascii}
	return fit(st.muted.paint(k.name), sparkName) + " " + right(k.value, sparkValue) + " " +
		chart.Spark(values, len(values), ink)
}
