package rg

import (
	"encoding/json"
	"fmt"
	"math"
	"math/cmplx"
	"reflect"
	"slices"
	"testing"

	"neuralrg/model"
)

// made are responses with the given maps.
func made(L, levels int, latents []int, maps ...[]float64) *Responses {
	r := &Responses{L: L, Levels: levels, Samples: 2, Latents: latents}
	for _, m := range maps {
		narrow := make([]float32, len(m))
		for i, v := range m {
			narrow[i] = float32(v)
		}
		r.Map = append(r.Map, narrow)
		r.Error = append(r.Error, make([]float32, len(m)))
	}
	return r
}

// haar is +1 and -1 on the square of so many sites a side that ends at a site.
func haar(L, lastRow, lastColumn, side int, band Band) []float64 {
	m := make([]float64, L*L)
	for i := range side {
		for j := range side {
			row, column := (lastRow-i+L)%L, (lastColumn-j+L)%L
			m[row*L+column] = 1
			if (band[0] == 'H' && i < side/2) != (band[1] == 'H' && j < side/2) {
				m[row*L+column] = -1
			}
		}
	}
	return m
}

func same(t *testing.T, name string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) < 1e-6) {
		t.Errorf("%s is %g, not %g", name, got, want)
	}
}

// TestShapeOfHaarWavelets: responses that are the Haar wavelets on the blocks of
// their latents, those at the edge of the torus among them.
func TestShapeOfHaarWavelets(t *testing.T) {
	const L = 16
	s := model.Shape{L: L, Depth: 3}
	bands := map[[2]bool]Band{{true, false}: HL, {false, true}: LH, {true, true}: HH, {false, false}: LL}
	var maps [][]float64
	for latent := range L * L {
		side := 2 << s.Level(latent)
		row, column := latent/L, latent%L
		// The block ends at the next multiples of its side; which detail it is, is
		// chosen by the place of the latent in it.
		last := func(at int) int { return (at + side - 1) / side * side }
		maps = append(maps, haar(L, last(row), last(column), side, bands[[2]bool{row%side != 0, column%side != 0}]))
	}
	r := made(L, 3, all(s), maps...)
	for latent := range L * L {
		row, column := latent/L, latent%L
		got, side := r.Shape(latent), 2<<s.Level(latent)
		coarsest := row%8 == 0 && column%8 == 0
		if got.Latent != latent || got.Level != s.Level(latent) || got.Block != side || got.Coarsest != coarsest {
			t.Fatalf("latent %d is said to be %+v", latent, got)
		}
		band := bands[[2]bool{row%side != 0, column%side != 0}]
		want := Likeness{Band: band, Overlap: 1, Span: 1}
		for _, l := range []Likeness{got.Haar.Block, got.Haar.Best} {
			same(t, "the overlap", l.Overlap, want.Overlap)
			same(t, "the span", l.Span, want.Span)
			if l.Band != band || l.Row != 0 || l.Column != 0 {
				t.Fatalf("latent %d is like %+v", latent, l)
			}
		}
		if d := got.Daubechies.Best.Overlap; !(d > 0.5 && d < 0.99) {
			t.Errorf("latent %d overlaps by %g with a Daubechies wavelet", latent, d)
		}
		same(t, "the norm", got.Norm, float64(side))
		same(t, "the noise", got.Noise, 0)
		same(t, "the row", got.Row, 0)
		same(t, "the column", got.Column, 0)
		same(t, "the radius", got.Radius, math.Sqrt(float64(side*side-1)/6))
		oscillation := 1.0
		if coarsest {
			oscillation = 0
		}
		same(t, "the oscillation", got.Oscillation, oscillation)
		same(t, "the wavenumber", got.Wavenumber, math.Sqrt(map[Band]float64{LL: 4, LH: 8, HL: 8, HH: 12}[band]/float64(side)))
		if len(got.Translates) != 2 || len(got.Siblings) != map[bool]int{side == 8: 3, side < 8: 2}[true] {
			t.Fatalf("latent %d has overlaps %v, %v", latent, got.Translates, got.Siblings)
		}
		for _, o := range got.Translates {
			same(t, "the overlap of translates", o, 0)
		}
		for _, o := range got.Siblings {
			same(t, "the overlap of siblings", o.Overlap, 0)
			if s.Level(o.Latent) != got.Level || o.Latent == latent {
				t.Errorf("latents %d and %d are no siblings", latent, o.Latent)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

// TestWhereTheWaveletIs: it is found where it was put, with the parts that the
// details have in it.
func TestWhereTheWaveletIs(t *testing.T) {
	const L, latent = 16, 2*16 + 4 // its block of 4 ends at row 4, column 4
	w := NewWavelets(Daubechies4, L, 1)
	m := make([]float64, L*L)
	for site, v := range w.Function(HL) {
		m[site] = -0.8*v + 0.6*w.Function(HH)[site]
	}
	// From the middle of the lattice, 7.5, to that of the block, 2.5, and on.
	r := made(L, 4, []int{latent}, moved(m, L, 2-7+3, 2-7-2))
	got := r.Shape(0).Daubechies.Best
	if got.Band != HL || got.Row != 3 || got.Column != -2 {
		t.Errorf("it is found as %+v", got)
	}
	same(t, "the overlap", got.Overlap, 0.8)
	same(t, "the span", got.Span, 1)
	if block := r.Shape(0).Daubechies.Block; block.Span > 0.9 || block.Row%4 != 0 || block.Column%4 != 0 {
		t.Errorf("on the block it is %+v", block)
	}
}

// TestShapeMovesAlong: the flow commutes with translations by whole blocks, and
// what is said of a response does too.
func TestShapeMovesAlong(t *testing.T) {
	const L = 16
	m := make([]float64, L*L)
	for site := range m {
		m[site] = math.Sin(float64(site)) * math.Exp(-float64((site/L-6)*(site/L-6)+(site%L-5)*(site%L-5))/4)
	}
	latents := []int{4*L + 6, 4*L + 2, 12*L + 14}
	r := made(L, 4, latents, m, moved(m, L, 0, -4), moved(m, L, 8, 8))
	first := r.Shape(0)
	first.Latent = 0
	for i := range latents {
		s := r.Shape(i)
		s.Latent = 0
		if !reflect.DeepEqual(s, first) {
			t.Errorf("latent %d: %+v, not %+v", latents[i], s, first)
		}
		if !slices.Equal(r.Centred(i), r.Centred(0)) {
			t.Errorf("latent %d is drawn in another way", latents[i])
		}
	}
}

// TestCentreAndRadius: of two sites on either side of the seam.
func TestCentreAndRadius(t *testing.T) {
	const L = 8
	m := make([]float64, L*L)
	m[0*L+3], m[6*L+3] = -1, 1 // rows 0 and 6 are 2 apart
	r := made(L, 3, []int{0*L + 1}, m)
	s := r.Shape(0) // its block ends at row 0, column 2: its middle is -0.5, 1.5
	same(t, "the row", s.Row, -0.5)
	same(t, "the column", s.Column, 1.5)
	same(t, "the radius", s.Radius, 1)
	same(t, "the oscillation", s.Oscillation, 1)
	centred := r.Centred(0)
	if row := slices.IndexFunc(centred, func(v float64) bool { return v != 0 }); row/L < 2 || row/L > 3 || row%L < 3 || row%L > 4 {
		t.Errorf("it is drawn from row %d, column %d on", row/L, row%L)
	}
	m[6*L+3] = -0.5
	same(t, "the oscillation", made(L, 3, []int{1}, m).Shape(0).Oscillation, 0)
	m[6*L+3] = 0.5
	same(t, "the oscillation", made(L, 3, []int{1}, m).Shape(0).Oscillation, 1-0.5/1.5)
}

// TestWavenumber: against the spectrum, by a slow Fourier transform.
func TestWavenumber(t *testing.T) {
	const L = 4
	board, constant, sites := make([]float64, L*L), make([]float64, L*L), widen(normals(3, L*L))
	for site := range board {
		board[site] = 1 - 2*float64((site/L+site%L)%2)
		constant[site] = -3
	}
	same(t, "that of a chequerboard", wavenumber(board, L), math.Sqrt(8))
	same(t, "that of a constant", wavenumber(constant, L), 0)
	var sum, weights float64
	for p := range L {
		for q := range L {
			var wave complex128
			for site, v := range sites {
				wave += cmplx.Rect(v, 2*math.Pi/L*float64(p*(site/L)+q*(site%L)))
			}
			sine := func(k int) float64 { return 2 * math.Sin(math.Pi*float64(k)/L) }
			weight := real(wave)*real(wave) + imag(wave)*imag(wave)
			sum += weight * (sine(p)*sine(p) + sine(q)*sine(q))
			weights += weight
		}
	}
	same(t, "that of noise", wavenumber(sites, L), math.Sqrt(sum/weights))
}

// TestShapeIsPlainData: shapes of nothing, of a random flow and of a flow that is
// cut off survive JSON, which has no NaN.
func TestShapeIsPlainData(t *testing.T) {
	const L = 8
	maps := []*Responses{made(L, 3, []int{5}, make([]float64, L*L))}
	for _, depth := range []int{0, 1} {
		s := model.Shape{L: L, Depth: depth, Repeat: 1, Couplings: 4, Hidden: 4, HiddenLayers: 1}
		maps = append(maps, respond(t, testFlow(t, s, 1), []int{0, 7, 56, 63, 4}, normals(1, 3*L*L), 1))
	}
	for _, r := range maps {
		for i := range r.Latents {
			var back ResponseShape
			text, err := json.Marshal(r.Shape(i))
			if err == nil {
				err = json.Unmarshal(text, &back)
			}
			if err != nil || !reflect.DeepEqual(back, r.Shape(i)) {
				t.Errorf("%v: %+v became %+v", err, r.Shape(i), back)
			}
		}
	}
	if got := maps[2].Shape(0); !got.Coarsest || got.Level != 0 || got.Haar.Best.Band != LL || len(got.Siblings) != 3 {
		t.Errorf("the first latent of a flow of one level is %+v", got)
	}
}

// TestNoise: of a map of norm 5 with an error of 0.1 at each of 16 sites.
func TestNoise(t *testing.T) {
	m := make([]float64, 16)
	m[3], m[7] = 3, 4
	r := made(4, 2, []int{1}, m)
	for i := range r.Error[0] {
		r.Error[0][i] = 0.1
	}
	same(t, "the norm", r.Shape(0).Norm, 5)
	same(t, "the noise", r.Shape(0).Noise, 0.4/5)
}

func BenchmarkShape(b *testing.B) {
	for _, L := range []int{16, 64} {
		r := made(L, 4, []int{1}, widen(normals(1, L*L)))
		b.Run(fmt.Sprint(L), func(b *testing.B) {
			for b.Loop() {
				r.Shape(0)
			}
		})
	}
}
