package training

import (
	"math"
	"slices"
	"testing"
)

// TestZigguratClosesAtTheTop holds the table against what defines it: layers of
// one area, the top one ending at f(0) = 1.
func TestZigguratClosesAtTheTop(t *testing.T) {
	height := math.Exp(-zigguratBase * zigguratBase / 2)
	area := zigguratBase*height + math.Sqrt(math.Pi/2)*math.Erfc(zigguratBase/math.Sqrt2)
	if got := float64(ziggurat[0].step) * zigguratSteps * height; math.Abs(got/area-1) > 1e-6 {
		t.Errorf("the lowest layer has area %v, not %v", got, area)
	}
	for i, l := range ziggurat[1:] {
		if got := float64(l.step) * zigguratSteps * l.height; math.Abs(got/area-1) > 1e-6 {
			t.Errorf("layer %d has area %v, the lowest %v", i+1, got, area)
		}
		if math.Abs(l.bottom-height) > 1e-14 {
			t.Errorf("layer %d begins at %v, the one below ends at %v", i+1, l.bottom, height)
		}
		height = l.bottom + l.height
	}
	if math.Abs(height-1) > 1e-14 {
		t.Errorf("the top layer ends at %v", height)
	}
}

// cells cut the positive line at the quarters of every layer's edge, where a
// point may be turned down, and the tail in pieces.
func cells() (edges []float64) {
	for i := range ziggurat {
		if i == 0 {
			continue
		}
		outer := float64(ziggurat[i].step) * zigguratSteps
		inner := 0.0
		if i+1 < zigguratLayers {
			inner = float64(ziggurat[i+1].step) * zigguratSteps
		}
		for quarter := range 4 {
			edges = append(edges, outer+(inner-outer)*float64(quarter)/4)
		}
	}
	edges = append(edges, 0, 3.75, 3.85, 3.95, 4.1, 4.3, math.Inf(1))
	slices.Sort(edges)
	return edges
}

// TestNoiseIsNormal counts numbers in cells of the line, and pairs of
// neighbours in cells of the plane.
func TestNoiseIsNormal(t *testing.T) {
	const numbers, fills = 1 << 18, 20
	edges := cells()
	below := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

	line := make([]float64, len(edges)-1)
	const side = 16
	var plane [3][side * side]float64 // of neighbours, at distances 1, 2, 3
	r, z := newNoise(), make([]float32, numbers)
	var sum [5]float64
	for fill := range fills {
		r.fill(z, 77, fill, 3)
		for i, x := range z {
			next, _ := slices.BinarySearch(edges, math.Abs(float64(x)))
			line[next-1]++
			power := 1.0
			for k := range sum {
				sum[k] += power
				power *= float64(x)
			}
			for d := range plane {
				if i > d {
					a, b := below(float64(x)), below(float64(z[i-d-1]))
					plane[d][int(a*side)*side+int(b*side)]++
				}
			}
		}
	}

	const n = numbers * fills
	chi2 := 0.0
	for i, count := range line {
		want := 2 * n * (below(edges[i+1]) - below(edges[i]))
		chi2 += (count - want) * (count - want) / want
	}
	within(t, "cells of the line", chi2, len(line)-1)
	for d := range plane {
		chi2 := 0.0
		for _, count := range plane[d] {
			want := float64(numbers-d-1) * fills / (side * side)
			chi2 += (count - want) * (count - want) / want
		}
		within(t, "pairs", chi2, side*side-1)
	}
	for power, want := range []float64{1, 0, 1, 0, 3} {
		variance := []float64{0, 1, 2, 15, 96}[power]
		if got := sum[power] / n; math.Abs(got-want) > 4*math.Sqrt(variance/n) {
			t.Errorf("moment %d is %v, not %v", power, got, want)
		}
	}
}

// TestTailIsNormal counts in cells of equal probability.
func TestTailIsNormal(t *testing.T) {
	const n, parts = 200_000, 50
	source := newNoise().source
	var count [parts]float64
	whole := math.Erfc(zigguratBase / math.Sqrt2)
	for range n {
		beyond := math.Erfc(beyondBase(source)/math.Sqrt2) / whole // even in 0..1
		count[min(int(beyond*parts), parts-1)]++
	}
	chi2 := 0.0
	for _, c := range count {
		const want = n / parts
		chi2 += (c - want) * (c - want) / want
	}
	within(t, "the tail", chi2, parts-1)
}

// within wants chi-squared within four of its standard deviations.
func within(t *testing.T, what string, chi2 float64, freedom int) {
	t.Helper()
	f := float64(freedom)
	if math.Abs(chi2-f) > 4*math.Sqrt(2*f) {
		t.Errorf("%s: chi-squared %.1f with %d degrees of freedom", what, chi2, freedom)
	}
}

// TestNoiseDependsOnSeedEpochAndShard also fills an odd number.
func TestNoiseDependsOnSeedEpochAndShard(t *testing.T) {
	draw := func(seed uint64, epoch, shard int) [5]float32 {
		var z [5]float32
		newNoise().fill(z[:], seed, epoch, shard)
		return z
	}
	first := draw(1, 1, 1)
	if draw(1, 1, 1) != first {
		t.Error("the same key gave other numbers")
	}
	for _, other := range [][5]float32{draw(2, 1, 1), draw(1, 2, 1), draw(1, 1, 2)} {
		for i, x := range other {
			if x == first[i] {
				t.Errorf("number %d is %v under two keys", i, x)
			}
		}
	}
}
