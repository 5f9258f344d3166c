package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"neuralrg/sampling"
)

// narrow is the energy of independent normal fields, so near to 0 that tanh x is x
// and N² m² - N is (sum x)² - sum x².
type narrow struct{ deviation float64 }

func (narrow) Sites() int { return sites }

func (e narrow) Eval(u []float64, grad, x []float32) {
	clear(u)
	for i, v := range x {
		d := float64(v) / (e.deviation * e.deviation)
		u[i%len(u)] += 0.5 * d * float64(v)
		if grad != nil {
			grad[i] = float32(d)
		}
	}
}

// angle is that by which so many leapfrogs of a step turn a unit oscillator:
// each by a rotation of trace 2 - step².
func angle(step float64, leapfrogs int) float64 {
	return float64(leapfrogs) * 2 * math.Asin(step/2)
}

// TestChainsOfAKnownProcess: trajectories that turn the oscillators by an angle a
// make m², a polynomial of degree two without diagonal terms, forget by a factor
// cos² a each.
func TestChainsOfAKnownProcess(t *testing.T) {
	const deviation, chains, step, length = 0.02, 150, 0.2, 300
	for _, leapfrogs := range []int{3, 5, 10} {
		forget := math.Pow(math.Cos(angle(step, leapfrogs)), 2)
		random := rand.New(rand.NewPCG(1, uint64(leapfrogs)))
		x := make([]float32, sites*chains)
		for i := range x { // every other chain begins far away
			x[i] = float32(deviation * random.NormFloat64())
		}
		s := setup{energy: narrow{deviation}, step: step * deviation, leapfrogs: leapfrogs}
		e := newEnsemble(s, x, chains, 2, 5)
		f := &followed{ensemble: e, series: make([][]float64, chains)}
		e.append(f.series)
		for range length {
			f.acceptance = append(f.acceptance, e.trajectory())
			e.append(f.series)
		}
		f.relax("hot", sampling.Quantity{Value: 1.0 / sites})
		g := gathered{chains: chains}
		g.add(f)
		r := g.result()
		if r.Stationary == nil {
			t.Fatalf("%d leapfrogs: they are not in equilibrium: %+v", leapfrogs, r.Starts)
		}
		want := 0.5 * (1 + forget) / (1 - forget)
		if d := (r.Stationary.Tau - want) / r.Stationary.TauError; math.Abs(d) > 4 || r.Stationary.TauError > 0.1*want || r.Acceptance < 0.9 {
			t.Errorf("%d leapfrogs: tau %.3f +- %.3f, exactly %.3f; acceptance %.3f", leapfrogs, r.Stationary.Tau, r.Stationary.TauError, want, r.Acceptance)
		}
	}
}

// TestCurveOfAKnownRelaxation: from fields c at every site the mean of m² decays by
// cos² a each trajectory.
func TestCurveOfAKnownRelaxation(t *testing.T) {
	const deviation, chains, step, leapfrogs, field = 0.01, 900, 0.2, 2, 0.03
	x := make([]float32, sites*chains)
	for i := range x {
		x[i] = field
	}
	e := newEnsemble(setup{energy: narrow{deviation}, step: step * deviation, leapfrogs: leapfrogs}, x, chains, 1, 9)
	f := &followed{ensemble: e, series: make([][]float64, chains)}
	e.append(f.series)
	for range 80 {
		f.acceptance = append(f.acceptance, e.trajectory())
		e.append(f.series)
	}
	f.relax("cold", sampling.Quantity{Value: 1.0 / sites})
	forget := math.Pow(math.Cos(angle(step, leapfrogs)), 2)
	begin := math.Pow(math.Tanh(field), 2) * (sites - 1) / sites
	for i, p := range f.relaxation.Curve {
		want := 1.0/sites + begin*math.Pow(forget, float64(i))
		// A rejected move, one in a hundred, delays the decay.
		slack := 0.02 * (want - 1.0/sites)
		if p.Trajectory != i || math.Abs(p.M2-want) > 4.5*p.Error+slack*float64(i)+1e-9 {
			t.Errorf("after %d trajectories <m^2> - 1/N is %.3g +- %.2g, exactly %.3g", i, p.M2-1.0/sites, p.Error, want-1.0/sites)
		}
	}
	if p := f.relaxation.Points; len(p) != 5 || p[2].Trajectory != 3 || p[4] != f.relaxation.Curve[30] {
		t.Errorf("points %+v", p)
	}
}

// TestLatentsOfTheIdentity: a flow of zeros maps latents to themselves, and chains
// of latents are chains of fields.
func TestLatentsOfTheIdentity(t *testing.T) {
	const chains = 100
	r := trained(t, 0)
	x := fields(r, sampling.Cold, 1, chains, 3)
	z, _ := renormalized(r, x, chains)
	if !slices.Equal(x, z) {
		t.Fatal("the flow is not the identity")
	}
	s := setup{energy: r.Energy, step: 0.2, leapfrogs: 10}
	physical := newEnsemble(s, x, chains, 1, 4)
	s.latent = sampling.Latent(r.Flow, r.Energy, sampling.Plain)
	s.energy = s.latent
	latent := newEnsemble(s, z, chains, 2, 4)
	for i := range 5 {
		if a, b := physical.trajectory(), latent.trajectory(); math.Abs(a-b) > 1e-3 {
			t.Errorf("trajectory %d: acceptance %v of fields, %v of latents", i, a, b)
		}
		a, b := make([][]float64, chains), make([][]float64, chains)
		physical.append(a)
		latent.append(b)
		for c := range a {
			if math.Abs(a[c][0]-b[c][0]) > 1e-3 {
				t.Fatalf("trajectory %d, chain %d: m^2 %v of fields, %v of latents", i, c, a[c], b[c])
			}
		}
	}
	if p := latent.positions(); !slices.Equal(p[:64], latent.groups[0].hmc.X[:64]) || p[chains+70] != latent.groups[1].hmc.X[36+6] {
		t.Error("positions are not site-major")
	}
}

// TestTimeIsThatOfAllChains, whatever the groups are.
func TestTimeIsThatOfAllChains(t *testing.T) {
	const chains = 150
	e := newEnsemble(setup{energy: narrow{1}, step: 0.1, leapfrogs: 1}, make([]float32, sites*chains), chains, 1, 2)
	for _, g := range e.groups {
		g.seconds = []float64{3 * float64(g.hmc.Chains())}
	}
	g := gathered{chains: chains}
	g.add(&followed{ensemble: e})
	if got := g.result().Trajectory; got != (Cost{Seconds: 3 * chains, Median: 3 * chains, Count: 3}) {
		t.Errorf("%+v", got)
	}
}

func TestCostIsThatOfTheFastest(t *testing.T) {
	seconds := make([]float64, 100)
	for i := range seconds {
		seconds[i] = float64((i*37)%100) + 1
	}
	c := newCost(seconds)
	if c != (Cost{Seconds: 5, Median: 50, Count: 100}) || !c.Noisy() || newCost([]float64{1, 1.05, 1.09}).Noisy() {
		t.Errorf("%+v", c)
	}
	if newCost(nil) != (Cost{}) || c.of(3).Seconds != 15 {
		t.Errorf("%+v", c.of(3))
	}
}
