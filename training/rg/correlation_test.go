package rg

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"

	"neuralrg/model"
	"neuralrg/physics"
)

// TestCollectiveVariables compares with sums over the sites and the bonds, one by
// one.
func TestCollectiveVariables(t *testing.T) {
	const size, n = 4, 20
	s := spinsAtRandom(size, n, 1)
	got := collectiveVariables(size, s)
	for b := range n {
		spin := func(row, column int) float64 { return float64(s.Spins[(row%size*size+column%size)*n+b]) }
		var m, staggered, energy float64
		for row := range size {
			for column := range size {
				m += spin(row, column)
				staggered += math.Pow(-1, float64(row+column)) * spin(row, column)
				energy -= spin(row, column) * (spin(row, column+1) + spin(row+1, column))
			}
		}
		sign := float64(s.Sign[b])
		for i, want := range []float64{sign * m, sign * staggered, energy} {
			if got[i][b] != want {
				t.Fatalf("variable %d of sample %d: %v, not %v", i, b, got[i][b], want)
			}
		}
	}
}

// spinsAtRandom are samples of free spins with signs and normal latents.
func spinsAtRandom(size, n int, seed uint64) *Sample {
	random := rand.New(rand.NewPCG(seed, 61))
	s := newSample(size*size, n)
	for i := range s.Spins {
		s.Spins[i] = int8(2*random.IntN(2) - 1)
		s.Z[i] = float32(random.NormFloat64())
	}
	for b := range s.Sign {
		s.Sign[b] = int8(2*random.IntN(2) - 1)
	}
	return s
}

// TestCollectives of latents that are made of the variables: known coefficients
// come out, the others are 0.
func TestCollectives(t *testing.T) {
	const size, n = 4, 6000
	shape := model.Shape{L: size}
	s := spinsAtRandom(size, n, 2)
	of := collectiveVariables(size, s)
	for _, v := range of {
		standard(v)
	}
	for b := range n {
		s.Z[3*n+b] = float32(0.6*of[0][b]) + 0.8*s.Z[3*n+b]
		s.Z[5*n+b] = float32(-0.6*of[1][b]) + 0.8*s.Z[5*n+b]
		s.Z[8*n+b] = float32(0.28*of[2][b]) + 0.96*s.Z[8*n+b]
		// A latent of either sign whose size is that of m.
		s.Z[9*n+b] = float32(math.Copysign(of[0][b], float64(s.Z[9*n+b])))
		// And one whose size is that of E.
		s.Z[11*n+b] = float32(math.Copysign(math.Sqrt(max(0, 2+0.5*of[2][b])), float64(s.Z[11*n+b])))
	}
	all, err := Collectives(shape, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(all); err != nil {
		t.Fatal(err)
	}
	near(t, "z of m", all[3].Value.Magnetization, 0.6, 3)
	near(t, "z of staggered m", all[5].Value.Staggered, -0.6, 3)
	near(t, "z of E", all[8].Value.Energy, 0.28, 3)
	if r := all[9].Square.Magnetization.Value; r < 0.999 || r > 1+1e-9 {
		t.Errorf("z² of the size of m: %v", r)
	}
	if r := all[11].Square.Energy.Value; r < 0.99 {
		t.Errorf("z² of the size of E: %v", r)
	}
	near(t, "the sign of m", all[9].Value.Magnetization, 0, 3)
	near(t, "z of m with staggered m", all[3].Value.Staggered, 0, 3)
	near(t, "z of nothing", all[7].Value.Energy, 0, 3.5)
	near(t, "z² of nothing", all[7].Square.Energy, 0, 3.5)
	for i, c := range all {
		if c.Site != i || c.Level != shape.Level(i) {
			t.Errorf("latent %d of level %d in place %d", c.Site, c.Level, i)
		}
	}
	ranked := RankCollective(all)
	if ranked[0].Site != 11 || ranked[1].Site != 9 || ranked[2].Site+ranked[3].Site != 8 || len(ranked) != 16 || all[0].Site != 0 {
		t.Errorf("order %d, %d, %d", ranked[0].Site, ranked[1].Site, ranked[2].Site)
	}
	if name, _ := ranked[1].Strongest(); name != "m² of z²" {
		t.Errorf("strongest in %s", name)
	}
}

// TestErrorsOfCorrelations: the scatter of coefficients of variables far from
// normal is as large as their errors.
func TestErrorsOfCorrelations(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 61))
	const repeats, n = 300, 400
	var values, errors []float64
	for range repeats {
		a, b := make([]float64, n), make([]float64, n)
		for i := range a {
			a[i] = random.ExpFloat64()
			b[i] = a[i] * (1 + 0.5*random.NormFloat64())
		}
		q := correlation(standard(a), standard(b))
		values, errors = append(values, q.Value), append(errors, q.Error)
	}
	spread, quoted := stat.StdDev(values, nil), stat.Mean(errors, nil)
	if math.Abs(quoted/spread-1) > 0.15 {
		t.Errorf("errors %v, spread %v", quoted, spread)
	}
}

