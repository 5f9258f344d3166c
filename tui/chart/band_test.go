package chart

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// banded is a flat line at 1 of n values, in a band without width.
func banded(n int) Plot {
	flat := slices.Repeat([]float64{1}, n)
	p := plotOf(0, 10, flat)
	p.Series[0].Bands = []Band{{Low: slices.Clone(flat), High: slices.Clone(flat)}}
	return p
}

// cellsOf counts the dots in each column of a graph, behind its axis.
func cellsOf(t *testing.T, lines []string, rows int) []int {
	t.Helper()
	var dots []int
	for _, line := range lines[:rows] {
		_, graph, found := strings.Cut(ansi.Strip(line), "┤")
		if !found {
			t.Fatalf("no axis in %q", line)
		}
		cells := []rune(graph)
		if dots == nil {
			dots = make([]int, len(cells))
		}
		for c, r := range cells {
			if r == '·' {
				dots[c]++
			}
		}
	}
	return dots
}

// The spike of one value in thousands is seen where it is, whichever it is, and
// nothing is where no spike is.
func TestBandKeepsSpikes(t *testing.T) {
	const n, width, rows = 5000, 40, 11
	for at := 0; at < n; at += 37 {
		p := banded(n)
		p.Series[0].Bands[0].High[at] = 8
		dots := cellsOf(t, p.Lines(width, rows+2), rows)
		for c, got := range dots {
			want := 0
			if at >= c*n/len(dots) && at < (c+1)*n/len(dots) {
				want = 7 // of the heights 2 to 8; the line is at 1
			}
			if got != want {
				t.Fatalf("spike at %d: %d dots in column %d of %d, want %d", at, got, c, len(dots), want)
			}
		}
	}
}

// What lies outside the ordinate is cut off, and what is not finite is nothing.
func TestBandEnds(t *testing.T) {
	const n, rows = 400, 11
	for _, c := range []struct {
		low, high float64
		want      int // dots in a column
	}{
		{-5, 1, 1},
		{1, 1e300, 9},
		{-1e300, 1e300, 10},
		{20, 30, 0},
		{-30, -20, 0},
		{math.NaN(), 8, 0},
		{1, math.Inf(1), 0},
	} {
		p := banded(n)
		p.Series[0].Bands = []Band{{Low: slices.Repeat([]float64{c.low}, n), High: slices.Repeat([]float64{c.high}, n)}}
		if dots := slices.Max(cellsOf(t, p.Lines(40, rows+2), rows)); dots != c.want {
			t.Errorf("from %v to %v: %d dots, want %d", c.low, c.high, dots, c.want)
		}
	}
}

// A band of fewer values than columns adds nothing to the line.
func TestBandOfFewValues(t *testing.T) {
	p := banded(10)
	p.Series[0].Bands[0].High[3] = 8
	if dots := slices.Max(cellsOf(t, p.Lines(40, 13), 11)); dots != 0 {
		t.Errorf("%d dots", dots)
	}
}

// A dense band is filled between few values too, in its own glyph, and leaves the
// line as it is.
func TestDenseBand(t *testing.T) {
	p := banded(4)
	p.Series[0].Bands = []Band{{Low: []float64{0, 0, 0, 0}, High: []float64{1, 1, 7, 7}, Dense: true}}
	lines := p.Lines(45, 13)
	for row, want := range []bool{false, false, false, true, true, true, true, true, true, true, true} {
		if got := strings.HasSuffix(strings.TrimRight(ansi.Strip(lines[row]), " "), "░"); got != (want && row != 9) {
			t.Errorf("row %d: %q", row, lines[row])
		}
	}
}
