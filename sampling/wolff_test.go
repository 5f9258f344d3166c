package sampling

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"neuralrg/physics"
)

func warmWolff(t testing.TB, L int, T float64, start Start, seed uint64) *Wolff {
	t.Helper()
	w := NewWolff(ising(t, L, T), start, seed)
	w.WarmUp()
	return w
}

// spinEnergy is the energy of spins on the torus, -sum over bonds of s_i s_j.
func spinEnergy(spins []int8, size int) (energy int) {
	for i, s := range spins {
		row, column := i/size, i%size
		right, below := row*size+(column+1)%size, (row+1)%size*size+column
		energy -= int(s) * (int(spins[right]) + int(spins[below]))
	}
	return energy
}

func magnetizationOf(spins []int8) (m int) {
	for _, s := range spins {
		m += int(s)
	}
	return m
}

// A label puts configurations of the 4x4 torus into classes.
type label func(spins []int8) int

// By energy and magnetization, which lie between -32 and 32.
func macrostate(spins []int8) int { return 100*spinEnergy(spins, 4) + magnetizationOf(spins) }

// By the spins of a row and of a column.
func cross(spins []int8) (pattern int) {
	for _, i := range []int{0, 1, 2, 3, 4, 8, 12} {
		pattern = 2*pattern + int(spins[i]+1)/2
	}
	return pattern
}

// boltzmann4 is the p-value, by a chi-squared test, of the numbers of
// configurations of the 4x4 torus in each class, among independent draws with
// draw(spins). Classes expected fewer than ten times count as one.
func boltzmann4(draws int, draw func(spins []int8), T float64, of label) float64 {
	spins := make([]int8, 16)
	found := map[int]float64{}
	for range draws {
		draw(spins)
		found[of(spins)]++
	}
	probability := map[int]float64{}
	var total float64
	for state := range 1 << 16 {
		for i := range spins {
			spins[i] = int8(state>>i&1)*2 - 1
		}
		p := math.Exp(-float64(spinEnergy(spins, 4)) / T)
		probability[of(spins)] += p
		total += p
	}
	observed, expected := []float64{0}, []float64{0}
	for class, p := range probability {
		if want := p / total * float64(draws); want < 10 {
			observed[0] += found[class]
			expected[0] += want
		} else {
			observed = append(observed, found[class])
			expected = append(expected, want)
		}
	}
	return distuv.ChiSquared{K: float64(len(observed) - 1)}.Survival(stat.ChiSquare(observed, expected))
}

func TestWolffDistribution(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	for _, T := range []float64{1.6, physics.Tc, 4} {
		for start := range Cold + 1 {
			for name, of := range map[string]label{"energy and magnetization": macrostate, "a row and a column": cross} {
				w := warmWolff(t, 4, T, start, 5)
				if p := boltzmann4(40000, w.Draw, T, of); !(p > 1e-3) {
					t.Errorf("T = %v, start %v, classes by %s: p = %.2g", T, start, name, p)
				}
			}
		}
	}
}

// What the test above could not see would not be worth much: a temperature wrong
// by 2 %, and a number of clusters that depends on the clusters.
func TestWolffDistributionCanFail(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	const T = physics.Tc
	w := warmWolff(t, 4, 1.02*T, Hot, 5)
	if p := boltzmann4(40000, w.Draw, T, macrostate); p > 1e-6 {
		t.Errorf("T = %v passes for %v, p = %.2g", 1.02*T, T, p)
	}
	w = warmWolff(t, 4, T, Hot, 5)
	adaptive := func(spins []int8) {
		w.sweep(sweepsApart)
		copy(spins, w.Spins)
	}
	if p := boltzmann4(40000, adaptive, T, macrostate); p > 1e-6 {
		t.Errorf("drawing once so many sites are flipped passes, p = %.2g", p)
	}
}

// An update flips connected parallel spins and returns their number.
func TestWolffUpdate(t *testing.T) {
	const size = 6
	w := NewWolff(ising(t, size, physics.Tc), Hot, 7)
	for range 1000 {
		before := slices.Clone(w.Spins)
		n := w.Update()
		var flipped []int
		for i := range before {
			if before[i] != w.Spins[i] {
				flipped = append(flipped, i)
			}
		}
		if len(flipped) != n {
			t.Fatalf("%d spins flipped, %d returned", len(flipped), n)
		}
		if m := connected(before, size, flipped[0]); !subset(flipped, m) {
			t.Fatalf("the flipped sites %v are no cluster of parallel spins", flipped)
		}
	}
}

