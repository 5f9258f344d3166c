package chart

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestFitMatrix(t *testing.T) {
	for _, c := range []struct {
		groups        []int
		columns, rows int
		whole         bool
		pool, scale   int
		width, height int
	}{
		{[]int{4, 12, 48}, 66, 33, false, 1, 1, 66, 33},
		{[]int{4, 12, 48}, 65, 33, false, 2, 1, 34, 17},
		{[]int{4, 12, 48}, 66, 32, false, 2, 1, 34, 17},
		{[]int{4, 12, 48}, 140, 80, false, 1, 2, 130, 65},
		{[]int{4, 12, 48}, 70, 40, true, 2, 2, 68, 34},
		{[]int{4, 12}, 40, 20, false, 1, 2, 33, 17},
		{[]int{3, 5}, 8, 8, false, 2, 1, 6, 3},
		{[]int{16}, 16, 8, false, 1, 1, 16, 8},
	} {
		g, ok := FitMatrix(c.groups, c.columns, c.rows, c.whole)
		if !ok || g.Pool != c.pool || g.Scale != c.scale || g.Columns() != c.width || g.Rows() != c.height {
			t.Errorf("FitMatrix(%v, %d, %d, %v) pools %d at scale %d in %d x %d, %v; want %+v",
				c.groups, c.columns, c.rows, c.whole, g.Pool, g.Scale, g.Columns(), g.Rows(), ok, c)
		}
	}
	for _, groups := range [][]int{nil, {0}, {4, 12, 48}} {
		if g, ok := FitMatrix(groups, 4, 2, false); ok {
			t.Errorf("%v fits into 4 columns: %+v", groups, g)
		}
	}
}

// numbered has i*n + j above and below the diagonal.
func numbered(n int) []float32 {
	values := make([]float32, n*n)
	for i := range n {
		for j := range n {
			values[i*n+j] = float32(min(i, j)*n + max(i, j))
		}
	}
	return values
}

// Without pooling every entry stands in its place, at any scale; the gap and the
// diagonal are blank.
func TestMatrixEntries(t *testing.T) {
	groups, n := []int{2, 3}, 5
	values := numbered(n)
	ink := NewMagnitudeInk([]uint32{0x000000, 0xffffff}, func(c color.Color) color.Color { return c }, false)
	for scale := 1; scale <= 3; scale++ {
		g, ok := FitMatrix(groups, n*scale+1, 100, false)
		if !ok || g.Pool != 1 || g.Scale != scale {
			t.Fatalf("scale %d: %+v", scale, g)
		}
		m := Matrix{values, values, groups}
		lines := m.Lines(g, 24, ink)
		tile := m.pooled(g, 24)
		place := func(v int) int {
			if v >= 2 {
				return v*scale + 1
			}
			return v * scale
		}
		for i := range n {
			for j := range n {
				want := float64(values[i*n+j]) / 24
				if i == j {
					want = gap
				}
				if got := g.at(tile, place(i), place(j)); math.Abs(got-want) > 1e-6 {
					t.Errorf("scale %d: entry %d,%d is %v, want %v", scale, i, j, got, want)
				}
			}
		}
		if v := g.at(tile, 0, 2*scale); v != gap {
			t.Errorf("scale %d: the gap has the value %v", scale, v)
		}
		for _, line := range lines {
			if w := ansi.StringWidth(line); w != g.Columns() {
				t.Errorf("scale %d: a line is %d wide, want %d", scale, w, g.Columns())
			}
			if !strings.HasSuffix(line, reset) {
				t.Errorf("scale %d: a line leaves its colours: %q", scale, line)
			}
		}
		if len(lines) != g.Rows() {
			t.Errorf("scale %d: %d lines, want %d", scale, len(lines), g.Rows())
		}
	}
}

// Where only one half of a cell has a value, the other is left as it is.
func TestMatrixHalfCells(t *testing.T) {
	ink := NewMagnitudeInk([]uint32{0x000000, 0xffffff}, func(c color.Color) color.Color { return c }, false)
	g, ok := FitMatrix([]int{1, 2}, 4, 2, false)
	if !ok {
		t.Fatal("it does not fit")
	}
	values := []float32{0, 1, 2, 1, 0, 2, 2, 2, 0}
	lines := Matrix{values, values, []int{1, 2}}.Lines(g, 2, ink)
	if got, want := ansi.Strip(strings.Join(lines, "\n")), "  ▀▀\n▀ ▄▀"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(lines[0], ink.bg[level(1)]) || strings.Contains(lines[0], ink.bg[level(0)]) {
		t.Errorf("a background where there is no second value: %q", lines[0])
	}
}

// The means of tiles keep to their groups, and leave out what a variable says of
// itself; where two relations meet, nothing is shown.
func TestMatrixPools(t *testing.T) {
	groups := []int{2, 3}
	g, ok := FitMatrix(groups, 4, 100, false)
	if !ok || g.Pool != 2 {
		t.Fatalf("%+v", g)
	}
	values := numbered(5)
	one := Matrix{values, values, groups}.pooled(g, 100)
	mean := func(entries ...float64) float64 {
		sum := 0.0
		for _, v := range entries {
			sum += v / 100
		}
		return sum / float64(len(entries))
	}
	want := [][]float64{
		{mean(1), mean(2, 3, 7, 8), mean(4, 9)},
		{mean(2, 3, 7, 8), mean(13), mean(14, 19)},
		{mean(4, 9), mean(14, 19), gap},
	}
	for i := range want {
		for j := range want {
			if math.Abs(one[i][j]-want[i][j]) > 1e-6 {
				t.Errorf("tile %d,%d is %v, want %v", i, j, one[i][j], want[i][j])
			}
		}
	}
	nothing := make([]float32, 25)
	nothing[1*5+0], nothing[4*5+0], nothing[3*5+1] = float32(math.NaN()), -200, 50
	two := Matrix{values, nothing, groups}.pooled(g, 100)
	for i := range want {
		for j := range want {
			expected := want[i][j]
			switch {
			case i == j:
				expected = gap
			case i == 1 && j == 0:
				expected = 0.5 / 4
			case i > j:
				expected = 0
			}
			if math.Abs(two[i][j]-expected) > 1e-6 {
				t.Errorf("two relations: tile %d,%d is %v, want %v", i, j, two[i][j], expected)
			}
		}
	}
}

func TestMatrixShades(t *testing.T) {
	values := []float32{
		9, 1, 0.5, 0,
		1, 9, 0.25, 0.75,
		0.5, 0.25, 9, 1,
		0, 0.75, 1, 9,
	}
	groups := []int{2, 2}
	g, ok := FitMatrix(groups, 10, 5, true)
	if !ok {
		t.Fatal("it does not fit")
	}
	ink := NewMagnitudeInk([]uint32{0, 1}, nil, true)
	got := strings.Join(Matrix{values, values, groups}.Lines(g, 1, ink), "\n")
	want := strings.Join([]string{
		`\\##  ::  `,
		`##\\  ..**`,
		`          `,
		`::..  \\##`,
		`  **  ##\\`,
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMagnitudeLegend(t *testing.T) {
	ink := NewMagnitudeInk([]uint32{0, 1}, nil, true)
	if got, want := MagnitudeLegend(0.3, "nats", 20, ink), "0  ..::**## 0.3 nats"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := MagnitudeLegend(0.3, "nats", 11, ink); got != strings.Repeat(" ", 11) {
		t.Errorf("without room: %q", got)
	}
}
