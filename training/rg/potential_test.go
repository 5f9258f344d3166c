package rg

import (
	"math"
	"testing"
)

// TestSitePotentialOfTheFields: a field of the dual is K's + noise, and so its
// density a mixture of normal ones, here summed over all spins.
func TestSitePotentialOfTheFields(t *testing.T) {
	const L, temperature = 4, 2.5
	_, l := levelsOf(t, testFlow(t, small, 41), true, temperature, 10000)
	p, err := SitePotential(l, 0, 40)
	if err != nil {
		t.Fatal(err)
	}
	// The weights of the mean of a field, K' s at site 0.
	weights, total := map[float64]float64{}, 0.0
	alpha := 0.1 + 4/temperature
	for state := range 1 << (L * L) {
		s := func(row, column int) float64 { return float64(2*(state>>((row+L)%L*L+(column+L)%L)&1) - 1) }
		var bonds float64
		for row := range L {
			for column := range L {
				bonds += s(row, column) * (s(row+1, column) + s(row, column+1))
			}
		}
		weight := math.Exp(bonds / temperature)
		weights[alpha*s(0, 0)+(s(1, 0)+s(-1, 0)+s(0, 1)+s(0, -1))/temperature] += weight
		total += weight
	}
	below := func(v float64) (sum float64) {
		for mean, weight := range weights {
			sum += weight / total * math.Erfc((mean-v)/math.Sqrt(2*alpha)) / 2
		}
		return sum
	}
	width := p.Values[21] - p.Values[20]
	var square float64
	for i, v := range p.Values {
		want := -math.Log((below(v+width/2) - below(v-width/2)) / width)
		square += math.Pow((p.Energy[i]-want)/p.Error[i], 2) / float64(len(p.Values))
	}
	if square < 0.4 || square > 1.7 || len(p.Values) < 20 {
		t.Errorf("energies of %d bins are off by %.2f of their errors", len(p.Values), math.Sqrt(square))
	}
}

// TestMeanPotentialOfTheTop: after all levels there is one site, whose potential is
// the effective energy, with ln Z.
func TestMeanPotentialOfTheTop(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds under the race detector")
	}
	m, f := learning(t)
	_, l := levelsOf(t, f, true, 4, 10000)
	p, err := MeanPotential(l, 2, 41)
	if err != nil {
		t.Fatal(err)
	}
	site, err := SitePotential(l, 2, 41)
	if err != nil {
		t.Fatal(err)
	}
	u, err := AlongUniform(t.Context(), f, true, m, 2, p.Values, 2000, 42, 2)
	if err != nil {
		t.Fatal(err)
	}
	near := 0
	for i, v := range p.Values {
		if math.Abs(p.Energy[i]-site.Energy[i]) > 1e-9 {
			t.Fatalf("at %v: mean %v, site %v", v, p.Energy[i], site.Energy[i])
		}
		if normal := p.Energy[i] - p.Departure[i]; math.Abs(normal-v*v/2/p.Spread/p.Spread-math.Log(p.Spread*math.Sqrt(2*math.Pi))) > 1e-9 {
			t.Fatalf("at %v: departure %v from %v", v, p.Departure[i], p.Energy[i])
		}
		if math.Abs(p.Energy[i]-u.Energy[i]-m.LnZDual()) < 2*math.Hypot(p.Error[i], u.Error[i]) {
			near++
		}
	}
	if len(p.Values) < 20 || 10*near < 8*len(p.Values) {
		t.Errorf("%d of %d bins are within two errors", near, len(p.Values))
	}
}

func TestPotentialRefused(t *testing.T) {
	_, l := levelsOf(t, testFlow(t, small, 43), false, 3, 19)
	for _, c := range [][2]int{{-1, 10}, {3, 10}, {0, 1}, {0, math.MaxInt}, {0, 10}} {
		_, err := SitePotential(l, c[0], c[1])
		hinted(t, err)
	}
	_, l = levelsOf(t, testFlow(t, small, 43), false, 3, 40)
	clear(l.Fields[1])
	_, err := MeanPotential(l, 1, 10)
	hinted(t, err)
}
