package chart

import (
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/guptarohit/asciigraph"
)

func TestFitFine(t *testing.T) {
	for _, c := range []struct {
		L, columns, rows int
		want             Raster
	}{
		{64, 32, 16, Raster{Tiles: 64, Pool: 1, Grain: Dots}},
		{64, 31, 16, Raster{Tiles: 32, Pool: 2, Grain: Dots}},
		{128, 80, 31, Raster{Tiles: 64, Pool: 2, Grain: Dots}},
		{4, 2, 1, Raster{Tiles: 4, Pool: 1, Grain: Dots}},
	} {
		got, ok := FitFine(c.L, c.columns, c.rows, Dots)
		if !ok || got != c.want {
			t.Errorf("L=%d in %dx%d: %+v, want %+v", c.L, c.columns, c.rows, got, c.want)
		}
		if got.Columns() > c.columns || got.Rows() > c.rows {
			t.Errorf("L=%d: %dx%d does not fit into %dx%d", c.L, got.Columns(), got.Rows(), c.columns, c.rows)
		}
	}
	if r, ok := FitFine(64, 1, 1, Dots); ok {
		t.Errorf("one cell holds %+v", r)
	}
}

// picture turns lines of braille back into dots, row by row: the eighth dot,
// U+2880, is at the lower right of a cell, the sixth at the right of the third
// row.
func picture(lines []string) [][]bool {
	place := map[int][2]int{1: {0, 0}, 2: {1, 0}, 3: {2, 0}, 4: {0, 1}, 5: {1, 1}, 6: {2, 1}, 7: {3, 0}, 8: {3, 1}}
	dots := make([][]bool, 4*len(lines))
	for j, line := range lines {
		cells := []rune(ansi.Strip(line))
		for y := range 4 {
			dots[4*j+y] = make([]bool, 2*len(cells))
		}
		for i, glyph := range cells {
			for n, at := range place {
				if glyph >= 0x2800 && glyph&(1<<(n-1)) != 0 {
					dots[4*j+at[0]][2*i+at[1]] = true
				}
			}
		}
	}
	return dots
}

// Each site is one dot, in its place.
func TestDottedSpins(t *testing.T) {
	const L = 16
	spins := checker(L)
	spins[3*L+6], spins[L-1], spins[15*L] = 1, 1, 1
	r, _ := FitFine(L, 8, 4, Dots)
	ink := SpinInk{Up: color.White, Down: color.Black}
	lines := Spins(spins, r, ink)
	for i, line := range lines {
		if ansi.StringWidth(line) != r.Columns() || !strings.HasPrefix(line, "\x1b[") || !strings.HasSuffix(line, reset) {
			t.Errorf("line %d: %q", i, line)
		}
	}
	dots := picture(lines)
	for site, s := range spins {
		if dots[site/L][site%L] != (s > 0) {
			t.Errorf("site %d,%d: %d is a dot: %v", site/L, site%L, s, dots[site/L][site%L])
		}
	}
	if got := strings.Join(Spins(checker(4), Raster{Tiles: 4, Pool: 1, Grain: Dots}, SpinInk{}), ""); got != "⢕⢕" {
		t.Errorf("%q", got)
	}
}

// graphOf is the graph of a plot, without its axes and labels.
func graphOf(t *testing.T, p Plot, columns, rows int) [][]bool {
	t.Helper()
	lines := p.Lines(columns+5, rows+2)[:rows]
	for i, line := range lines {
		if ansi.StringWidth(line) != columns+5 {
			t.Fatalf("line %d is not %d wide: %q", i, columns+5, line)
		}
		lines[i] = ansi.Cut(line, 5, columns+5)
	}
	return picture(lines)
}

// A curve in dots has at every abscissa the dots from its value to the one
// before, on the scale whose labels stand at the middle of rows.
func TestDottedPlot(t *testing.T) {
	const columns, rows = 30, 9
	values := make([]float64, 2*columns)
	for i := range values {
		values[i] = 4 + 3.9*math.Sin(float64(i)/7)
	}
	p := plotOf(0, 8, values)
	p.Braille = true
	dots := graphOf(t, p, columns, rows)
	for x, v := range values {
		height := 4*v + 1.5 // of nine rows: 8 units are 32 dots, from the middle of the lowest row
		low, high := height, height
		if x > 0 {
			before := 4*values[x-1] + 1.5
			low, high = min(height, before), max(height, before)
		}
		for y := range 4 * rows {
			up := float64(4*rows - 1 - y)
			switch is := dots[y][x]; {
			case math.Abs(up-height) < 0.49 && !is:
				t.Errorf("no dot at %d, %v for %.2f", x, up, height)
			case (up < low-0.51 || up > high+0.51) && is:
				t.Errorf("a dot at %d, %v for %.2f", x, up, height)
			}
		}
		touches := func(y int) bool {
			return dots[y][x] && slices.Contains(column(dots, x-1)[max(y-1, 0):min(y+2, 4*rows)], true)
		}
		if x > 0 && !slices.ContainsFunc(heights(4*rows), touches) {
			t.Errorf("the curve is torn at %d", x)
		}
	}
}

func column(dots [][]bool, x int) []bool {
	all := make([]bool, len(dots))
	for y, row := range dots {
		all[y] = row[x]
	}
	return all
}

func heights(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// A constant is drawn in the row of its label; in dashes it is there half of the
// time; what is missing is not drawn; the last series has the colour.
func TestDottedSeries(t *testing.T) {
	const columns, rows = 20, 7
	p := plotOf(0, 6, []float64{2, 2}, []float64{4, 4}, []float64{5, math.NaN(), math.NaN(), 5})
	p.Braille = true
	p.Series[1].Dashed = true
	p.Series[1].Color, p.Series[2].Color = asciigraph.Blue, asciigraph.Red
	dots := graphOf(t, p, columns, rows)
	counts := make([]int, rows)
	for y, row := range dots {
		for _, is := range row {
			if is {
				counts[rows-1-y/4]++
			}
		}
	}
	if counts[2] != 2*columns || counts[4] != columns || counts[5] == 0 || counts[5] > columns || counts[0]+counts[1]+counts[3]+counts[6] != 0 {
		t.Errorf("dots by row: %v", counts)
	}
	lines := p.Lines(columns+5, rows+2)
	if !strings.Contains(lines[1], asciigraph.Red.String()) || !strings.Contains(lines[2], asciigraph.Blue.String()) || strings.Contains(lines[4], "\x1b[3") {
		t.Errorf("colours:\n%q", lines)
	}
	p.ASCII = true
	if text := strings.Join(p.Lines(columns+5, rows+2), ""); strings.ContainsFunc(text, func(r rune) bool { return r > 127 }) {
		t.Errorf("not ASCII: %q", text)
	}
}