// TestExplained: a variable that many latents carry together, none of them much.
func TestExplained(t *testing.T) {
	const size, n = 4, 4000
	shape := model.Shape{L: size}
	s := spinsAtRandom(size, n, 4)
	of := collectiveVariables(size, s)
	for _, v := range of {
		standard(v)
	}
	// The twelve latents of level 0 have each its part of m, and of a variable of
	// their own that their sum does not have: R² of their mean is known.
	random := rand.New(rand.NewPCG(5, 61))
	for b := range n {
		for site := range 16 {
			v := random.NormFloat64()
			if shape.Level(site) == 0 {
				v = 0.5*of[0][b] + math.Sqrt(0.75)*v
			}
			s.Z[site*n+b] = float32(v)
		}
	}
	all, err := ExplainedByLevel(context.Background(), shape, s)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 || all[0].Latents != 12 || all[1].Latents != 4 || all[2].Latents != 16 || all[2].From != 0 || all[2].To != 1 {
		t.Fatalf("%+v", all)
	}
	const want = 12 * 0.25 / (12*0.25 + 0.75)
	near(t, "m by level 0", all[0].Magnetization, want, 3)
	near(t, "m by level 1", all[1].Magnetization, 0, 3)
	near(t, "m by all", all[2].Magnetization, want, 3)
	near(t, "E by all", all[2].Energy, 0, 3)
	if all[0].Magnetization.Error > 0.02 {
		t.Errorf("error %v", all[0].Magnetization.Error)
	}
}

// TestExplainedByChance: nothing, however many latents there are for the samples.
func TestExplainedByChance(t *testing.T) {
	shape := model.Shape{L: 16}
	shares := map[int][]float64{}
	for i := range 12 {
		few, err := ExplainedByLevel(context.Background(), shape, spinsAtRandom(16, 300, uint64(10+i)))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range few {
			shares[e.Latents] = append(shares[e.Latents], e.Magnetization.Value, e.Energy.Value)
		}
	}
	if len(shares) != 3 || shares[192] != nil {
		t.Errorf("regressions of %d sizes", len(shares))
	}
	for latents, values := range shares {
		checkMean(t, fmt.Sprintf("the share that %d latents explain", latents), values, 0)
	}
}

// TestCollectivesOfTheTarget: the latents of the identity at one level are fields,
// whose correlation with the magnetization is the same everywhere.
func TestCollectivesOfTheTarget(t *testing.T) {
	const n = 5000
	f, m := testFlow(t, small, 3), testIsing(t, 4, physics.Tc)
	s, err := Target(context.Background(), f, false, m, n, 5, 2)
	if err != nil {
		t.Fatal(err)
	}
	copy(s.Z, s.X)
	all, err := Collectives(small, s)
	if err != nil {
		t.Fatal(err)
	}
	var r []float64
	for _, c := range all {
		r = append(r, c.Value.Magnetization.Value)
		near(t, "an odd variable with E", c.Value.Energy, 0, 4)
	}
	mean, spread := stat.MeanStdDev(r, nil)
	if mean < 0.6 || spread > 3*all[0].Value.Magnetization.Error {
		t.Errorf("correlation of fields and m: %v, spread %v", mean, spread)
	}
}

func TestCollectivesRefuse(t *testing.T) {
	s := spinsAtRandom(4, 100, 7)
	s.Z[3] = float32(math.Inf(1))
	few := spinsAtRandom(4, 20, 7)
	for _, bad := range []*Sample{s, few} {
		_, err := Collectives(model.Shape{L: 4}, bad)
		hinted(t, err)
		_, err = ExplainedByLevel(context.Background(), model.Shape{L: 4}, bad)
		hinted(t, err)
	}
}
