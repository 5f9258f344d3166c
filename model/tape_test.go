package model

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestSamplesAreIndependent: a sample comes out with the same bits whatever
// else is in its batch and wherever it stands in a tile.
func TestSamplesAreIndependent(t *testing.T) { eachKernels(t, testSamplesAreIndependent) }

func testSamplesAreIndependent(t *testing.T) {
	s := Shape{L: 8, Repeat: 1, Couplings: 3, Hidden: 5, HiddenLayers: 2}
	f := randomFlow(t, s, 4)
	const n = 37
	z := normals(5, s.Sites()*n)
	x, logq := make([]float32, len(z)), make([]float64, n)
	tape := NewTape(s, n)
	f.Generate(tape, x, logq, z)
	for _, b := range []int{0, 7, n - 1} {
		one := make([]float32, s.Sites())
		for site := range one {
			one[site] = z[site*n+b]
		}
		oneq := make([]float64, 1)
		f.Generate(tape, one, oneq, one) // in place
		for site := range one {
			if one[site] != x[site*n+b] {
				t.Fatalf("sample %d alone differs at site %d", b, site)
			}
		}
		if oneq[0] != logq[b] {
			t.Errorf("ln q of sample %d alone is %g, not %g", b, oneq[0], logq[b])
		}
	}
	f.Generate(tape, nil, nil, nil)
	f.Backward(tape, nil, nil, nil, nil)
}

// TestBackwardOptions: what is left out changes nothing else, a pass may be
// differentiated twice, and gradients add up.
func TestBackwardOptions(t *testing.T) { eachKernels(t, testBackwardOptions) }

func testBackwardOptions(t *testing.T) {
	s := Shape{L: 8, Depth: 2, Repeat: 1, Couplings: 3, Hidden: 6, HiddenLayers: 2}
	const n = 11
	f := randomFlow(t, s, 8)
	tape := NewTape(s, n)
	in, given, logq := normals(1, s.Sites()*n), normals(2, s.Sites()*n), make([]float64, n)
	dlogq := widen(normals(3, n))
	values := func() []float32 { return make([]float32, s.Sites()*n) }
	for _, d := range []direction{generation, renormalization} {
		pass := func() {
			if d == generation {
				f.Generate(tape, values(), logq, in)
			} else {
				f.Renormalize(tape, values(), logq, in)
			}
		}
		back := func(grad, given, received []float32, dlogq []float64) {
			if d == generation {
				f.Backward(tape, grad, received, given, dlogq)
			} else {
				f.Backward(tape, grad, given, received, dlogq)
			}
		}
		pass()
		grad, received := make([]float32, len(f.Params)), values()
		back(grad, given, received, dlogq)

		without := values()
		back(nil, given, without, dlogq)
		if !slices.Equal(received, without) {
			t.Error("without the parameters' part the operand's gradient differs")
		}
		twice := slices.Clone(grad)
		back(twice, given, nil, dlogq)
		for i := range twice {
			if math.Abs(float64(twice[i]-2*grad[i])) > 1e-4*(1+math.Abs(float64(grad[i]))) {
				t.Fatalf("a second gradient of parameter %d adds to %g, not %g", i, twice[i], 2*grad[i])
			}
		}
		inPlace := slices.Clone(given)
		back(nil, inPlace, inPlace, dlogq)
		if !slices.Equal(received, inPlace) {
			t.Error("in place the operand's gradient differs")
		}
		zeros, absent := values(), values()
		back(nil, values(), zeros, dlogq)
		back(nil, nil, absent, dlogq)
		if !slices.Equal(zeros, absent) {
			t.Error("a gradient of nil is not one of zero")
		}
		back(nil, given, zeros, make([]float64, n))
		back(nil, given, absent, nil)
		if !slices.Equal(zeros, absent) {
			t.Error("dlogq of nil is not one of zero")
		}
	}
}

func TestNoAllocation(t *testing.T) { eachKernels(t, testNoAllocation) }

