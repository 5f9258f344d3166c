package sampling

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

// correlated draws n pairs of standard normal numbers with a correlation.
func correlated(rng *rand.Rand, n int, rho float64) (x, y []float64) {
	x, y = make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
		y[i] = rho*x[i] + math.Sqrt(1-rho*rho)*rng.NormFloat64()
	}
	return x, y
}

// exactInformation of two normal variables with a correlation.
func exactInformation(rho float64) float64 { return -math.Log1p(-rho*rho) / 2 }

func information(t testing.TB, x, y []float64, k int) Quantity {
	t.Helper()
	q, err := MutualInformation(x, y, k)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestMutualInformationOfGaussians(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 31))
	for _, rho := range []float64{0, 0.1, -0.5, 0.8, -0.95, 0.99} {
		for _, k := range []int{3, 10} {
			x, y := correlated(rng, 10_000, rho)
			q := information(t, x, y, k)
			t.Logf("rho %5.2f, k %2d: %.4f(%.4f), exact %.4f", rho, k, q.Value, q.Error, exactInformation(rho))
			if d := math.Abs(q.Value - exactInformation(rho)); !(d < 4*q.Error) || !(q.Error < 0.02) {
				t.Errorf("rho %v, k %d: %v, exact %v", rho, k, q, exactInformation(rho))
			}
		}
	}
}

// mutualCoverage checks the errors quoted against the scatter of many estimates.
// The interval of one error holds the exact value in two cases of three, that of
// two in 19 of 20, less what 16 subsamples do not know of the error: 66.7 % and
// 93.6 % by Student's distribution. The error may be too small by a share.
func mutualCoverage(t *testing.T, repeats, n int, tooSmall float64) {
	rng := rand.New(rand.NewPCG(2, 31))
	correlations := []float64{0, 0.3, 0.6, 0.9}
	var one, two int
	for _, rho := range correlations {
		var values, squares []float64
		for range repeats {
			x, y := correlated(rng, n, rho)
			q := information(t, x, y, 3)
			values, squares = append(values, q.Value), append(squares, q.Error*q.Error)
			if d := math.Abs(q.Value-exactInformation(rho)) / q.Error; d < 1 {
				one++
				two++
			} else if d < 2 {
				two++
			}
		}
		mean, spread := stat.MeanStdDev(values, nil)
		quoted := math.Sqrt(stat.Mean(squares, nil))
		t.Logf("rho %.1f, n %d: bias %+.4f, spread %.4f, error %.4f", rho, n, mean-exactInformation(rho), spread, quoted)
		if chance := 3 / math.Sqrt(2*float64(repeats)); quoted/spread < 1-tooSmall-chance || quoted/spread > 1+chance {
			t.Errorf("rho %v, n %d: errors %v, spread %v", rho, n, quoted, spread)
		}
	}
	total := float64(repeats * len(correlations))
	t.Logf("n %d: %.1f %% and %.1f %% of the intervals hold the exact value", n, 100*float64(one)/total, 100*float64(two)/total)
	for _, c := range []struct {
		held  int
		share float64
	}{{one, 0.667}, {two, 0.936}} {
		chance := 3 * math.Sqrt(c.share*(1-c.share)/total)
		if share := float64(c.held) / total; share < c.share-tooSmall/2-chance || share > c.share+chance {
			t.Errorf("n %d: %.3f of the intervals hold the exact value, not %.3f", n, share, c.share)
		}
	}
}

func TestMutualInformationCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("many estimates")
	}
	mutualCoverage(t, 60, 2000, 0.2)
}

// bruteInformation is the estimator written out: every pair with every other.
func bruteInformation(x, y []float64, k int) float64 {
	n := len(x)
	tally := make([]int, n+1)
	for i := range x {
		var all []float64
		for j := range x {
			if j != i {
				all = append(all, max(math.Abs(x[i]-x[j]), math.Abs(y[i]-y[j])))
			}
		}
		slices.Sort(all)
		nx, ny := 0, 0
		for j := range x {
			if j != i && math.Abs(x[i]-x[j]) < all[k-1] {
				nx++
			}
			if j != i && math.Abs(y[i]-y[j]) < all[k-1] {
				ny++
			}
		}
		tally[nx+1]++
		tally[ny+1]++
	}
	var sum float64
	for m, times := range tally {
		if times > 0 {
			sum += float64(times) * mathext.Digamma(float64(m))
		}
	}
	return mathext.Digamma(float64(k)) + mathext.Digamma(float64(n)) - sum/float64(n)
}

