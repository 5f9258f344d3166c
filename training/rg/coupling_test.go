package rg

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"neuralrg/physics"
	"neuralrg/sampling"
)

// near fails a test if an estimate is not within some of its errors.
func near(t *testing.T, what string, got sampling.Quantity, want, errors float64) {
	t.Helper()
	if !(math.Abs(got.Value-want) <= errors*got.Error) {
		t.Errorf("%s is %.5f(%.5f), not %.5f", what, got.Value, got.Error, want)
	}
}

// TestCouplingsOfTheIsingModel: spins with their exact Boltzmann weight couple by
// 1/T to neighbours and not at all to diagonals.
func TestCouplingsOfTheIsingModel(t *testing.T) {
	for i, temperature := range []float64{1.8, 2.269, 3, 5} {
		m, err := physics.NewIsing(8, temperature)
		if err != nil {
			t.Fatal(err)
		}
		w := sampling.NewWolff(m, sampling.Hot, uint64(7+i))
		w.WarmUp()
		spins := make([]int8, 64*2000)
		w.Draw(spins)
		k, err := SpinCouplings(spins, 8)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "K1", k.Nearest, 1/temperature, 3)
		near(t, "K2", k.Diagonal, 0, 3)
		if k.Nearest.Error > 0.02 || k.Diagonal.Error > 0.02 {
			t.Errorf("T = %v: errors %v and %v of 2,000 samples", temperature, k.Nearest.Error, k.Diagonal.Error)
		}
	}
}

// TestCouplingsOnSmallTori: all configurations of the 2 x 2 and the 4 x 4 torus,
// drawn by their weights, with their doubled bonds and with both couplings.
func TestCouplingsOnSmallTori(t *testing.T) {
	for _, L := range []int{2, 4} {
		const k1, k2, n = 0.2, -0.07, 20000
		spins := pairModel(L, k1, k2, n)
		k, err := SpinCouplings(spins, L)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "K1", k.Nearest, k1, 3)
		near(t, "K2", k.Diagonal, k2, 3)
	}
}

// pairModel draws configurations of an Ising model with diagonals, from the list of all with their
// weights.
func pairModel(L int, k1, k2 float64, n int) []int8 {
	sites := L * L
	sum := make([]float64, 1<<sites)
	total := 0.0
	at := func(state, row, column int) float64 {
		return float64(2*(state>>((row+L)%L*L+(column+L)%L)&1) - 1)
	}
	for state := range sum {
		var u float64
		for row := range L {
			for column := range L {
				s := at(state, row, column)
				u += k1 * s * (at(state, row+1, column) + at(state, row, column+1))
				u += k2 * s * (at(state, row+1, column+1) + at(state, row+1, column-1))
			}
		}
		total += math.Exp(u)
		sum[state] = total
	}
	rng := rand.New(rand.NewPCG(11, 13))
	spins := make([]int8, sites*n)
	for b := range n {
		u := rng.Float64() * total
		low, high := 0, len(sum)-1
		for low < high {
			if middle := (low + high) / 2; sum[middle] < u {
				low = middle + 1
			} else {
				high = middle
			}
		}
		for i := range sites {
			spins[i*n+b] = int8(2*(low>>i&1) - 1)
		}
	}
	return spins
}

// TestCouplingErrors: the errors are what repeats with other samples differ by.
func TestCouplingErrors(t *testing.T) {
	m, err := physics.NewIsing(4, 2.5)
	if err != nil {
		t.Fatal(err)
	}
	w := sampling.NewWolff(m, sampling.Hot, 3)
	w.WarmUp()
	const repeats = 60
	var squares [2]float64
	for range repeats {
		spins := make([]int8, 16*400)
		w.Draw(spins)
		k, err := SpinCouplings(spins, 4)
		if err != nil {
			t.Fatal(err)
		}
		for i, off := range []float64{(k.Nearest.Value - 0.4) / k.Nearest.Error, k.Diagonal.Value / k.Diagonal.Error} {
			squares[i] += off * off / repeats
		}
	}
	for i, square := range squares {
		if square < 0.5 || square > 1.8 {
			t.Errorf("coupling %d is off by %.2f of its errors", i+1, math.Sqrt(square))
		}
	}
}

// TestGaussianCouplings: fields of a Gaussian with a given inverse covariance, made
// with its Cholesky factor.
func TestGaussianCouplings(t *testing.T) {
	sizes := []int{2, 4, 8}
	if testing.Short() {
		sizes = sizes[:2]
	}
	for _, L := range sizes {
		const nearest, diagonal, n = 0.15, -0.03, 8000
		y := gaussian(t, L, nearest, diagonal, n)
		k, err := GaussianCouplings(y, L)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "neighbours", k.Nearest, nearest, 3)
		near(t, "diagonals", k.Diagonal, diagonal, 3)
		if k.Nearest.Error > 0.01 {
			t.Errorf("L = %d: error %v of %d samples", L, k.Nearest.Error, n)
		}
	}
}

