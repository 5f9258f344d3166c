package run

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
)

// walk makes n epochs of noise, with a spike now and then and, if wanted, values
// that are not finite.
func walk(n int, odd bool) []Metrics {
	random := rand.New(rand.NewPCG(3, uint64(n)))
	value := func() float64 {
		switch v := random.NormFloat64(); {
		case odd && random.IntN(50) == 0:
			return []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64}[random.IntN(5)]
		case random.IntN(300) == 0:
			return 1e6 * v
		default:
			return v
		}
	}
	all := make([]Metrics, n)
	for i := range all {
		all[i] = Metrics{
			Epoch: i + 1, Seconds: 0.1 * float64(i+1), Loss: value(), FreeEnergy: value(), FreeEnergyStd: value(),
			FreeEnergyError: math.Abs(value()), Gap: value(), ESS: value(), Rate: value(), GradNorm: value(),
		}
	}
	return all
}

func historyOf(all []Metrics) (h History) {
	for _, m := range all {
		h = h.Append(m)
	}
	return h
}

// drawn names the ranges of a span with the values that they are made of.
func drawn(s Span, m Metrics) map[string]struct {
	Range
	value float64
} {
	return map[string]struct {
		Range
		value float64
	}{
		"loss": {s.Loss, m.Loss}, "free energy": {s.FreeEnergy, m.FreeEnergy}, "std": {s.FreeEnergyStd, m.FreeEnergyStd},
		"gap": {s.Gap, m.Gap}, "ess": {s.ESS, m.ESS}, "rate": {s.Rate, m.Rate}, "grad norm": {s.GradNorm, m.GradNorm},
	}
}

// However many epochs there are and however often spans became one, each span
// has the extremes, the mean and the error of its epochs, computed here anew.
func TestSpansKeepTheExtremes(t *testing.T) {
	for _, odd := range []bool{false, true} {
		for _, n := range []int{1, 2, 1023, 1024, 1025, 2049, 5000, 40_000} {
			all := walk(n, odd)
			h := historyOf(all)
			next := 0
			for s := range h.Spans() {
				if s.First != next+1 || s.Last != next+s.Count || s.Seconds != all[s.Last-1].Seconds {
					t.Fatalf("%d epochs: a span from %d to %d after epoch %d", n, s.First, s.Last, next)
				}
				checkSpan(t, s, all[next:s.Last])
				next = s.Last
			}
			if next != n || h.Epochs != n {
				t.Errorf("%d epochs: the spans end at %d, %d are counted", n, next, h.Epochs)
			}
			if !slices.Equal(h.Recent[max(0, len(h.Recent)-recentEpochs):], all[max(0, n-recentEpochs):]) && !odd {
				t.Errorf("%d epochs: the newest are others", n)
			}
			if n >= mostSpans && len(h.Whole) < mostSpans/2 {
				t.Errorf("%d epochs in %d spans only", n, len(h.Whole))
			}
		}
	}
}

func checkSpan(t *testing.T, s Span, epochs []Metrics) {
	t.Helper()
	for name, got := range drawn(s, epochs[0]) {
		var want Range
		mean, size := 0.0, 0.0
		for _, m := range epochs {
			v := drawn(s, m)[name].value
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			if want.Count++; want.Count == 1 {
				want.Min, want.Max = v, v
			}
			want.Min, want.Max = min(want.Min, v), max(want.Max, v)
			mean += v / float64(len(epochs))
			size = max(size, math.Abs(v))
		}
		if want.Count > 0 {
			want.Mean = mean * (float64(len(epochs)) / float64(want.Count))
		}
		if got.Count != want.Count || got.Min != want.Min || got.Max != want.Max || !(math.Abs(got.Mean-want.Mean) <= 1e-12*size) {
			t.Fatalf("%s of epochs %d to %d: %+v, want %+v", name, s.First, s.Last, got.Range, want)
		}
	}
	sum, n := 0.0, 0.0
	for _, m := range epochs {
		if math.IsNaN(m.FreeEnergy) || math.IsInf(m.FreeEnergy, 0) {
			continue
		}
		n++
		if e := m.FreeEnergyError; e < 1e100 { // else finite, but its square is not
			sum += e * e
		} else if !math.IsNaN(e) && !math.IsInf(e, 0) {
			return
		}
	}
	if want := math.Sqrt(sum) / max(n, 1); math.Abs(s.FreeEnergyError-want) > 1e-12*want {
		t.Fatalf("the error of epochs %d to %d is %v, want %v", s.First, s.Last, s.FreeEnergyError, want)
	}
}