// Numbers on a grid have many equal values and equal distances.
func TestMutualInformationAgainstAllPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 31))
	for _, grid := range []float64{0, 0.5, 0.05, 0.001} {
		for range 50 {
			n, k := 2+rng.IntN(300), 1
			k += rng.IntN(min(n-1, 12))
			x, y := correlated(rng, n, 0.7)
			for i := range x {
				if grid > 0 {
					x[i], y[i] = grid*math.Round(x[i]/grid), grid*math.Round(y[i]/grid)
				}
			}
			got, equal := newPairEstimator(n, k).information(x, y)
			if want := bruteInformation(x, y, k); equal == 0 && got != want {
				t.Fatalf("%d pairs on a grid of %v, k %d: %v, of all pairs %v", n, grid, k, got, want)
			}
			if equal != countEqual(x, y, k) {
				t.Fatalf("%d pairs on a grid of %v, k %d: %d with equals, not %d", n, grid, k, equal, countEqual(x, y, k))
			}
		}
	}
}

// countEqual counts the pairs that equal k others or more.
func countEqual(x, y []float64, k int) (count int) {
	times := map[point]int{}
	for i := range x {
		times[point{x[i], y[i]}]++
	}
	for _, n := range times {
		if n > k {
			count += n
		}
	}
	return count
}

func TestMutualInformationUnderMonotoneMaps(t *testing.T) {
	x, y := correlated(rand.New(rand.NewPCG(4, 31)), 8000, 0.6)
	q := information(t, x, y, 3)
	for name, f := range map[string]func(v float64) float64{
		"exponential": math.Exp,
		"cube":        func(v float64) float64 { return v * v * v },
		"arc tangent": math.Atan,
		"falling":     func(v float64) float64 { return 1 / (3 + math.Exp(v)) },
	} {
		mapped := make([]float64, len(x))
		for i, v := range x {
			mapped[i] = f(v)
		}
		if r := information(t, mapped, y, 3); math.Abs(r.Value-q.Value) > 2*q.Error || math.Abs(r.Value-exactInformation(0.6)) > 4*r.Error {
			t.Errorf("%s: %v, was %v", name, r, q)
		}
	}
}

// Units, order and which variable is called x make no difference at all.
func TestMutualInformationInvariance(t *testing.T) {
	x, y := correlated(rand.New(rand.NewPCG(5, 31)), 3000, 0.6)
	q := information(t, x, y, 3)
	if r := information(t, y, x, 3); r != q {
		t.Errorf("%v, with the variables exchanged %v", q, r)
	}
	small, large := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		small[i], large[i] = math.Ldexp(x[i], -900), math.Ldexp(y[i], 1020)
	}
	if r := information(t, small, large, 3); r != q {
		t.Errorf("%v, in other units %v", q, r)
	}
	for i := range x {
		small[i] = 3 * x[i]
	}
	if r := information(t, small, y, 3); math.Abs(r.Value-q.Value) > 1e-5 { // by rounding
		t.Errorf("%v, in units of a third %v", q, r)
	}
	slices.Reverse(x)
	slices.Reverse(y)
	if r := information(t, x, y, 3); r.Value != q.Value {
		t.Errorf("%v, in reverse order %v", q, r)
	}
}

