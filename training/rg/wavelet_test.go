package rg

import (
	"fmt"
	"math"
	"testing"

	"neuralrg/model"
)

var families = map[Family]int{Haar: 2, Daubechies4: 4} // taps

// TestWaveletsAreOrthonormal: the details of all levels on one grid and the
// constant are an orthonormal basis of the fields.
func TestWaveletsAreOrthonormal(t *testing.T) {
	const L = 8
	for family, taps := range families {
		var basis [][]float64
		for level := range 3 {
			w := NewWavelets(family, L, level)
			// Supports begin at multiples of the block, not on either side of its middle.
			start := (L - ((taps-1)*(2<<level-1) + 1)) / 2
			bands := Details
			if level == 2 {
				bands = []Band{LL, LH, HL, HH}
			}
			for _, band := range bands {
				for i := 0; i < L; i += 2 << level {
					for j := 0; j < L; j += 2 << level {
						basis = append(basis, moved(w.Function(band), L, i-start, j-start))
					}
				}
			}
		}
		if len(basis) != L*L {
			t.Fatalf("%s: %d functions", family, len(basis))
		}
		for i, a := range basis {
			for j, b := range basis {
				want := 0.0
				if i == j {
					want = 1
				}
				if got := dot(a, b); math.Abs(got-want) > 1e-12 {
					t.Fatalf("%s: functions %d and %d have the product %g", family, i, j, got)
				}
			}
		}
		for _, v := range basis[len(basis)-4] {
			if math.Abs(v-1./L) > 1e-12 {
				t.Errorf("%s: the last scaling function is %g somewhere", family, v)
			}
		}
	}
}

// TestHaarIsDifferencesOfSquares writes them out.
func TestHaarIsDifferencesOfSquares(t *testing.T) {
	const L = 16
	for level := range 4 {
		w, half := NewWavelets(Haar, L, level), 1<<level
		for _, band := range []Band{LL, LH, HL, HH} {
			for site, got := range w.Function(band) {
				i, j := site/L-L/2, site%L-L/2 // the middle is just before 0, 0
				want := 0.0
				if i >= -half && i < half && j >= -half && j < half {
					want = 1 / float64(2*half)
					if (band[0] == 'H' && i >= 0) != (band[1] == 'H' && j >= 0) {
						want = -want
					}
				}
				if math.Abs(got-want) > 1e-12 {
					t.Fatalf("level %d, %s at %d, %d: %g, not %g", level, band, i, j, got, want)
				}
			}
		}
	}
}

// TestDaubechiesVanishes: away from the seam of the torus its details are blind to
// planes, and not to what is curved; Haar's are not blind to a slope.
func TestDaubechiesVanishes(t *testing.T) {
	const L = 32
	plane, bowl := make([]float64, L*L), make([]float64, L*L)
	for site := range plane {
		i, j := float64(site/L), float64(site%L)
		plane[site] = 3 - 0.7*i + 1.3*j
		bowl[site] = i*i + j*j
	}
	for level := range 3 {
		w, half := NewWavelets(Daubechies4, L, level), 3<<level-1
		tried := 0
		for _, band := range Details {
			flat, curved := w.Coefficients(plane, band), w.Coefficients(bowl, band)
			for move, c := range flat {
				i, j := (move/L+L/2)%L, (move%L+L/2)%L // the first row and column after the middle
				if i < half || i+half > L || j < half || j+half > L {
					continue
				}
				tried++
				if math.Abs(c) > 1e-9 {
					t.Fatalf("level %d, %s moved by %d: %g on a plane", level, band, move, c)
				}
				if band != HH && math.Abs(curved[move]) < 0.1 {
					t.Fatalf("level %d, %s moved by %d: %g on a bowl", level, band, move, curved[move])
				}
			}
		}
		if tried < 3*10*10 {
			t.Errorf("level %d is tried at %d places", level, tried)
		}
		if c := NewWavelets(Haar, L, level).Coefficients(plane, LH)[0]; math.Abs(c) < 0.1 {
			t.Errorf("Haar's level %d has %g on a plane", level, c)
		}
	}
}

// TestDaubechiesFillsTheCone: the support of its wavelets on the block of a latent
// is the causal cone of the latent.
func TestDaubechiesFillsTheCone(t *testing.T) {
	s := model.Shape{L: 64, Repeat: 1}
	for _, latent := range []int{1, 17*64 + 2, 10*64 + 20, 36*64 + 8, 8*64 + 63} {
		m := make([]float64, s.Sites())
		for site, in := range Cone(s, latent) {
			if in {
				m[site] = 1
			}
		}
		cone := made(s.L, s.Levels(), []int{latent}, m).aligned(0)
		for site, v := range NewWavelets(Daubechies4, s.L, s.Level(latent)).Function(HH) {
			if (v != 0) != (cone[site] != 0) {
				t.Fatalf("latent %d: at %d, %d the wavelet is %g, in the cone: %v", latent, site/s.L, site%s.L, v, cone[site] != 0)
			}
		}
	}
}

func TestCoefficientsAreInnerProducts(t *testing.T) {
	const L = 8
	m := widen(normals(1, L*L))
	for family := range families {
		for level := range 3 {
			w := NewWavelets(family, L, level)
			for _, band := range []Band{LL, LH, HL, HH} {
				for move, got := range w.Coefficients(m, band) {
					if want := dot(m, moved(w.Function(band), L, move/L, move%L)); math.Abs(got-want) > 1e-12 {
						t.Fatalf("%s, level %d, %s, move %d: %g, not %g", family, level, band, move, got, want)
					}
				}
			}
		}
	}
}

func TestNoSuchWavelets(t *testing.T) {
	for _, c := range []struct {
		family   Family
		L, level int
	}{{"", 8, 0}, {Haar, 8, 3}, {Haar, 8, -1}, {Daubechies4, 12, 0}, {Haar, 0, 0}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("there are wavelets of %s", fmt.Sprint(c))
				}
			}()
			NewWavelets(c.family, c.L, c.level)
		}()
	}
}
