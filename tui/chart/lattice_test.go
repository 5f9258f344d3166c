package chart

import (
	"image/color"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// checker is a board of +1 and -1, +1 at the first site.
func checker(L int) []int8 {
	spins := make([]int8, L*L)
	for site := range spins {
		spins[site] = int8(1 - 2*((site/L+site%L)%2))
	}
	return spins
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		L, columns, rows int
		whole            bool
		want             Raster
	}{
		{16, 34, 17, false, Raster{Tiles: 16, Pool: 1, Scale: 2}},
		{16, 16, 8, false, Raster{Tiles: 16, Pool: 1, Scale: 1}},
		{16, 15, 8, false, Raster{Tiles: 8, Pool: 2, Scale: 1}},
		{16, 48, 24, false, Raster{Tiles: 16, Pool: 1, Scale: 3}},
		{16, 48, 24, true, Raster{Tiles: 16, Pool: 1, Scale: 2}},
		{16, 16, 8, true, Raster{Tiles: 8, Pool: 2, Scale: 2}},
		{64, 34, 16, false, Raster{Tiles: 32, Pool: 2, Scale: 1}},
		{128, 300, 90, false, Raster{Tiles: 128, Pool: 1, Scale: 1}},
		{4, 32, 16, false, Raster{Tiles: 4, Pool: 1, Scale: 8}},
	} {
		r, ok := Fit(c.L, c.columns, c.rows, c.whole)
		if !ok || r != c.want {
			t.Errorf("Fit(%d, %d, %d, %v) = %+v, %v; want %+v", c.L, c.columns, c.rows, c.whole, r, ok, c.want)
		}
		if r.Columns() > c.columns || r.Rows() > c.rows {
			t.Errorf("%+v takes %d x %d of %d x %d", r, r.Columns(), r.Rows(), c.columns, c.rows)
		}
	}
	if r, ok := Fit(16, 1, 5, false); ok {
		t.Errorf("one column holds %+v", r)
	}
}

func TestSpinGlyphs(t *testing.T) {
	spins := []int8{
		+1, +1, -1, -1,
		+1, -1, +1, -1,
		-1, -1, -1, -1,
		+1, +1, +1, +1,
	}
	got := strings.Join(Spins(spins, Raster{Tiles: 4, Pool: 1, Scale: 1}, SpinInk{}), "\n")
	if want := "█▀▄ \n▄▄▄▄"; got != want {
		t.Errorf("half blocks:\n%s\nwant\n%s", got, want)
	}
	got = strings.Join(Spins(spins, Raster{Tiles: 4, Pool: 1, Scale: 2}, SpinInk{ASCII: true}), "\n")
	if want := "####....\n##..##..\n........\n########"; got != want {
		t.Errorf("ascii:\n%s\nwant\n%s", got, want)
	}
	got = strings.Join(Spins(spins, Raster{Tiles: 2, Pool: 2, Scale: 2}, SpinInk{ASCII: true}), "\n")
	// Blocks: sums 2, -2, 0 with first spin down, 0 with first spin down.
	if want := "##..\n...."; got != want {
		t.Errorf("majority of blocks:\n%s\nwant\n%s", got, want)
	}
}

// In quadrants each spin is a quarter of a cell.
func TestQuadrants(t *testing.T) {
	const L = 8
	r, ok := FitFine(L, 4, 5, Quadrants)
	if want := (Raster{Tiles: L, Pool: 1, Grain: Quadrants}); !ok || r != want {
		t.Fatalf("%+v, %v", r, ok)
	}
	random := rand.New(rand.NewPCG(1, 1))
	spins := make([]int8, L*L)
	for i := range spins {
		spins[i] = int8(2*random.IntN(2) - 1)
	}
	inks := map[string][2]string{
		" ": {"  ", "  "}, "▘": {"# ", "  "}, "▝": {" #", "  "}, "▀": {"##", "  "},
		"▖": {"  ", "# "}, "▌": {"# ", "# "}, "▞": {" #", "# "}, "▛": {"##", "# "},
		"▗": {"  ", " #"}, "▚": {"# ", " #"}, "▐": {" #", " #"}, "▜": {"##", " #"},
		"▄": {"  ", "##"}, "▙": {"# ", "##"}, "▟": {" #", "##"}, "█": {"##", "##"},
	}
	for j, line := range Spins(spins, r, SpinInk{}) {
		for i, glyph := range []rune(line) {
			for k := range 4 {
				drawn := inks[string(glyph)][k/2][k%2] == '#'
				if up := spins[(2*j+k/2)*L+2*i+k%2] > 0; up != drawn {
					t.Errorf("row %d, column %d: %c for a spin %v in quarter %d", j, i, glyph, up, k)
				}
			}
		}
	}
	if r, ok := FitFine(64, 16, 30, Quadrants); !ok || r.Pool != 2 || r.Columns() != 16 || r.Rows() != 16 {
		t.Errorf("%+v, %v", r, ok)
	}
}

