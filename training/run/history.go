package run

import (
	"iter"
	"math"
	"slices"
	"sort"
)

// History is what a run remembers of its epochs in bounded memory: the newest
// in full, and all of them thinned to spans that keep the extremes, so that no
// spike vanishes from a curve of the whole run.
//
// The zero value is the history of no epoch. A History is plain data and a
// function of the epochs appended: who has it and appends the same epochs has
// the same history, bit by bit. Readers share its memory and must not write to
// it.
type History struct {
	Epochs int       `json:"epochs"` // recorded in all
	Recent []Metrics `json:"recent"` // the newest epochs, oldest first
	Stride int       `json:"stride"` // epochs in a span; 0 before the first epoch
	Whole  []Span    `json:"whole"`  // all epochs in spans, oldest first, but for those in Open
	Open   Span      `json:"open"`   // the newest epochs, too few yet for a span of Whole
}

const (
	// recentEpochs are the newest epochs that a history has in full, at least,
	// and at most twice as many. The speed over five seconds, the mean of the
	// last ten and the lines of text need a few; the rest is for looking closer
	// at where a run is now. 4,096 epochs are 320 KiB.
	recentEpochs = 2048

	// mostSpans is the even number of spans at which two become one. At least
	// half of them are there in a long run, which is more than a terminal has
	// columns. They are 300 KiB.
	mostSpans = 1024
)

// Span sums up consecutive epochs.
type Span struct {
	First           int     `json:"first"` // epoch
	Last            int     `json:"last"`
	Count           int     `json:"count"`   // of epochs recorded, less than Last-First+1 if some were lost
	Seconds         float64 `json:"seconds"` // of training up to the end of the last
	Loss            Range   `json:"loss"`
	FreeEnergy      Range   `json:"free_energy"`
	FreeEnergyStd   Range   `json:"free_energy_std"`
	FreeEnergyError float64 `json:"free_energy_error"` // of FreeEnergy.Mean: each epoch's batch is drawn afresh
	Gap             Range   `json:"gap"`
	ESS             Range   `json:"ess"`
	Rate            Range   `json:"lr"`
	GradNorm        Range   `json:"grad_norm"`
}

// Range sums up values. Those that are not finite are left out, so that a Range
// has a form in JSON whatever it was made of.
type Range struct {
	Count int     `json:"n"` // of finite values; all else is 0 if there is none
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	Mean  float64 `json:"mean"`
}

// Append returns the history with one more epoch. As with the append of slices,
// the memory behind h may be written to, beyond what h has: only the newest
// history may be appended to, and who gives one away gives it clipped.
func (h History) Append(m Metrics) History {
	h.Epochs++
	h.Recent = appendNewest(h.Recent, m, recentEpochs)
	h.Stride = max(h.Stride, 1)
	h.Open = h.Open.with(spanOf(m))
	if h.Open.Count < h.Stride {
		return h
	}
	h.Whole, h.Open = append(h.Whole, h.Open), Span{}
	if len(h.Whole) >= mostSpans {
		h.Whole, h.Stride = halved(h.Whole), 2*h.Stride
	}
	return h
}

// Clip returns the same history with no room: appending to it writes to no
// memory that others share.
func (h History) Clip() History {
	h.Recent, h.Whole = slices.Clip(h.Recent), slices.Clip(h.Whole)
	return h
}

// Last returns the newest epoch, or nothing but zeros before the first.
func (h History) Last() Metrics {
	if n := len(h.Recent); n > 0 {
		return h.Recent[n-1]
	}
	return Metrics{}
}

// Spans yields all epochs in spans, the open one last.
func (h History) Spans() iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for _, s := range h.Whole {
			if !yield(s) {
				return
			}
		}
		if h.Open.Count > 0 {
			yield(h.Open)
		}
	}
}