// A viewer that was given the history at some epoch, as JSON, and since then the
// epochs, has the same history, and what it was given stays as it was.
func TestHistoryCrosses(t *testing.T) {
	all := walk(30_000, false)
	random := rand.New(rand.NewPCG(1, 1))
	var h History
	given := map[int]History{0: {}}
	for i, m := range all {
		h = h.Append(m)
		if random.IntN(3000) == 0 || i+1 == 2*recentEpochs || i+1 == mostSpans {
			given[i+1] = crossed(t, h.Clip())
		}
	}
	for epoch, g := range given {
		if !reflect.DeepEqual(g, historyOf(all[:epoch])) {
			t.Errorf("the history of epoch %d came back as another", epoch)
		}
		for _, m := range all[epoch:] {
			g = g.Append(m)
		}
		if !reflect.DeepEqual(g, h) {
			t.Errorf("from epoch %d on the viewer has another history", epoch)
		}
	}
}

func crossed(t *testing.T, h History) (got History) {
	t.Helper()
	data, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, h) {
		t.Fatalf("the history of %d epochs came back as another, %v", h.Epochs, err)
	}
	return got
}

// Values that JSON has no form for do not get into spans.
func TestSpansOfOddValuesCross(t *testing.T) {
	h := historyOf(walk(20_000, true))
	h.Recent = nil // which the trainer keeps finite
	crossed(t, h)
}

// Whoever holds a history keeps it as it was, while others read and the run
// goes on; and a reader may go on by itself.
func TestHistoriesShareMemorySafely(t *testing.T) {
	const readers, every = 4, 500
	all := walk(5*recentEpochs, false)
	given := make(chan History, 8*readers)
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			for h := range given {
				want := historyOf(all[:h.Epochs])
				if !reflect.DeepEqual(h, want) {
					t.Errorf("the history of epoch %d changed", h.Epochs)
				}
				h.Append(Metrics{Epoch: -1}) // must not be seen by anyone
			}
		})
	}
	var h History
	for i, m := range all {
		if h = h.Append(m); i%every == 0 {
			for range readers {
				given <- h.Clip()
			}
		}
	}
	close(given)
	wg.Wait()
	if !reflect.DeepEqual(h, historyOf(all)) {
		t.Error("a reader changed the run's history")
	}
}

// Whatever a peer calls a history, appending to it makes it a bounded one.
func TestAppendToAnything(t *testing.T) {
	long := make([]Span, 3*mostSpans+1)
	for _, h := range []History{
		{Stride: -7, Epochs: -1},
		{Whole: long, Recent: make([]Metrics, 10*recentEpochs), Stride: 3, Open: Span{Count: 99}},
		{Stride: math.MaxInt, Open: Span{Count: math.MaxInt}},
	} {
		for e := range 3 * mostSpans {
			h = h.Append(Metrics{Epoch: e})
		}
		if len(h.Recent) > 2*recentEpochs || len(h.Whole) >= mostSpans {
			t.Errorf("%d epochs in full and %d spans", len(h.Recent), len(h.Whole))
		}
	}
}

func TestHistoryIsBounded(t *testing.T) {
	epochs := 1_000_000
	if testing.Short() {
		epochs = 50_000
	}
	var h History
	for e := range epochs {
		h = h.Append(Metrics{Epoch: e + 1})
		if len(h.Recent) > 2*recentEpochs || cap(h.Recent) > 3*recentEpochs || len(h.Whole) >= mostSpans || cap(h.Whole) > 2*mostSpans {
			t.Fatalf("epoch %d: %d of %d in full, %d of %d spans", e+1, len(h.Recent), cap(h.Recent), len(h.Whole), cap(h.Whole))
		}
	}
	if h.Epochs != epochs || h.Last().Epoch != epochs || len(h.Recent) < recentEpochs || len(h.Whole) < mostSpans/2 {
		t.Errorf("%d epochs, the last %d; %d in full, %d spans", h.Epochs, h.Last().Epoch, len(h.Recent), len(h.Whole))
	}
}

// Between gives epochs in full while they are remembered and few enough, else the
// spans that have them; nothing is missing and nothing is twice.
func TestHistoryBetween(t *testing.T) {
	var h History
	for epoch := 1; epoch <= 20000; epoch++ {
		h = h.Append(Metrics{Epoch: epoch, Gap: float64(epoch)})
	}
	for _, c := range []struct {
		first, last int
		full        bool
	}{{19000, 20000, true}, {20000, 20000, true}, {18977, 20000, true}, {1, 20000, false}, {5000, 5100, false}, {18500, 20000, false}} {
		next, n := 0, 0
		for s := range h.Between(c.first, c.last) {
			if next != 0 && s.First != next {
				t.Errorf("%v: epoch %d follows %d", c, s.First, next-1)
			}
			if next == 0 && (s.First > c.first || s.Last < c.first) {
				t.Errorf("%v: begins with %d to %d", c, s.First, s.Last)
			}
			if (s.Count == 1) != c.full || s.Gap.Count != s.Count {
				t.Errorf("%v: a span of %d", c, s.Count)
			}
			next, n = s.Last+1, n+1
		}
		if next <= c.last || c.full && n != c.last-c.first+1 {
			t.Errorf("%v: ends before %d with %d spans", c, next, n)
		}
	}
	for range h.Between(30000, 40000) {
		t.Error("there is something after the end")
	}
	for range (History{}).Between(1, 10) {
		t.Error("there is something in nothing")
	}
}