func testNoAllocation(t *testing.T) {
	s := Shape{L: 8, Repeat: 1, Couplings: 3, Hidden: 10, HiddenLayers: 3}
	const n = 40
	f := randomFlow(t, s, 9)
	tape := NewTape(s, n)
	z := normals(1, s.Sites()*n)
	x, logq, grad := make([]float32, len(z)), make([]float64, n), make([]float32, len(f.Params))
	for name, call := range map[string]func(){
		"Generate":    func() { f.Generate(tape, x, logq, z) },
		"Renormalize": func() { f.Renormalize(tape, z, logq, x) },
		"Backward":    func() { f.Backward(tape, grad, z, x, logq) },
		"levels up":   func() { f.RenormalizeLevels(tape, z, logq, x, 0, 2) },
		"levels down": func() { f.GenerateLevels(tape, x, logq, z, 1, 3) },
	} {
		f.Generate(tape, x, logq, z)
		if allocs := testing.AllocsPerRun(5, call); allocs != 0 {
			t.Errorf("%s allocates %g times", name, allocs)
		}
	}
}

// TestShared lets goroutines use one flow at once, which the race detector
// watches, and wants the same bits from all.
func TestShared(t *testing.T) {
	s := Shape{L: 8, Repeat: 1, Couplings: 2, Hidden: 4, HiddenLayers: 2}
	const n, workers = 30, 4
	f := randomFlow(t, s, 12)
	grads := make([][]float32, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			z := normals(3, s.Sites()*n)
			logq := make([]float64, n)
			tape := NewTape(s, n)
			grads[w] = make([]float32, len(f.Params))
			f.Generate(tape, z, logq, z)
			f.Backward(tape, grads[w], nil, z, logq)
		})
	}
	wg.Wait()
	for _, grad := range grads[1:] {
		if !slices.Equal(grad, grads[0]) {
			t.Error("goroutines differ")
		}
	}
}

// TestMisuse: errors of the programmer are told, not computed with.
func TestMisuse(t *testing.T) {
	s := Shape{L: 4, Repeat: 1, Couplings: 2, Hidden: 3, HiddenLayers: 1}
	const n = 3
	f := randomFlow(t, s, 1)
	other := s
	other.Hidden++
	x, logq := make([]float32, s.Sites()*n), make([]float64, n)
	tape := NewTape(s, n)
	f.Generate(tape, x, logq, x)
	for name, call := range map[string]func(){
		"invalid shape":     func() { NewTape(Shape{L: 5}, n) },
		"tape too small":    func() { f.Generate(NewTape(s, n-1), x, logq, x) },
		"other shape":       func() { f.Generate(NewTape(other, n), x, logq, x) },
		"short x":           func() { f.Generate(tape, x[1:], logq, x) },
		"short z":           func() { f.Renormalize(tape, x, logq, x[1:]) },
		"no pass":           func() { f.Backward(NewTape(s, n), nil, nil, nil, nil) },
		"other shape, back": func() { f.Backward(NewTape(other, n), nil, nil, nil, nil) },
		"short grad":        func() { f.Backward(tape, x[:1], nil, nil, nil) },
		"short dz":          func() { f.Backward(tape, nil, x[1:], nil, nil) },
		"short dx":          func() { f.Backward(tape, nil, nil, x[1:], nil) },
		"short dlogq":       func() { f.Backward(tape, nil, nil, nil, logq[1:]) },
	} {
		func() {
			defer func() {
				if message, ok := recover().(string); !ok || !strings.HasPrefix(message, "model: ") {
					t.Errorf("%s: no clear panic", name)
				}
			}()
			call()
		}()
	}
}

// TestTapeBytes compares with what the memory allocator counts.
func TestTapeBytes(t *testing.T) {
	s := Shape{L: 16, Repeat: 2, Couplings: 2, Hidden: 7, HiddenLayers: 2}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	tape := NewTape(s, 50)
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(tape)
	got, want := float64(s.TapeBytes(50)), float64(after.TotalAlloc-before.TotalAlloc)
	if got > want || got < 0.9*want {
		t.Errorf("a tape takes %g bytes, not %g", want, got)
	}
}
