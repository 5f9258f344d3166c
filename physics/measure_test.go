package physics

import (
	"fmt"
	"math"
	"testing"
)

// measured returns what Measure says of n samples.
func measured(m *Ising, n int, x []float32, spins []int8) [][]float64 {
	rows := make([][]float64, m.Measured())
	for q := range rows {
		rows[q] = make([]float64, n)
	}
	m.Measure(rows, x, spins)
	return rows
}

// observables4 are the rows of Measure of one spin configuration at L = 4, from
// their definitions.
func observables4(spins *[16]float64, energy float64) [Correlations + 2]float64 {
	var m float64
	var g [2]float64
	for i, s := range spins {
		m += s / 16
		row, column := i/4, i%4
		for r := range g {
			g[r] += s * (spins[row*4+(column+r+1)%4] + spins[(row+r+1)%4*4+column]) / 32
		}
	}
	e := energy / 16
	return [...]float64{e, e * e, m * m, m * m * m * m, math.Abs(m), m * m, g[0], g[1]}
}

// What is measured of a field is the mean over all 2^16 spins that may go with
// it, but for the rows that are of the spins given.
func TestMeasureBruteForce(t *testing.T) {
	const sites, n = 16, 3
	x := gaussianFields(sites*n, 1, 21)
	var want [n][Correlations + 2]float64
	spins4(func(spins *[16]float64, e float64) {
		values := observables4(spins, e)
		for b := range n {
			p := 1.0
			for i, s := range spins {
				p /= 1 + math.Exp(-2*s*float64(x[i*n+b]))
			}
			for q, v := range values {
				want[b][q] += p * v
			}
		}
	})
	up := make([]int8, sites*n)
	for i := range up {
		up[i] = 1
	}
	up[0], up[n+1] = -1, -1 // in samples 0 and 1
	got := measured(mustIsing(t, 4, Tc), n, x, up)
	for b := range n {
		m := []float64{14.0 / 16, 14.0 / 16, 1}[b]
		want[b][DrawnM], want[b][DrawnM2] = m, m*m
		for q := range got {
			near(t, fmt.Sprintf("observable %d of sample %d", q, b), got[q][b], want[b][q], 1e-12)
		}
	}
}

// Strong fields leave no choice of spins: each of the 2^16 configurations has
// its own observables, in any batch.
func TestMeasureSpins(t *testing.T) {
	const sites, n = 16, 1 << 16
	x, s := make([]float32, sites*n), make([]int8, sites*n)
	want := make([][Correlations + 2]float64, 0, n)
	spins4(func(spins *[16]float64, e float64) {
		for i, spin := range spins {
			x[i*n+len(want)], s[i*n+len(want)] = float32(30*spin), int8(spin)
		}
		want = append(want, observables4(spins, e))
	})
	for q, row := range measured(mustIsing(t, 4, Tc), n, x, s) {
		for b, v := range row {
			if math.Abs(v-want[b][q]) > 1e-14 {
				t.Fatalf("observable %d of state %d is %v, want %v", q, b, v, want[b][q])
			}
		}
	}
}

// On a larger lattice: what other functions say, and each sample alone.
func TestMeasureBatches(t *testing.T) {
	const size, n = 6, 37
	m := mustIsing(t, size, 2)
	x := gaussianFields(m.Sites()*n, 1, 22)
	spins := make([]int8, len(x))
	for i, field := range x {
		spins[i] = int8(math.Copysign(1, float64(field)))
	}
	m2, energy := make([]float64, n), make([]float64, n)
	MagnetizationSquared(m2, x)
	m.SpinEnergy(energy, x)
	got := measured(m, n, x, spins)
	one, oneSpins := make([]float32, m.Sites()), make([]int8, m.Sites())
	for b := range n {
		near(t, "m²", got[M2][b], m2[b], 1e-13)
		near(t, "energy", got[EnergyPerSite][b], energy[b]/float64(m.Sites()), 1e-12)
		near(t, "G(1)", got[Correlations][b], -got[EnergyPerSite][b]/2, 1e-12)
		for i := range one {
			one[i], oneSpins[i] = x[i*n+b], spins[i*n+b]
		}
		for q, row := range measured(m, 1, one, oneSpins) {
			if row[0] != got[q][b] {
				t.Errorf("observable %d of sample %d is %v alone and %v in a batch", q, b, row[0], got[q][b])
			}
		}
	}
}

func BenchmarkMeasure(b *testing.B) {
	for _, size := range []int{16, 64} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			m, n := mustIsing(b, size, Tc), 64
			x, spins := gaussianFields(m.Sites()*n, 1, 24), make([]int8, m.Sites()*n)
			rows := measured(m, n, x, spins)
			for b.Loop() {
				m.Measure(rows, x, spins)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "us/sample")
		})
	}
}