// A constant tells nothing. A sign tells ln 2 of a number that carries it.
func TestMutualInformationOfFewValues(t *testing.T) {
	x, y := correlated(rand.New(rand.NewPCG(6, 31)), 8000, 0)
	constant, sign := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		constant[i] = 1e300
		sign[i] = math.Copysign(1, y[i])
		y[i] = x[i] + 10*sign[i]
	}
	for _, k := range []int{1, 3} {
		if q := information(t, x, constant, k); math.Abs(q.Value) > 1e-12 {
			t.Errorf("of a constant: %v", q)
		}
		if q := information(t, y, sign, k); math.Abs(q.Value-math.Ln2) > 0.01 {
			t.Errorf("of a sign: %v, not ln 2", q)
		}
	}
}

func TestShuffledInformation(t *testing.T) {
	x, y := correlated(rand.New(rand.NewPCG(7, 31)), 2000, 0.9)
	before := slices.Clone(y)
	const permutations = 40
	mean, deviation, err := ShuffledInformation(x, y, 3, permutations, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(y, before) {
		t.Error("the variable itself was shuffled")
	}
	if math.Abs(mean) > 4*deviation/math.Sqrt(permutations) {
		t.Errorf("baseline %v, deviation %v", mean, deviation)
	}
	// As much as estimates from independent variables scatter.
	rng := rand.New(rand.NewPCG(8, 31))
	var values []float64
	for range permutations {
		x, y := correlated(rng, 2000, 0)
		values = append(values, information(t, x, y, 3).Value)
	}
	if ratio := deviation / stat.StdDev(values, nil); ratio < 0.7 || ratio > 1.4 {
		t.Errorf("deviation %v is %v of that of independent variables", deviation, ratio)
	}
	again, _, _ := ShuffledInformation(x, y, 3, permutations, 1)
	other, _, _ := ShuffledInformation(x, y, 3, permutations, 2)
	if again != mean || other == mean {
		t.Errorf("seeds 1, 1 and 2 give %v, %v and %v", mean, again, other)
	}
}

func TestMutualInformationRefuses(t *testing.T) {
	x, y := correlated(rand.New(rand.NewPCG(9, 31)), 400, 0.5)
	with := func(v float64) []float64 {
		c := slices.Clone(x)
		c[7] = v
		return c
	}
	repeated := slices.Repeat(x[:40], 10)
	for name, c := range map[string]struct {
		x, y []float64
		k    int
	}{
		"no neighbour": {x, y, 0},
		"few pairs":    {x, y, 4},
		"many k":       {x, y, math.MaxInt},
		"none":         {nil, nil, 1},
		"lengths":      {x, y[1:], 3},
		"NaN":          {with(math.NaN()), y, 3},
		"infinite":     {y, with(math.Inf(-1)), 3},
		"repeated":     {repeated, repeated, 3},
		"constants":    {make([]float64, 400), make([]float64, 400), 3},
	} {
		_, err := MutualInformation(c.x, c.y, c.k)
		_, _, shuffled := ShuffledInformation(c.x, c.y, c.k, 2, 1)
		for _, err := range []error{err, shuffled} {
			var hinted interface{ Hint() string }
			if name == "repeated" && err == shuffled {
				continue // permutations part them
			}
			if !errors.As(err, &hinted) || err.Error() == "" || hinted.Hint() == "" {
				t.Errorf("%s: error %v without a hint", name, err)
			}
		}
	}
	if _, _, err := ShuffledInformation(x, y, 3, 1, 1); err == nil {
		t.Error("a deviation of one permutation")
	}
}

func TestMutualInformationAllocations(t *testing.T) {
	x, y := correlated(rand.New(rand.NewPCG(10, 31)), 4000, 0.5)
	count := func(n int) float64 {
		return testing.AllocsPerRun(2, func() { information(t, x[:n], y[:n], 3) })
	}
	if few, many := count(1000), count(4000); many > few+2 {
		t.Errorf("%v allocations for 1,000 pairs, %v for 4,000", few, many)
	}
}

func BenchmarkMutualInformation(b *testing.B) {
	for _, rho := range []float64{0, 0.9} {
		x, y := correlated(rand.New(rand.NewPCG(11, 31)), 20_000, rho)
		b.Run(map[bool]string{true: "independent", false: "correlated"}[rho == 0], func(b *testing.B) {
			for b.Loop() {
				information(b, x, y, 3)
			}
		})
	}
}
