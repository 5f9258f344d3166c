package chart

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func plotOf(low, high float64, values ...[]float64) Plot {
	p := Plot{Low: low, High: high, First: 1, Last: 100, Label: func(v float64) string { return fmt.Sprintf("%.1f", v) }}
	for _, v := range values {
		p.Series = append(p.Series, Series{Values: v})
	}
	return p
}

// The points of 0, 0.3 .. 3 round to 0 0 1 1 1 2 2 2 2 3 3.
func TestPlot(t *testing.T) {
	p := plotOf(0, 3, []float64{0, 1, 2, 3})
	for _, c := range []struct {
		ascii bool
		want  string
	}{
		{false, "" +
			"3.0 ┤        ╭─\n" +
			"    ┤    ╭───╯ \n" +
			"    ┤ ╭──╯     \n" +
			"0.0 ┤─╯        \n" +
			"    └─────────┬\n" +
			"            100"},
		{true, "" +
			"3.0 |        .-\n" +
			"    |    .---' \n" +
			"    | .--'     \n" +
			"0.0 |-'        \n" +
			"    +---------+\n" +
			"            100"},
	} {
		p.ASCII = c.ascii
		if got := strings.Join(p.Lines(15, 6), "\n"); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

// A series with an abscissa of its own lies where it belongs, and its letter on it.
func TestPlotPlacesSeries(t *testing.T) {
	p := plotOf(0, 3, []float64{3, 3}, []float64{0, 0})
	p.Series[1].First, p.Series[1].Last, p.Series[1].Mark = 50.5, 100, "a"
	lines := p.Lines(47, 6)
	if graph := []rune(strings.TrimPrefix(lines[3], "0.0 ┤")); strings.TrimRight(string(graph[:20]), " ╶") != "" || graph[22] != '─' || graph[40] != '─' {
		t.Errorf("the second half is %q", lines[3])
	}
	if n := strings.Count(lines[3], "a"); n == 0 || strings.Contains(lines[0], "a") {
		t.Errorf("%d letters in %q, and in %q", n, lines[3], lines[0])
	}
}

// Every row of the ordinate belongs to the value that its place says: a
// constant is drawn in the row nearest to it.
func TestPlotHeights(t *testing.T) {
	const rows = 11
	for row := range rows {
		v := float64(row) / (rows - 1)
		lines := plotOf(0, 1, []float64{v, v}).Lines(30, rows+2)
		for i, line := range lines[:rows] {
			if has := strings.Contains(line, "───"); has != (i == rows-1-row) {
				t.Errorf("value %v: line %d %q", v, i, line)
			}
		}
	}
}

// Whatever the numbers and the size, a plot neither panics nor breaks its size.
func TestPlotSurvives(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	nan, inf := math.NaN(), math.Inf(1)
	series := [][]float64{
		nil,
		{},
		{nan},
		{inf},
		{-inf, inf},
		{nan, nan, nan},
		{1},
		{1, inf, 2},
		{nan, 5, nan},
		{1e300, -1e300},
		{math.MaxFloat64, -math.MaxFloat64},
		{0, 0, 0},
		{1e-300, 2e-300},
		slices.Repeat([]float64{nan, 1, -inf, 2e300, 0.5}, 40),
	}
	bounds := []float64{0, 1, -1e300, 1e300, nan, inf, -inf, 1e-320}
	for range 3000 {
		p := plotOf(bounds[random.IntN(len(bounds))], bounds[random.IntN(len(bounds))],
			series[random.IntN(len(series))], series[random.IntN(len(series))])
		p.Series[0].Bands = []Band{{Low: series[random.IntN(len(series))], High: series[random.IntN(len(series))], Dense: random.IntN(2) == 0}}
		p.Series[1].Mark, p.Series[1].First, p.Series[1].Last = "a", bounds[random.IntN(len(bounds))], bounds[random.IntN(len(bounds))]
		p.Braille = random.IntN(2) == 0
		p.ASCII = random.IntN(2) == 0
		p.First, p.Last = bounds[random.IntN(len(bounds))], bounds[random.IntN(len(bounds))]
		width, height := random.IntN(50), random.IntN(20)
		lines := p.Lines(width, height)
		if len(lines) != height {
			t.Fatalf("%d lines, want %d", len(lines), height)
		}
		for _, line := range lines {
			if ansi.StringWidth(line) != width {
				t.Fatalf("width %d, want %d: %q", ansi.StringWidth(line), width, line)
			}
			if p.ASCII && strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
				t.Fatalf("not ascii: %q", line)
			}
		}
	}
}

func TestResample(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		in   []float64
		n    int
		want []float64
	}{
		{[]float64{1, 3, 5, 7}, 2, []float64{2, 6}},
		{[]float64{1, 3, 5, 7}, 4, []float64{1, 3, 5, 7}},
		{[]float64{0, 1}, 3, []float64{0, 0.5, 1}},
		{[]float64{4}, 3, []float64{4, 4, 4}},
		{[]float64{nan, 3, math.Inf(1), 7}, 2, []float64{3, 7}},
		{[]float64{nan, nan, 1, 1}, 2, []float64{nan, 1}},
		{nil, 2, []float64{nan, nan}},
		{[]float64{1}, 0, []float64{}},
	} {
		got := Resample(c.in, c.n)
		if !slices.EqualFunc(got, c.want, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }) {
			t.Errorf("Resample(%v, %d) = %v, want %v", c.in, c.n, got, c.want)
		}
	}
}