// At any scale the picture of a lattice is that of scale 1 with every half cell
// repeated.
func TestSpinScales(t *testing.T) {
	const L = 8
	spins := checker(L)
	for scale := 1; scale <= 7; scale++ {
		r := Raster{Tiles: L, Pool: 1, Scale: scale}
		lines := Spins(spins, r, SpinInk{})
		if len(lines) != r.Rows() {
			t.Fatalf("scale %d: %d lines, want %d", scale, len(lines), r.Rows())
		}
		for j, line := range lines {
			for i, glyph := range []rune(line) {
				upper := spins[2*j/scale*L+i/scale] > 0
				lower := spins[(2*j+1)/scale*L+i/scale] > 0
				want := map[[2]bool]rune{{true, true}: '█', {true, false}: '▀', {false, true}: '▄', {false, false}: ' '}[[2]bool{upper, lower}]
				if glyph != want {
					t.Fatalf("scale %d, row %d, column %d: %q, want %q", scale, j, i, glyph, want)
				}
			}
		}
	}
}

// The colours of spins are set once in a row.
func TestSpinColorsOncePerRow(t *testing.T) {
	ink := SpinInk{Up: ansi.IndexedColor(166), Down: ansi.IndexedColor(60)}
	for _, line := range Spins(checker(16), Raster{Tiles: 16, Pool: 1, Scale: 2}, ink) {
		if n := strings.Count(line, "\x1b["); n != 3 {
			t.Errorf("%d escape sequences in a row, want 3: %q", n, line)
		}
	}
}

var stops = []uint32{0x0000ff, 0x000000, 0xff0000}

func TestSignedColors(t *testing.T) {
	ink := NewSignedInk(stops, colorprofile.TrueColor.Convert, false)
	x := []float32{-2, 0, 2, float32(math.NaN())}
	lines := Signed(x, Raster{Tiles: 2, Pool: 1, Scale: 2}, 2, ink, nil)
	want := []string{
		"\x1b[48;2;0;0;255m  \x1b[48;2;0;0;0m  \x1b[m",
		"\x1b[48;2;255;0;0m  \x1b[48;2;0;0;0m  \x1b[m",
	}
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%q\nwant\n%q", lines, want)
	}
	lines = Signed(x, Raster{Tiles: 2, Pool: 1, Scale: 1}, 2, ink, nil)
	if want := "\x1b[38;2;0;0;255m\x1b[48;2;255;0;0m▀\x1b[39m\x1b[48;2;0;0;0m \x1b[m"; lines[0] != want {
		t.Errorf("half blocks: %q, want %q", lines[0], want)
	}
}

func TestSignedShades(t *testing.T) {
	x := []float32{-1, -0.5, 0.25, 1}
	for _, c := range []struct {
		ascii bool
		want  string
	}{
		{false, "-███-▒▒▒\n-███-▒▒▒\n+░░░+███\n+░░░+███"},
		{true, "-###-:::\n-###-:::\n+...+###\n+...+###"},
	} {
		ink := NewSignedInk(stops, nil, c.ascii)
		if got := strings.Join(Signed(x, Raster{Tiles: 2, Pool: 1, Scale: 4}, 1, ink, nil), "\n"); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

// A tile of pooled sites shows their mean.
func TestSignedPools(t *testing.T) {
	x := make([]float32, 16)
	x[0], x[1], x[4], x[5] = 1, 1, 1, 1
	x[10] = -4
	ink := NewSignedInk(stops, nil, false)
	if got, want := strings.Join(Signed(x, Raster{Tiles: 2, Pool: 2, Scale: 2}, 1, ink, nil), "\n"), "+█  \n  -█"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMark(t *testing.T) {
	x := make([]float32, 64)
	ink := NewSignedInk(stops, colorprofile.TrueColor.Convert, false)
	for scale, want := range map[int]string{1: "◆", 2: "[]", 3: "[ ]", 4: "[  ]", 5: "[   ]"} {
		r := Raster{Tiles: 8, Pool: 1, Scale: scale}
		found := 0
		for _, line := range Signed(x, r, 1, ink, &Mark{Row: 3, Column: 5}) {
			plain := ansi.Strip(line)
			if ansi.StringWidth(plain) != r.Columns() {
				t.Errorf("scale %d: width %d, want %d", scale, ansi.StringWidth(plain), r.Columns())
			}
			if i := strings.Index(plain, want); i >= 0 {
				found++
				if i != 5*scale {
					t.Errorf("scale %d: the mark is at column %d, want %d", scale, i, 5*scale)
				}
			}
		}
		if found != 1 {
			t.Errorf("scale %d: %d marks %q", scale, found, want)
		}
	}
}

func TestLimit(t *testing.T) {
	outlier := make([]float32, 1000)
	for i := range outlier {
		outlier[i] = 0.9
	}
	outlier[7] = 50
	for _, c := range []struct {
		x    []float32
		want float64
	}{
		{nil, 1},
		{[]float32{0, 0}, 1},
		{[]float32{float32(math.NaN()), float32(math.Inf(-1))}, 1},
		{[]float32{-3.6, -3.6, 1}, 4},
		{[]float32{0.012, 0.012, 0.012}, 0.015},
		{[]float32{9, 9, 9}, 10},
		{outlier, 1},
	} {
		if got := Limit(c.x); math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("Limit of %d values = %v, want %v", len(c.x), got, c.want)
		}
	}
}

func TestLegendWidth(t *testing.T) {
	for _, convert := range []func(color.Color) color.Color{nil, colorprofile.TrueColor.Convert} {
		ink := NewSignedInk(stops, convert, false)
		for width := range 60 {
			if got := ansi.StringWidth(Legend(1.5, width, ink)); got != width {
				t.Errorf("a legend of width %d takes %d", width, got)
			}
		}
	}
}
