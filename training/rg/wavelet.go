package rg

import (
	"fmt"
	"math"
)

// Family is a family of orthonormal wavelets with compact support.
type Family string

const (
	// Haar has two taps: sums and differences of neighbours.
	Haar Family = "haar"
	// Daubechies4 has four taps and two vanishing moments: its details are blind to
	// constants and linear ramps (Daubechies, Comm. Pure Appl. Math. 41, 909 (1988)).
	Daubechies4 Family = "daubechies4"
)

// taps is the low-pass filter h of a family, of sum sqrt 2 and norm 1. The
// high-pass filter is g[t] = (-1)^t h[len(h)-1-t].
func (f Family) taps() []float64 {
	switch f {
	case Haar:
		return []float64{math.Sqrt2 / 2, math.Sqrt2 / 2}
	case Daubechies4:
		r := math.Sqrt(3)
		h := []float64{1 + r, 3 + r, 3 - r, 1 - r}
		for t := range h {
			h[t] /= 4 * math.Sqrt2
		}
		return h
	}
	panic("rg: no wavelets " + string(f))
}

// Band says which of the separable functions of a scale one is: the scaling
// function (low) or the wavelet (high), first along a column of the lattice, from
// row to row, then along a row.
type Band string

const (
	LL Band = "LL" // the scaling function
	LH Band = "LH" // changes from column to column
	HL Band = "HL" // changes from row to row
	HH Band = "HH" // changes both ways
)

// Details are the three wavelets of a scale.
var Details = []Band{LH, HL, HH}

// Wavelets are the functions of one scale on an L x L torus. Those of level k
// stand one to a block of 2^(k+1) x 2^(k+1) sites, as the latents of a flow do:
// three details a block, and the scaling function that coarser levels are made of.
//
// The support of a Daubechies wavelet of level k is a square of 6 2^k - 2 sites a
// side, before it winds round the torus: that of the causal cone of a latent.
type Wavelets struct {
	L, Level  int
	low, high []float64 // the factors, with the middle of the support between L/2-1 and L/2
}

// NewWavelets returns the wavelets of a level, 0 being the finest, for L = 2^m
// with m > level >= 0. It panics for others.
func NewWavelets(f Family, L, level int) *Wavelets {
	if L < 2 || L&(L-1) != 0 || level < 0 || L>>(level+1) == 0 {
		panic(fmt.Sprintf("rg: no wavelets of level %d at size %d", level, L))
	}
	h := f.taps()
	g := make([]float64, len(h))
	for t := range g {
		g[t] = h[len(h)-1-t]
		if t%2 == 1 {
			g[t] = -g[t]
		}
	}
	return &Wavelets{L: L, Level: level, low: factor(h, h, L, level), high: factor(g, h, L, level)}
}

// factor is the inverse periodic transform of a single coefficient: the filter of
// its level, first, then the low-pass filter of each finer one.
func factor(first, low []float64, L, level int) []float64 {
	v := make([]float64, L>>(level+1))
	v[0] = 1
	v = up(v, first)
	for range level {
		v = up(v, low)
	}
	support := (len(low)-1)*(2<<level-1) + 1
	return roll(v, (L-support)/2)
}

// up is a step of the inverse periodic transform: twice as many values.
func up(v, filter []float64) []float64 {
	w := make([]float64, 2*len(v))
	for i, c := range v {
		for t, weight := range filter {
			w[(2*i+t)%len(w)] += c * weight
		}
	}
	return w
}

// roll moves periodic values by so many places.
func roll(v []float64, by int) []float64 {
	w := make([]float64, len(v))
	for i, c := range v {
		w[mod(i+by, len(v))] = c
	}
	return w
}

// mod is i modulo n, from 0 to n-1.
func mod(i, n int) int { return (i%n + n) % n }

// Function returns one of the functions, row-major, of norm 1. The middle of its
// support is that of the lattice, between rows and columns L/2-1 and L/2, as that
// of the block of a latent in Responses.Centred.
func (w *Wavelets) Function(b Band) []float64 {
	rows, columns := w.factors(b)
	v := make([]float64, 0, w.L*w.L)
	for _, r := range rows {
		for _, c := range columns {
			v = append(v, r*c)
		}
	}
	return v
}

// factors are those of a band: down the rows, along the columns.
func (w *Wavelets) factors(b Band) (rows, columns []float64) {
	pick := func(letter byte) []float64 {
		if letter == 'H' {
			return w.high
		}
		return w.low
	}
	return pick(b[0]), pick(b[1])
}

// Coefficients returns the inner products of a row-major map with a band's function
// moved by every number of rows and columns: of moves (i, j) at i*L + j.
func (w *Wavelets) Coefficients(m []float64, b Band) []float64 {
	rows, columns := w.factors(b)
	L := w.L
	along := make([]float64, L*L)
	for i := range L {
		products(along[i*L:], m[i*L:], 1, columns)
	}
	c := make([]float64, L*L)
	for j := range L {
		products(c[j:], along[j:], L, rows)
	}
	return c
}

// products sets out[s] to the sum over i of v[i] f[i-s], periodically, the
// elements of out and v being a stride apart.
func products(out, v []float64, stride int, f []float64) {
	n := len(f)
	for s := range n {
		out[s*stride] = 0
	}
	for i, weight := range f {
		if weight == 0 {
			continue
		}
		for s := range n {
			out[s*stride] += weight * v[(i+s)%n*stride]
		}
	}
}