// The mean of a resampled series of whole bins is the mean of the series: no
// spike is lost.
func TestResampleKeepsSpikes(t *testing.T) {
	values := make([]float64, 5000)
	values[1234] = 500
	sum := 0.0
	for _, v := range Resample(values, 50) {
		sum += v
	}
	if math.Abs(sum/50-500.0/5000) > 1e-12 {
		t.Errorf("mean %v, want %v", sum/50, 0.1)
	}
}

func TestFineTicks(t *testing.T) {
	want := []float64{2, 2.2, 2.4, 2.6, 2.8}
	got := ticks(2, 2.8, 5, 0)
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		first, last float64
		n           int
		want        []float64
	}{
		{1, 1000, 5, []float64{200, 400, 600, 800, 1000}},
		{1, 7, 3, []float64{2, 4, 6}},
		{1, 3, 10, []float64{1, 2, 3}},
		{5, 5, 4, []float64{5}},
		{-0.5, 10, 2, []float64{0, 10}},
	} {
		if got := ticks(c.first, c.last, c.n, 1); !slices.Equal(got, c.want) || math.Signbit(got[0]) {
			t.Errorf("ticks(%v, %v, %d, 1) = %v, want %v", c.first, c.last, c.n, got, c.want)
		}
	}
}

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		fraction float64
		want     string
	}{
		{0, "──────────"},
		{0.5, "━━━━━─────"},
		{0.55, "━━━━━╸────"},
		{1, "━━━━━━━━━━"},
		{7, "━━━━━━━━━━"},
		{-1, "──────────"},
		{math.NaN(), "──────────"},
	} {
		if got := Progress(c.fraction, 10, BarInk{}); got != c.want {
			t.Errorf("Progress(%v) = %q, want %q", c.fraction, got, c.want)
		}
	}
	if got := Progress(0.31, 10, BarInk{ASCII: true}); got != "###-------" {
		t.Errorf("ascii: %q", got)
	}
	if got := Progress(0.5, -3, BarInk{}); got != "" {
		t.Errorf("no room: %q", got)
	}
}

func TestInterval(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		value, err, exact float64
		want              string
	}{
		{0.5, 0.2, 0.9, "┈┈┈━━●━━┈┃┈"},
		{0.5, 0.2, nan, "┈┈┈━━●━━┈┈┈"},
		{0.5, 0, 0.5, "┈┈┈┈┈●┈┈┈┈┈"},
		{nan, nan, 0, "┃┈┈┈┈┈┈┈┈┈┈"},
		{3, 9, nan, "━━━━━━━━━━●"},
		{math.Inf(1), nan, nan, "┈┈┈┈┈┈┈┈┈┈┈"},
	} {
		if got := Interval(c.value, c.err, c.exact, 11, IntervalInk{}); got != c.want {
			t.Errorf("Interval(%v, %v, %v) = %q, want %q", c.value, c.err, c.exact, got, c.want)
		}
	}
}
