package report

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/training/rg"
)

// TestConditionalMeans against the energy of spins by package physics.
func TestConditionalMeans(t *testing.T) {
	const L, n = 8, 5
	m, err := physics.NewIsing(L, 2.5)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	s := &rg.Sample{N: n, X: make([]float32, L*L*n)}
	for i := range s.X {
		s.X[i] = float32(random.NormFloat64())
	}
	want := make([]float64, n)
	m.SpinEnergy(want, s.X)
	magnetization, energy := conditionalMeans(s, L)
	for b := range n {
		mean := 0.0
		for site := range L * L {
			mean += math.Tanh(float64(s.X[site*n+b])) / (L * L)
		}
		if math.Abs(energy[b]-want[b]/(L*L)) > 1e-6 || math.Abs(magnetization[b]-mean) > 1e-12 {
			t.Errorf("sample %d: energy %v, not %v; magnetization %v, not %v", b, energy[b], want[b], magnetization[b], mean)
		}
	}
	if c := changes(s, s, L); c != [4]float64{} {
		t.Errorf("no change is %v", c)
	}
}

// TestMeanError of values whose spread is known.
func TestMeanError(t *testing.T) {
	if mean, err := meanError([]float64{1, 2, 3, 4, 5}); mean != 3 || math.Abs(err-math.Sqrt(0.5)) > 1e-12 {
		t.Errorf("%v +- %v", mean, err)
	}
}

// TestLatentsByLevel: every latent belongs to one level, and each block has three.
func TestLatentsByLevel(t *testing.T) {
	for _, s := range []model.Shape{{L: 4}, {L: 16}, {L: 16, Depth: 2}, {L: 8, Depth: 1}, {L: 128}} {
		total, coarsest := 0, 0
		for level := range s.Levels() {
			all := ofLevel(s, level)
			total += len(all)
			for _, site := range all {
				if remains(s, site) {
					coarsest++
				}
			}
			for _, site := range members(s, level) {
				if at := slices.Index(all, site); at < 0 || at >= mostResponses {
					t.Errorf("%+v: %d is latent %d of level %d", s, site, at, level)
				}
			}
		}
		if side := s.L >> s.Levels(); total != s.Sites() || coarsest != side*side {
			t.Errorf("%+v: %d latents, of which %d remain", s, total, coarsest)
		}
	}
}

// TestJoint: what each of two latents does alone falls out.
func TestJoint(t *testing.T) {
	values := []float64{-2, -1, 0, 1, 2}
	s := &rg.Surface{Energy: make([][]float64, len(values))}
	for i, a := range values {
		for _, b := range values {
			s.Energy[i] = append(s.Energy[i], 7+math.Sin(a)+b*b*b+0.25*a*b)
		}
	}
	for k, got := range joint(s, values) {
		if want := 0.25 * values[k/5] * values[k%5]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%v, not %v", got, want)
		}
	}
}

// TestBesideWavelets: a response that is a wavelet is drawn beside itself.
func TestBesideWavelets(t *testing.T) {
	const L = 16
	const latent = 6*L + 2 // of level 1
	s := model.Shape{L: L}
	for _, band := range rg.Details {
		w := rg.NewWavelets(rg.Haar, L, 1).Function(band)
		m := make([]float32, L*L)
		for site, v := range rolled(w, L, 3, -5) {
			m[site] = -2.5 * float32(v)
		}
		r := &rg.Responses{L: L, Levels: s.Levels(), Latents: []int{latent}, Map: [][]float32{m}, Error: [][]float32{make([]float32, L*L)}}
		response, haar, _ := besideWavelets(r, 0, r.Shape(0))
		for site, v := range haar {
			if math.Abs(2.5*v-response[site]) > 1e-6 {
				t.Fatalf("%s: at %d the wavelet is %v, the response %v", band, site, v, response[site])
			}
		}
	}
}

// TestCutsOfMaps against what they are by hand.
func TestCutsOfMaps(t *testing.T) {
	m := []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	if got := middle(m, 4, 2); !slices.Equal(got, []float64{5, 6, 9, 10}) {
		t.Errorf("the middle is %v", got)
	}
	if got := rolled(m, 4, 1, -1); got[4*1+3] != 0 || got[0] != 13 {
		t.Errorf("rolled it is %v", got)
	}
	if got := well([]float64{-2, -1, 0.1, 1, 2}, []float64{5, 1, 3, 1.5, 6}); got != 2 {
		t.Errorf("the well is %v deep", got)
	}
	if got := pairs([]float64{1, 3, 5, 5}); !slices.Equal(got, []float64{2, 5}) {
		t.Errorf("in pairs %v", got)
	}
}
