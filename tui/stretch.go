package tui

import (
	"math"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// stretch is the part of a run that its curves show. The zero value is the whole
// of it.
type stretch struct {
	length int // epochs; 0: all
	last   int // 0: the newest, whichever that is
}

// leastStretch is how far one can look into a curve, in epochs.
const leastStretch = 16

// ends are the first and the last epoch to show of a run and of those beside it.
func (v view) ends(s *run.Snapshot) (first, last int) {
	first, last = beginning(s.History), s.History.Last().Epoch
	if v.stretch.length > 0 {
		if v.stretch.last > 0 {
			last = v.stretch.last
		}
		return max(last-v.stretch.length+1, first), last
	}
	for _, c := range v.company() {
		first, last = min(first, beginning(c.history)), max(last, c.history.Last().Epoch)
	}
	return first, last
}

// beginning is the first epoch of a history, or 0 if it has none.
func beginning(h run.History) int {
	for span := range h.Spans() {
		return span.First
	}
	return 0
}

// curve is a quantity along some epochs: its mean in each span, the extremes, and
// the standard error of the mean if there is one.
type curve struct {
	first, last     int // of the epochs that it has
	mean, low, high []float64
	err             []float64
	count           []float64
}

// quantity is what a curve shows of a span.
type quantity func(run.Span) run.Range

func freeEnergyOf(s run.Span) run.Range { return s.FreeEnergy }
func gapOf(s run.Span) run.Range        { return s.Gap }

// usualSpans is how many spans a history gives at most.
const usualSpans = 1025

// curveOf is a quantity between two epochs, as far as there is something.
func curveOf(h run.History, first, last int, of quantity) curve {
	room := min(max(last-first+1, 0), usualSpans)
	all := make([]float64, 5*room)
	part := func(i int) []float64 { return all[i*room : i*room : (i+1)*room] }
	c := curve{mean: part(0), low: part(1), high: part(2), err: part(3), count: part(4)}
	for span := range h.Between(first, last) {
		if len(c.mean) == 0 {
			c.first = span.First
		}
		c.last = span.Last
		r := of(span)
		if r.Count == 0 {
			r.Mean, r.Min, r.Max = math.NaN(), math.NaN(), math.NaN()
		}
		c.mean, c.low, c.high = append(c.mean, r.Mean), append(c.low, r.Min), append(c.high, r.Max)
		c.err, c.count = append(c.err, span.FreeEnergyError), append(c.count, float64(r.Count))
	}
	return c
}

// meansOf is the mean of a quantity in each span between two epochs.
func meansOf(h run.History, first, last int, of quantity) []float64 {
	means := make([]float64, 0, min(max(last-first+1, 0), usualSpans))
	for span := range h.Between(first, last) {
		mean := math.NaN()
		if r := of(span); r.Count > 0 {
			mean = r.Mean
		}
		means = append(means, mean)
	}
	return means
}

// within is the standard error about the mean, a range for each of at most n parts
// of the curve: the errors of epochs are independent, for each batch is drawn
// afresh.
func (c curve) within(n int) (low, high []float64) {
	n = min(n, len(c.mean))
	for part := range n {
		sum, square, epochs := 0.0, 0.0, 0.0
		for i := part * len(c.mean) / n; i < (part+1)*len(c.mean)/n; i++ {
			if c.count[i] > 0 {
				sum += c.mean[i] * c.count[i]
				square += c.err[i] * c.err[i] * c.count[i] * c.count[i]
				epochs += c.count[i]
			}
		}
		mean, err := sum/epochs, math.Sqrt(square)/epochs // NaN if there is no epoch
		low, high = append(low, mean-err), append(high, mean+err)
	}
	return low, high
}

// series is the curve as a line of a chart. Its extremes are a band if there is
// more than one epoch in a span.
func (c curve) series() chart.Series {
	s := chart.Series{Values: c.mean, First: float64(c.first), Last: float64(c.last)}
	for _, n := range c.count {
		if n > 1 {
			s.Bands = []chart.Band{{Low: c.low, High: c.high}}
			break
		}
	}
	return s
}

// zoomFactor is that of one key press.
const zoomFactor = 2

// stretchCurves looks closer at the curves, or less close.
func (m *screen) stretchCurves(key string) tea.Cmd {
	s := m.shown()
	if s == nil || s.History.Epochs == 0 {
		return nil
	}
	first, last := m.view.ends(s)
	length := last - first + 1
	if key == "up" {
		m.view.stretch.length = max(length/zoomFactor, leastStretch)
	} else {
		m.view.stretch.length = length * zoomFactor
	}
	m.settleStretch(s)
	return nil
}

// scrollCurves goes to earlier epochs, or to later ones.
func (m *screen) scrollCurves(key string) tea.Cmd {
	s := m.shown()
	if s == nil || m.view.stretch.length == 0 {
		return m.say(notice{text: "all epochs are shown: ↑ looks closer"})
	}
	_, last := m.view.ends(s)
	step := max(m.view.stretch.length/4, 1)
	if key == "left" {
		step = -step
	}
	m.view.stretch.last = last + step
	m.settleStretch(s)
	return nil
}

// wholeCurves shows all epochs.
func (m *screen) wholeCurves(string) tea.Cmd {
	m.view.stretch = stretch{}
	return nil
}

// settleStretch keeps the stretch within the run. One that reaches the newest epoch
// goes on with it, and one as long as the run is the whole.
func (m *screen) settleStretch(s *run.Snapshot) {
	first, newest := beginning(s.History), s.History.Last().Epoch
	w := &m.view.stretch
	if w.length >= newest-first+1 {
		*w = stretch{}
		return
	}
	if w.last > 0 {
		w.last = max(w.last, first+w.length-1)
	}
	if w.last >= newest {
		w.last = 0
	}
}
