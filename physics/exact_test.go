package physics

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// near fails the test unless got is within a relative tolerance of want.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s = %.16g, want %.16g to %g relative, is off by %.2g",
			what, got, want, tolerance, (got-want)/want)
	}
}

func mustSolve(t *testing.T, size int, temperature float64) Exact {
	t.Helper()
	e, err := Solve(size, temperature)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var temperatures = []float64{0.1, 0.25, 0.4, 0.7, 1, 1.7, 2.2, Tc, 2.3, 3, 5, 10, 100}

// spins4 calls visit with every spin configuration of the 4 x 4 torus and its
// energy.
func spins4(visit func(spins *[16]float64, energy float64)) {
	for s := range 1 << 16 {
		var spins [16]float64
		for i := range spins {
			spins[i] = float64(s>>i&1)*2 - 1
		}
		visit(&spins, energy4(&spins))
	}
}

// energy4 is the energy of spins on the 4 x 4 torus, bond by bond.
func energy4(spins *[16]float64) (energy float64) {
	for i, spin := range spins {
		row, column := i/4, i%4
		energy -= spin * (spins[row*4+(column+1)%4] + spins[(row+1)%4*4+column])
	}
	return energy
}

func TestSolveBruteForce(t *testing.T) {
	type macrostate struct{ energy, magnetizationSquared float64 }
	states := make(map[macrostate]float64) // how many there are
	spins4(func(spins *[16]float64, energy float64) {
		var m float64
		for _, s := range spins {
			m += s
		}
		states[macrostate{energy, m * m}]++
	})
	for _, T := range temperatures {
		const ground = -32
		var z, z1, z2, m2 float64 // with moments of the excitation energy
		for s, count := range states {
			excitation := s.energy - ground
			weight := count * math.Exp(-excitation/T)
			z += weight
			z1 += weight * excitation
			z2 += weight * excitation * excitation
			m2 += weight * s.magnetizationSquared
		}
		e := mustSolve(t, 4, T)
		near(t, "lnZ", e.LnZ, math.Log(z)-ground/T, 1e-14)
		near(t, "energy", e.Energy, (ground+z1/z)/16, 1e-12)
		near(t, "heat capacity", e.HeatCapacity, (z2/z-z1/z*z1/z)/(T*T)/16, 1e-11)
		near(t, "<m^2>", *e.MagnetizationSquared, m2/z/256, 1e-14)
	}
}

// The continuous dual's partition function from its definition: expanding
// prod cosh x_i = sum_s exp(s'x)/2^N leaves Gaussian integrals,
//
//	Z_dual = (2 pi)^(N/2) det(K')^(1/2) 2^-N sum_s exp(s'K's/2).
func TestLnZDualBruteForce(t *testing.T) {
	for _, T := range []float64{0.5, 1, Tc, 4, 100} {
		coupling := denseCoupling(4, T)
		var sum float64
		largest := (8/T + 0.1) * 16 / 2
		spins4(func(spins *[16]float64, _ float64) {
			s := mat.NewVecDense(16, spins[:])
			sum += math.Exp(mat.Inner(s, coupling, s)/2 - largest)
		})
		lnDet, _ := mat.LogDet(coupling)
		want := 8*math.Log(2*math.Pi) + lnDet/2 - 16*math.Ln2 + math.Log(sum) + largest
		near(t, "lnZ_dual", mustSolve(t, 4, T).LnZDual, want, 1e-10)
		near(t, "LnZDual", mustIsing(t, 4, T).LnZDual(), want, 1e-10)
	}
}

// At any size lnZ_dual - lnZ needs det K', here by multiplying out its
// eigenvalues exactly as they are defined.
func TestLnZDualDeterminant(t *testing.T) {
	for _, size := range []int{4, 10, 64, 256} {
		for _, T := range []float64{0.4, Tc, 10} {
			alpha := 0.1 + 4/T
			determinant := zero().SetInt64(1)
			for k := range size {
				for l := range size {
					wave := math.Cos(2*math.Pi*float64(k)/float64(size)) + math.Cos(2*math.Pi*float64(l)/float64(size))
					determinant.Mul(determinant, number(2*wave/T+alpha))
				}
			}
			n := float64(size * size)
			want := n/2*(alpha+math.Log(math.Pi/2)) + logarithm(determinant)/2
			e := mustSolve(t, size, T)
			near(t, "lnZ_dual", e.LnZDual, e.LnZ+want, 1e-12)
		}
	}
}

// fermions is the partition function of the n x n torus as four determinants
// of free fermions with periodic or antiperiodic momenta in either direction
// (McCoy and Wu, The Two-Dimensional Ising Model), less the factor
// 2^(N-1):
//
//	Z_ab = prod_pq [cosh^2 2K - sinh 2K (cos p + cos q)]^(1/2),
//	Z ~ Z_aa + Z_ap + Z_pa - sign(1 - sinh 2K) Z_pp.
//
// It shares neither formula nor arithmetic with the package.
func fermions(n int, k *big.Float) *big.Float {
	const precision = 640
	float := func(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }
	op := func(f func(z, x, y *big.Float) *big.Float, x, y *big.Float) *big.Float { return f(float(0), x, y) }
	add, sub, mul, quo := (*big.Float).Add, (*big.Float).Sub, (*big.Float).Mul, (*big.Float).Quo

	// e^x = (e^(x/64))^64 by the series.
	exp := func(x *big.Float) *big.Float {
		sum := float(1)
		for i := 200.0; i > 0; i-- {
			sum = op(add, float(1), op(quo, op(mul, sum, x), float(64*i)))
		}
		for range 6 {
			sum = op(mul, sum, sum)
		}
		return sum
	}
	// pi = 16 arctan(1/5) - 4 arctan(1/239), Machin.
	arctan := func(inverse float64) *big.Float {
		sum, power := float(0), op(quo, float(1), float(inverse))
		for i := 0; i < 300; i++ {
			term := op(quo, power, float(float64(2*i+1)))
			if i%2 == 0 {
				sum = op(add, sum, term)
			} else {
				sum = op(sub, sum, term)
			}
			power = op(quo, power, float(inverse*inverse))
		}
		return sum
	}
	pi := op(sub, op(mul, float(16), arctan(5)), op(mul, float(4), arctan(239)))
	cos := func(x *big.Float) *big.Float {
		sum := float(1)
		square := op(mul, x, x)
		for i := 160.0; i > 0; i-- {
			sum = op(sub, float(1), op(quo, op(mul, sum, square), float(2*i*(2*i-1))))
		}
		return sum
	}

	e2k := exp(op(add, k, k))
	inverse := op(quo, float(1), e2k)
	cosh := op(quo, op(add, e2k, inverse), float(2))
	sinh := op(quo, op(sub, e2k, inverse), float(2))
	squared := op(mul, cosh, cosh)
	var momenta [2][]*big.Float // sinh 2K cos p, periodic and antiperiodic
	for j := range 2 * n {
		angle := op(quo, op(mul, pi, float(float64(j))), float(float64(n)))
		momenta[j%2] = append(momenta[j%2], op(mul, sinh, cos(angle)))
	}
	total := float(0)
	factor := float(0)
	for a, ps := range momenta {
		for b, qs := range momenta {
			product := float(1)
			for i, p := range ps {
				for j, q := range qs {
					if a+b+i+j == 0 {
						continue // (1 - sinh 2K)^2, whose root has a sign
					}
					factor.Sub(squared, p)
					product.Mul(product, factor.Sub(factor, q))
				}
			}
			product.Sqrt(product)
			if a+b == 0 {
				product.Mul(product, op(sub, sinh, float(1)))
			}
			total.Add(total, product)
		}
	}
	return total
}

// checkFermions compares with ln Z by fermions and its derivatives by
// differences of K with a step so small that they have 60 digits.
func checkFermions(t *testing.T, size int, temperature float64) {
	t.Helper()
	k := new(big.Float).SetPrec(640).SetFloat64(temperature)
	k.Quo(big.NewFloat(1), k)
	const log2Step = -120
	step := new(big.Float).SetMantExp(big.NewFloat(1), log2Step)
	shifted := func(by *big.Float) *big.Float { return fermions(size, new(big.Float).Add(k, by)) }
	z := shifted(new(big.Float))
	up, down := shifted(step), shifted(new(big.Float).Neg(step))

	first := new(big.Float).Sub(up, down)
	first.Quo(first, z).SetMantExp(first, -log2Step-1) // Z'/Z
	second := new(big.Float).Add(up, down)
	second.Sub(second, z).Sub(second, z)
	second.Quo(second, z).SetMantExp(second, -2*log2Step) // Z''/Z
	second.Sub(second, new(big.Float).Mul(first, first))

	mantissa := new(big.Float)
	exponent := z.MantExp(mantissa)
	m, _ := mantissa.Float64()
	sites := float64(size * size)
	lnZ := math.Log(m) + (float64(exponent)+sites-1)*math.Ln2
	d1, _ := first.Float64()
	d2, _ := second.Float64()

	t.Logf("L=%d T=%v", size, temperature)
	e := mustSolve(t, size, temperature)
	near(t, "lnZ", e.LnZ, lnZ, 1e-14)
	near(t, "energy", e.Energy, -d1/sites, 1e-15)
	near(t, "heat capacity", e.HeatCapacity, d2/sites/temperature/temperature, 1e-15)
}

func TestSolveFermions(t *testing.T) {
	sizes := []int{4, 6, 16, 34}
	if testing.Short() {
		sizes = sizes[:2]
	}
	for _, T := range temperatures {
		for _, size := range sizes {
			checkFermions(t, size, T)
		}
	}
}

// The table of published and independently recomputed values. The authors'
// program is wrong above Tc, where it loses the sign of g_0.
func TestSolveTable(t *testing.T) {
	for _, c := range []struct {
		size                             int
		temperature                      float64
		lnZ, energy, heat                float64
		lnZTolerance, energyTol, heatTol float64
	}{
		{4, Tc, 15.521915458755, -1.565623787638, 0.783266825929, 1e-13, 1e-12, 1e-12},
		{8, Tc, 60.141780789069, -1.491589107440, 1.14555923989, 1e-14, 1e-12, 1e-11},
		{16, Tc, 238.642256635133, -1.453064852813, 1.4987049594, 1e-14, 1e-12, 1e-10},
		{32, Tc, 952.648079548543, -1.433658466146, 1.84676759004, 1e-14, 1e-12, 1e-11},
		{64, Tc, 3808.672283419809, -1.423938389833, 2.19221139314, 1e-14, 1e-12, 1e-11},
	} {
		e := mustSolve(t, c.size, c.temperature)
		near(t, "lnZ", e.LnZ, c.lnZ, c.lnZTolerance)
		near(t, "energy", e.Energy, c.energy, c.energyTol)
		near(t, "heat capacity", e.HeatCapacity, c.heat, c.heatTol)
	}
	for T, lnZ := range map[float64]float64{
		2: 263.296210434, 2.3: 236.481168315, 2.4: 230.310956476, 2.5: 225.228846756, 4: 194.331260200,
	} {
		near(t, "lnZ", mustSolve(t, 16, T).LnZ, lnZ, 3e-12)
	}
	for T, fix := range map[float64]float64{Tc: 354.233483222450, 2: 399.418793393396} {
		e := mustSolve(t, 16, T)
		near(t, "lnZ_dual - lnZ", e.LnZDual-e.LnZ, fix, 1e-14)
	}
	near(t, "lnZ_dual", mustSolve(t, 16, Tc).LnZDual, 592.8757398576, 1e-13)
	near(t, "Tc", Tc, 2/math.Log(1+math.Sqrt2), 1e-15)
}

func TestExactM2Table(t *testing.T) {
	for size, want := range map[int]float64{4: 0.76135890856867, 8: 0.64691157499424} {
		m2, ok := ExactM2(size, Tc)
		if !ok {
			t.Fatalf("no <m^2> at L=%d, Tc", size)
		}
		near(t, "<m^2>", m2, want, 2e-14)
	}
}

// ExactM2 against the transfer matrix as a dense matrix, not symmetric, its
// powers multiplied out. ln Z must be Kaufman's.
func TestExactM2Dense(t *testing.T) {
	const size, rows = 6, 64
	for _, T := range []float64{0.3, 1, 2, Tc, 3, 100} {
		alignment := func(s, other int) float64 { return float64(size - 2*bits.OnesCount(uint(s^other))) }
		transfer := mat.NewDense(rows, rows, nil)
		magnetization := mat.NewDiagDense(rows, nil)
		for s := range rows {
			shifted := s>>1 | s&1<<(size-1)
			for other := range rows {
				transfer.Set(s, other, math.Exp((alignment(s, shifted)+alignment(s, other)-2*size)/T))
			}
			magnetization.SetDiag(s, float64(2*bits.OnesCount(uint(s))-size))
		}
		powers := make([]mat.Dense, size+1)
		for r := range powers {
			powers[r].Pow(transfer, r)
		}
		z := powers[size].Trace()
		var m2 float64
		for r := range size {
			var product mat.Dense
			product.Product(magnetization, &powers[r], magnetization, &powers[size-r])
			m2 += size * product.Trace() / z / 1296
		}
		near(t, "<m^2>", *mustSolve(t, size, T).MagnetizationSquared, m2, 1e-12)
		near(t, "lnZ", mustSolve(t, size, T).LnZ, math.Log(z)+2*size*size/T, 1e-12)
	}
}

func TestExactM2Unknown(t *testing.T) {
	for _, c := range []struct {
		size        int
		temperature float64
	}{{16, 2.3}, {14, Tc}, {32, Tc}, {5, Tc}, {8, -1}} {
		if m2, ok := ExactM2(c.size, c.temperature); ok {
			t.Errorf("ExactM2(%d, %v) = %v, want none", c.size, c.temperature, m2)
		}
	}
	if e := mustSolve(t, 32, Tc); e.MagnetizationSquared != nil {
		t.Errorf("Solve at L=32 knows <m^2> = %v", *e.MagnetizationSquared)
	}
}

func TestBadParameters(t *testing.T) {
	for _, c := range []struct {
		size          int
		temperature   float64
		problem, hint string
	}{
		{5, 2, "size L=5 is odd", "choose an even size from 4 to 256"},
		{2, 2, "size L=2 is too small", "choose an even size from 4 to 256"},
		{-4, 2, "size L=-4 is too small", "choose an even size from 4 to 256"},
		{258, 2, "size L=258 is too large", "choose an even size from 4 to 256"},
		{8, 0, "temperature T=0 is not positive", "from 0.1 to 100"},
		{8, -2.5, "temperature T=-2.5 is not positive", "from 0.1 to 100"},
		{8, 0.05, "temperature T=0.05 is too low", "from 0.1 to 100"},
		{8, 101, "temperature T=101 is too high", "critical one is 2.269185"},
		{8, math.NaN(), "temperature T=NaN is not a finite number", "from 0.1 to 100"},
		{8, math.Inf(1), "temperature T=+Inf is not a finite number", "from 0.1 to 100"},
	} {
		_, solveErr := Solve(c.size, c.temperature)
		_, newErr := NewIsing(c.size, c.temperature)
		for _, err := range []error{solveErr, newErr} {
			if err == nil || err.Error() != c.problem {
				t.Errorf("L=%d T=%v: error %v, want %q", c.size, c.temperature, err, c.problem)
				continue
			}
			var hinted interface{ Hint() string }
			if !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), c.hint) {
				t.Errorf("L=%d T=%v: no hint %q", c.size, c.temperature, c.hint)
			}
		}
	}
}

func TestExactJSON(t *testing.T) {
	text, err := json.Marshal(mustSolve(t, 32, 2.5))
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]float64
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"L", "T", "lnZ", "lnZ_dual", "energy", "heat_capacity"} {
		if _, ok := fields[key]; !ok {
			t.Errorf("no %q in %s", key, text)
		}
	}
	if len(fields) != 6 {
		t.Errorf("%s has %d keys, want 6", text, len(fields))
	}
}