// Between yields the epochs from first to last: each by itself if that gives no
// more of them than a thinned run has, and as long as they are remembered, else
// in the spans that have some of them.
func (h History) Between(first, last int) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		if n := len(h.Recent); n > 0 && first >= h.Recent[0].Epoch && last-first < mostSpans {
			from := sort.Search(n, func(i int) bool { return h.Recent[i].Epoch >= first })
			for _, m := range h.Recent[from:] {
				if m.Epoch > last || !yield(spanOf(m)) {
					return
				}
			}
			return
		}
		for s := range h.Spans() {
			if s.Last >= first && s.First <= last && !yield(s) {
				return
			}
		}
	}
}

// appendNewest appends to a list that has at least the newest keep items and at
// most twice as many. What was there before is never written to: when the list
// is full, its newer half moves to new memory.
func appendNewest[T any](list []T, item T, keep int) []T {
	if len(list) >= 2*keep {
		list = append(make([]T, 0, 2*keep), list[len(list)-keep+1:]...)
	}
	return append(list, item)
}

// halved makes one span of every two, in new memory.
func halved(spans []Span) []Span {
	half := make([]Span, 0, mostSpans)
	for pair := range slices.Chunk(spans, 2) {
		s := pair[0]
		for _, next := range pair[1:] {
			s = s.with(next)
		}
		half = append(half, s)
	}
	return half
}

// spanOf is a single epoch as a span.
func spanOf(m Metrics) Span {
	s := Span{
		First: m.Epoch, Last: m.Epoch, Count: 1, Seconds: m.Seconds,
		Loss:          rangeOf(m.Loss),
		FreeEnergy:    rangeOf(m.FreeEnergy),
		FreeEnergyStd: rangeOf(m.FreeEnergyStd),
		Gap:           rangeOf(m.Gap),
		ESS:           rangeOf(m.ESS),
		Rate:          rangeOf(m.Rate),
		GradNorm:      rangeOf(m.GradNorm),
	}
	if s.FreeEnergy.Count > 0 {
		s.FreeEnergyError = rangeOf(m.FreeEnergyError).Mean
	}
	return s
}

// with is the span of both; next comes after s.
func (s Span) with(next Span) Span {
	if s.Count == 0 {
		return next
	}
	return Span{
		First: s.First, Last: next.Last, Count: s.Count + next.Count, Seconds: next.Seconds,
		Loss:            s.Loss.with(next.Loss),
		FreeEnergy:      s.FreeEnergy.with(next.FreeEnergy),
		FreeEnergyStd:   s.FreeEnergyStd.with(next.FreeEnergyStd),
		FreeEnergyError: s.errorWith(next),
		Gap:             s.Gap.with(next.Gap),
		ESS:             s.ESS.with(next.ESS),
		Rate:            s.Rate.with(next.Rate),
		GradNorm:        s.GradNorm.with(next.GradNorm),
	}
}

// errorWith is the error of the mean free energy of both, the errors of the two
// being independent.
func (s Span) errorWith(next Span) float64 {
	n := float64(max(s.FreeEnergy.Count+next.FreeEnergy.Count, 1))
	return min(math.MaxFloat64, math.Hypot(
		s.FreeEnergyError*(float64(s.FreeEnergy.Count)/n),
		next.FreeEnergyError*(float64(next.FreeEnergy.Count)/n)))
}

// rangeOf is a single value as a range.
func rangeOf(v float64) Range {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Range{}
	}
	return Range{Count: 1, Min: v, Max: v, Mean: v}
}

// with is the range of the values of both. The mean is weighted term by term,
// so that it does not overflow, and rounding does not carry it past an extreme.
func (r Range) with(o Range) Range {
	switch {
	case o.Count == 0:
		return r
	case r.Count == 0:
		return o
	}
	sum := Range{Count: r.Count + o.Count, Min: min(r.Min, o.Min), Max: max(r.Max, o.Max)}
	n := float64(sum.Count)
	mean := r.Mean*(float64(r.Count)/n) + o.Mean*(float64(o.Count)/n)
	sum.Mean = max(sum.Min, min(sum.Max, mean))
	return sum
}