// connected is the domain of parallel spins around a site.
func connected(spins []int8, size, site int) map[int]bool {
	domain := map[int]bool{site: true}
	for next := []int{site}; len(next) > 0; next = next[1:] {
		row, column := next[0]/size, next[0]%size
		for _, j := range []int{
			row*size + (column+1)%size, row*size + (column+size-1)%size,
			(row+1)%size*size + column, (row+size-1)%size*size + column,
		} {
			if spins[j] == spins[site] && !domain[j] {
				domain[j] = true
				next = append(next, j)
			}
		}
	}
	return domain
}

func subset(sites []int, of map[int]bool) bool {
	return !slices.ContainsFunc(sites, func(i int) bool { return !of[i] })
}

// Deep in the ordered phase either sign comes as often as the other, in no
// order, whatever the number of clusters between draws; and a hot start leaves no
// wall between domains.
func TestWolffOrdered(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	const size, draws = 32, 2000
	for _, T := range []float64{0.1, 1} {
		for start := range Cold + 1 {
			_, m := wolffSeries(warmWolff(t, size, T, start, 13), size, draws)
			signs := make([]float64, draws)
			for i, v := range m {
				if math.Abs(v) < 0.95 {
					t.Fatalf("T = %v, start %v: |m| = %v", T, start, math.Abs(v))
				}
				signs[i] = math.Copysign(1, v)
			}
			e := Analyse([][]float64{signs})
			within(t, "sign of m", e, 0, 1.2/math.Sqrt(draws))
			if c := autocovariance([][]float64{signs}, 0, 1); math.Abs(c) > 4/math.Sqrt(draws) {
				t.Errorf("T = %v: signs of neighbouring draws are correlated by %.3f", T, c)
			}
		}
	}
}

// The first draw after a warm-up has forgotten a start from either side, and both
// count as many clusters between draws.
func TestWolffWarmUp(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	const size, seeds = 16, 200
	exact, _ := physics.ExactM2(size, physics.Tc)
	for start := range Cold + 1 {
		m2, spins := make([]float64, seeds), make([]int8, size*size)
		for seed := range m2 {
			w := warmWolff(t, size, physics.Tc, start, uint64(seed))
			if n := w.Between(); n < 6 || n > 10 {
				t.Errorf("start %v, seed %d: %d clusters between draws, not about 8", start, seed, n)
			}
			w.Draw(spins)
			m := float64(magnetizationOf(spins)) / float64(len(spins))
			m2[seed] = m * m
		}
		mean, deviation := stat.MeanStdDev(m2, nil)
		err := deviation / math.Sqrt(seeds)
		t.Logf("start %v: <m²> = %.4f +- %.4f, exact %.4f", start, mean, err, exact)
		if math.Abs(mean-exact) > 4*err || err > 0.02 {
			t.Errorf("start %v: <m²> of first draws is %v +- %v, want %v", start, mean, err, exact)
		}
	}
}

// At a high temperature clusters are single sites; at a low one they are nearly
// the lattice.
func TestWolffBetween(t *testing.T) {
	const size = 8
	if n := warmWolff(t, size, 100, Hot, 1).Between(); n < 220 || n > 256 {
		t.Errorf("%d clusters between draws at T = 100, of about one site each", n)
	}
	if n := warmWolff(t, size, 0.1, Hot, 1).Between(); n != sweepsApart {
		t.Errorf("%d clusters between draws at T = 0.1, of all sites each", n)
	}
}

// A seed means the same draws, however many are taken at a time.
func TestWolffReproducible(t *testing.T) {
	const sites, n = 36, 20
	draw := func(seed uint64, atOnce int) []int8 {
		w := warmWolff(t, 6, physics.Tc, Hot, seed)
		all, some := make([]int8, sites*n), make([]int8, sites*atOnce)
		for first := 0; first < n; first += atOnce {
			w.Draw(some)
			for i := range sites {
				copy(all[i*n+first:], some[i*atOnce:][:atOnce])
			}
		}
		return all
	}
	want := draw(1, n)
	for _, atOnce := range []int{n, 1, 5} {
		if !slices.Equal(draw(1, atOnce), want) {
			t.Errorf("%d draws at a time are others", atOnce)
		}
	}
	if slices.Equal(draw(2, n), want) {
		t.Error("another seed gives the same draws")
	}
}

func TestWolffWrongLength(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Draw accepts a part of a configuration")
		}
	}()
	NewWolff(ising(t, 4, physics.Tc), Hot, 1).Draw(make([]int8, 17))
}
