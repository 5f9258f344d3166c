package sampling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"neuralrg/model"
)

var _ Proposal = (*Density)(nil)

// ln q of what is drawn is ln q of the same fields evaluated, and the model's.
func TestDensityDrawAgreesWithLogQ(t *testing.T) {
	f := nontrivial(t, smallShape)
	for _, symmetrised := range []bool{false, true} {
		for _, n := range []int{1, 7, passSamples, 2*passSamples + 33} {
			d := NewDensity(f, symmetrised)
			x, drawn, given := make([]float32, 16*n), make([]float64, n), make([]float64, n)
			d.Draw(rand.New(rand.NewPCG(5, 7)), x, drawn)
			before := slices.Clone(x)
			d.LogQ(given, x)
			if !slices.Equal(before, x) {
				t.Fatal("LogQ changes the fields")
			}
			plus, minus := make([]float64, n), make([]float64, n)
			tape, z := model.NewTape(f.Shape, n), make([]float32, len(x))
			f.Renormalize(tape, z, plus, x)
			for i := range x {
				x[i] = -x[i]
			}
			f.Renormalize(tape, z, minus, x)
			for b := range n {
				want := plus[b]
				if symmetrised {
					want = math.Log((math.Exp(plus[b]) + math.Exp(minus[b])) / 2)
				}
				if math.Abs(given[b]-want) > 1e-4 || math.Abs(drawn[b]-want) > 1e-3 {
					t.Fatalf("symmetrised %v, sample %d of %d: ln q %v when drawn, %v when given, want %v", symmetrised, b, n, drawn[b], given[b], want)
				}
			}
		}
	}
}

// Symmetrised, the fields have one sign as often as the other.
func TestDensitySigns(t *testing.T) {
	const n = 20000
	for _, symmetrised := range []bool{false, true} {
		x, logq := make([]float32, 16*n), make([]float64, n)
		NewDensity(nontrivial(t, smallShape), symmetrised).Draw(rand.New(rand.NewPCG(8, 9)), x, logq)
		var ups float64
		for _, v := range x[:n] {
			if v > 0 {
				ups += 1.0 / n
			}
		}
		t.Logf("symmetrised %v: positive at site 0: %.4f", symmetrised, ups)
		if symmetrised != (math.Abs(ups-0.5) < 4*0.5/math.Sqrt(n)) {
			t.Errorf("symmetrised %v: %v of the fields are positive at site 0", symmetrised, ups)
		}
	}
}

func TestDensityThreads(t *testing.T) {
	const n = 3*passSamples + 5
	draw := func(threads int, seed uint64) ([]float32, []float64) {
		d := NewDensity(nontrivial(t, smallShape), true)
		d.Threads = threads
		x, logq := make([]float32, 16*n), make([]float64, n)
		d.Draw(rand.New(rand.NewPCG(seed, 1)), x, logq)
		return x, logq
	}
	x, logq := draw(1, 3)
	for _, threads := range []int{0, 2, 9} {
		if x2, logq2 := draw(threads, 3); !slices.Equal(x, x2) || !slices.Equal(logq, logq2) {
			t.Errorf("%d threads draw others than one", threads)
		}
	}
	if other, _ := draw(1, 4); slices.Equal(x, other) {
		t.Error("another seed draws the same")
	}
}

func TestShareBlocksPanicReachesCaller(t *testing.T) {
	defer func() {
		if text := fmt.Sprint(recover()); !strings.Contains(text, "block at 30") {
			t.Errorf("the caller hears %q", text)
		}
	}()
	shareBlocks(100, 10, 3, func(first, last int) {
		if first == 30 {
			panic(fmt.Sprintf("block at %d", first))
		}
	})
}

func TestDensityWrongSizesPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	NewDensity(nontrivial(t, smallShape), false).LogQ(make([]float64, 2), make([]float32, 31))
}

func BenchmarkDensityDraw(b *testing.B) {
	s := model.Shape{L: 16, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}
	const n = 2 * passSamples
	d := NewDensity(nontrivial(b, s), true)
	x, logq, rng := make([]float32, s.Sites()*n), make([]float64, n), rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		d.Draw(rng, x, logq)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "us/sample")
}