// gaussian draws n fields with the inverse covariance 1 - nearest per bond to a
// neighbour - diagonal per bond to a diagonal.
func gaussian(t *testing.T, L int, nearest, diagonal float64, n int) []float32 {
	t.Helper()
	p := mat.NewSymDense(L*L, nil)
	bond := func(i, row, column int, coupling float64) {
		j := (row+L)%L*L + (column+L)%L
		p.SetSym(i, j, p.At(i, j)-coupling)
	}
	for i := range L * L {
		row, column := i/L, i%L
		p.SetSym(i, i, p.At(i, i)+1)
		// Each bond from one of its ends.
		bond(i, row+1, column, nearest)
		bond(i, row, column+1, nearest)
		bond(i, row+1, column+1, diagonal)
		bond(i, row+1, column-1, diagonal)
	}
	var factor mat.Cholesky
	if !factor.Factorize(p) {
		t.Fatal("no covariance")
	}
	var upper mat.TriDense // P = U'U, so that y = U^-1 e has the covariance P^-1
	factor.UTo(&upper)
	rng := rand.New(rand.NewPCG(17, 19))
	y := make([]float32, L*L*n)
	e, v := mat.NewVecDense(L*L, nil), mat.NewVecDense(L*L, nil)
	for b := range n {
		for i := range L * L {
			e.SetVec(i, rng.NormFloat64())
		}
		if err := v.SolveVec(&upper, e); err != nil {
			t.Fatal(err)
		}
		for i := range L * L {
			y[i*n+b] = float32(v.AtVec(i))
		}
	}
	return y
}

// TestGaussianCouplingsOfTheDual: the fields of the Ising model have the covariance
// K'GK' + K', where G is that of the spins, here a sum over all of them.
func TestGaussianCouplingsOfTheDual(t *testing.T) {
	const L, temperature, n = 4, 3.0, 20000
	m, err := physics.NewIsing(L, temperature)
	if err != nil {
		t.Fatal(err)
	}
	w := sampling.NewWolff(m, sampling.Hot, 23)
	w.WarmUp()
	spins := make([]int8, L*L*n)
	w.Draw(spins)
	x := make([]float32, len(spins))
	m.Lift(x, spins, rand.New(rand.NewPCG(29, 31)))
	k, err := GaussianCouplings(x, L)
	if err != nil {
		t.Fatal(err)
	}

	coupling := mat.NewSymDense(L*L, nil)
	for i := range L * L {
		coupling.SetSym(i, i, 0.1+4/temperature)
		for _, j := range []int{i/L*L + (i+1)%L, (i + L) % (L * L)} {
			coupling.SetSym(i, j, 1/temperature)
		}
	}
	var covariance, inverse mat.Dense
	covariance.Mul(coupling, spinCovariance(L, temperature))
	covariance.Mul(&covariance, coupling)
	covariance.Add(&covariance, coupling)
	if err := inverse.Inverse(&covariance); err != nil {
		t.Fatal(err)
	}
	near(t, "neighbours", k.Nearest, -inverse.At(0, 1)/inverse.At(0, 0), 3)
	near(t, "diagonals", k.Diagonal, -inverse.At(0, L+1)/inverse.At(0, 0), 3)
}

// spinCovariance is that of the Ising model, summed over all configurations.
func spinCovariance(L int, temperature float64) *mat.Dense {
	sites := L * L
	g := mat.NewDense(sites, sites, nil)
	var z float64
	for state := range 1 << sites {
		s := func(i int) float64 { return float64(2*(state>>i&1) - 1) }
		var bonds float64
		for i := range sites {
			bonds += s(i) * (s(i/L*L+(i+1)%L) + s((i+L)%sites))
		}
		weight := math.Exp(bonds / temperature)
		z += weight
		for j := range sites {
			g.Set(0, j, g.At(0, j)+weight*s(0)*s(j))
		}
	}
	for i := range sites {
		for j := range sites {
			displacement := (j/L-i/L+L)%L*L + (j%L-i%L+L)%L
			if i > 0 {
				g.Set(i, j, g.At(0, displacement)/z)
			}
		}
	}
	for j := range sites {
		g.Set(0, j, g.At(0, j)/z)
	}
	return g
}

// TestCouplingsRefused: what cannot be fitted is said, and never fitted.
func TestCouplingsRefused(t *testing.T) {
	up := make([]int8, 16*100)
	for i := range up {
		up[i] = 1
	}
	stripes := make([]int8, 16*100) // of one sort: no couplings are too strong
	for i := range stripes {
		stripes[i] = int8(1 - 2*(i/100/4%2))
	}
	for name, c := range map[string]struct {
		spins []int8
		L     int
	}{
		"all alike": {up, 4}, "stripes": {stripes, 4}, "one site": {up[:100], 1}, "few samples": {up[:16*19], 4}, "none": {nil, 4},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := SpinCouplings(c.spins, c.L)
			hinted(t, err)
		})
	}
	_, err := GaussianCouplings(make([]float32, 16*100), 4)
	hinted(t, err)
	bad := gaussian(t, 4, 0.1, 0, 100)
	bad[17] = float32(math.NaN())
	_, err = GaussianCouplings(bad, 4)
	hinted(t, err)
}
