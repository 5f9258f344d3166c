package model

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"neuralrg/model/internal/kernel"
)

// shapes are flows of all kinds: depth below full, repeats, odd widths, one to
// four hidden layers, odd numbers of couplings.
var shapes = []Shape{
	{L: 4, Repeat: 1, Couplings: 1, Hidden: 1, HiddenLayers: 1},
	{L: 4, Repeat: 2, Couplings: 3, Hidden: 7, HiddenLayers: 2},
	{L: 8, Depth: 2, Repeat: 2, Couplings: 5, Hidden: 11, HiddenLayers: 1},
	{L: 8, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3},
	{L: 16, Depth: 1, Repeat: 1, Couplings: 4, Hidden: 5, HiddenLayers: 4},
	{L: 16, Depth: 3, Repeat: 3, Couplings: 2, Hidden: 16, HiddenLayers: 2},
	{L: 32, Repeat: 1, Couplings: 3, Hidden: 6, HiddenLayers: 2},
	{L: 128, Repeat: 1, Couplings: 2, Hidden: 4, HiddenLayers: 1},
}

func (s Shape) String() string {
	return fmt.Sprintf("L%d-depth%d-repeat%d-%dx%dx%d", s.L, s.Depth, s.Repeat, s.Couplings, s.HiddenLayers, s.Hidden)
}

// TestRoundTrip: z -> x -> z comes back, with the same ln q both ways, and the
// float64 reference agrees.
func TestRoundTrip(t *testing.T) {
	for i, s := range shapes {
		t.Run(s.String(), func(t *testing.T) {
			n := max(1, min(70, 20_000/s.Sites()))
			f := randomFlow(t, s, uint64(i))
			tape := NewTape(s, n)
			z := normals(uint64(i), s.Sites()*n)
			x, back := make([]float32, len(z)), make([]float32, len(z))
			generated, inferred := make([]float64, n), make([]float64, n)
			f.Generate(tape, x, generated, z)
			f.Renormalize(tape, back, inferred, x)
			if d := largestDifference(widen(z), widen(back)); !(d < 2e-5) {
				t.Errorf("latents come back with an error of %g", d)
			}
			bound := 1e-6 * float64(s.Sites())
			if d := largestDifference(generated, inferred); !(d < bound+1e-5) {
				t.Errorf("ln q differs by %g between the passes", d)
			}
			if slices.Equal(x, z) {
				t.Error("the flow does nothing")
			}

			r := newReference(f)
			one := sample(z, n, n-1)
			logq := referenceLogNormal(one)
			logq -= r.generate(one)
			if d := largestDifference(sample(x, n, n-1), one); !(d < 1e-5) {
				t.Errorf("x is %g off the reference", d)
			}
			if d := math.Abs(generated[n-1] - logq); !(d < bound+1e-5) {
				t.Errorf("ln q is %g off the reference", d)
			}
		})
	}
}

// TestJacobian compares ln |det dx/dz| with the determinant of a Jacobian that
// knows nothing of couplings: central differences of the reference.
func TestJacobian(t *testing.T) {
	for i, s := range shapes[:4] {
		if testing.Short() && s.L > 4 {
			continue
		}
		t.Run(s.String(), func(t *testing.T) {
			const n = 2
			f := randomFlow(t, s, uint64(i)+10)
			r := newReference(f)
			z := normals(uint64(i)+20, s.Sites()*n)
			x, generated, inferred := make([]float32, len(z)), make([]float64, n), make([]float64, n)
			tape := NewTape(s, n)
			f.Generate(tape, x, generated, z)
			f.Renormalize(tape, make([]float32, len(z)), inferred, x)
			for b := range n {
				latents := sample(z, n, b)
				forward := logDet(jacobian(latents, func(v []float64) { r.generate(v) }))
				backward := logDet(jacobian(sample(x, n, b), func(v []float64) { r.renormalize(v) }))
				normal := referenceLogNormal(latents)
				t.Logf("ln |det| %.4f", forward)
				if got := normal - generated[b]; math.Abs(got-forward) > 2e-5 {
					t.Errorf("ln |det dx/dz| is %g, not %g", got, forward)
				}
				if got := inferred[b] - normal; math.Abs(got-backward) > 5e-5 {
					t.Errorf("ln |det dz/dx| is %g, not %g", got, backward)
				}
			}
		})
	}
}

// jacobian of a map in place, by central differences: row i, column j is
// d out_i / d in_j.
func jacobian(at []float64, apply func([]float64)) [][]float64 {
	const step = 1e-5
	j := make([][]float64, len(at))
	for i := range j {
		j[i] = make([]float64, len(at))
	}
	for k := range at {
		up, down := slices.Clone(at), slices.Clone(at)
		up[k] += step
		down[k] -= step
		apply(up)
		apply(down)
		for i := range j {
			j[i][k] = (up[i] - down[i]) / (2 * step)
		}
	}
	return j
}

// logDet is ln |det a| by Gaussian elimination with pivots.
func logDet(a [][]float64) float64 {
	sum := 0.0
	for i := range a {
		pivot := i
		for r := i; r < len(a); r++ {
			if math.Abs(a[r][i]) > math.Abs(a[pivot][i]) {
				pivot = r
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		sum += math.Log(math.Abs(a[i][i]))
		for _, row := range a[i+1:] {
			factor := row[i] / a[i][i]
			for c := i; c < len(row); c++ {
				row[c] -= factor * a[i][c]
			}
		}
	}
	return sum
}

// TestSamplesAreIndependent: a sample comes out with the same bits whatever
// else is in its batch and wherever it stands in a tile.
func TestSamplesAreIndependent(t *testing.T) {
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
func TestBackwardOptions(t *testing.T) {
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

func TestNoAllocation(t *testing.T) {
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

// TestDivergedFlow: what is not a number must be seen in the results.
func TestDivergedFlow(t *testing.T) {
	s := Shape{L: 4, Repeat: 1, Couplings: 2, Hidden: 3, HiddenLayers: 2}
	const n = 5
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		f := randomFlow(t, s, 13)
		tape := NewTape(s, n)
		x, logq := normals(1, s.Sites()*n), make([]float64, n)
		x[3*n+2] = bad
		f.Generate(tape, x, logq, x)
		if finite(logq[2]) || !finite(logq[1]) {
			t.Errorf("a latent of %g gives ln q = %g", bad, logq)
		}
		for _, tensor := range f.Tensors() {
			f := randomFlow(t, s, 13)
			f.Params[tensor.Offset] = bad
			x := normals(1, s.Sites()*n)
			f.Generate(tape, x, logq, x)
			seen := slices.ContainsFunc(x, func(v float32) bool { return !finite(float64(v)) }) ||
				slices.ContainsFunc(logq, func(v float64) bool { return !finite(v) })
			// An infinite input of tanh or ELU has a finite value; NaN has none.
			if !seen && bad != bad {
				t.Errorf("NaN in %s is hidden", tensor.Name)
			}
		}
	}
}

// TestCausalCone: in the bulk a latent of level k changes a square of side
// 6 2^k - 2 and nothing else. Its decimator and disentangler make a square of 4
// sites of level k, which every finer level first spreads out and then widens
// by one site, twice on either side.
func TestCausalCone(t *testing.T) {
	const size = 32
	s := Shape{L: size, Repeat: 1, Couplings: 4, Hidden: 4, HiddenLayers: 1}
	f := randomFlow(t, s, 14)
	tape := NewTape(s, 2)
	for _, site := range []int{1*size + 1, 7*size + 10, 6*size + 10, 4*size + 20, 16 * size, 0} {
		z := normals(15, s.Sites())
		pair := make([]float32, 2*s.Sites())
		for i, v := range z {
			pair[2*i], pair[2*i+1] = v, v
		}
		pair[2*site+1] += 0.5
		f.Generate(tape, pair, make([]float64, 2), pair)
		side := min(6<<s.Level(site)-2, size)
		changed := 0
		for i := range z {
			if pair[2*i] == pair[2*i+1] {
				continue
			}
			changed++
			if d := max(torus(i/size-site/size, size), torus(i%size-site%size, size)); d >= side {
				t.Errorf("latent %d of level %d changes site %d, %d away", site, s.Level(site), i, d)
			}
		}
		if changed > side*side || changed < side*side*9/10 {
			t.Errorf("a latent of level %d changes %d sites, not %d", s.Level(site), changed, side*side)
		}
	}
}

// torus is the distance round a lattice.
func torus(d, size int) int {
	d = (d%size + size) % size
	return min(d, size-d)
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

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		shape Shape
		want  []int // latents of each level
	}{
		{Shape{L: 8}, []int{48, 12, 4}},
		{Shape{L: 16, Depth: 2}, []int{192, 64}},
		{Shape{L: 4, Depth: 1}, []int{16}},
	} {
		got := make([]int, c.shape.Levels())
		for site := range c.shape.Sites() {
			got[c.shape.Level(site)]++
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v has %d latents a level, not %d", c.shape, got, c.want)
		}
	}
}

func TestInitialisation(t *testing.T) {
	s := Shape{L: 16, Repeat: 2, Couplings: 7, Hidden: 9, HiddenLayers: 3}
	f, err := New(s, 21)
	if err != nil {
		t.Fatal(err)
	}
	same, _ := New(s, 21)
	other, _ := New(s, 22)
	if !slices.Equal(f.Params, same.Params) || !slices.Equal(f.Masks, same.Masks) {
		t.Error("one seed gives two flows")
	}
	if slices.Equal(f.Params, other.Params) || slices.Equal(f.Masks, other.Masks) {
		t.Error("two seeds give one flow")
	}
	for _, tensor := range f.Tensors() {
		size := tensor.Size()
		bound := 1.0 / 3 // 1/sqrt(9)
		switch name := tensor.Name[strings.LastIndexByte(tensor.Name, '/')+1:]; name {
		case "scale":
			bound = 0
		case "weight0", "bias0":
			bound = 0.5
		}
		largest := 0.0
		for _, v := range f.Params[tensor.Offset:][:size] {
			largest = max(largest, math.Abs(float64(v)))
		}
		if largest > bound {
			t.Errorf("%s reaches %g, beyond %g", tensor.Name, largest, bound)
		}
		if size == 81 && largest < 0.9*bound {
			t.Errorf("%s reaches only %g of %g", tensor.Name, largest, bound)
		}
	}
	counts := map[uint8]int{}
	for i, m := range f.Masks {
		if c := i % s.Couplings; c%2 == 1 && m != 0b1111&^f.Masks[i-1] {
			t.Errorf("mask %d is not the complement of the one before", i)
		}
		counts[m]++
	}
	if len(counts) != 6 {
		t.Errorf("only %d of 6 masks are used", len(counts))
	}
}

func TestRestore(t *testing.T) {
	s := Shape{L: 4, Repeat: 1, Couplings: 2, Hidden: 3, HiddenLayers: 1}
	f := randomFlow(t, s, 1)
	copied := f.Clone()
	copied.Params[0]++
	if f.Params[0] == copied.Params[0] {
		t.Error("a clone shares parameters")
	}
	if _, err := Restore(s, f.Params, f.Masks); err != nil {
		t.Error(err)
	}
	bad := slices.Clone(f.Masks)
	bad[1] = 0b0111
	for _, c := range []struct {
		params []float32
		masks  []uint8
	}{{f.Params[1:], f.Masks}, {f.Params, f.Masks[1:]}, {f.Params, bad}} {
		_, err := Restore(s, c.params, c.masks)
		wantHint(t, err)
	}
}

func TestValidate(t *testing.T) {
	good := Shape{L: 16, Depth: 4, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Shape){
		func(s *Shape) { s.L = 0 },
		func(s *Shape) { s.L = -8 },
		func(s *Shape) { s.L = 2 },
		func(s *Shape) { s.L = 12 },
		func(s *Shape) { s.L = 256 },
		func(s *Shape) { s.Depth = 5 },
		func(s *Shape) { s.Depth = -1 },
		func(s *Shape) { s.Repeat = 0 },
		func(s *Shape) { s.Repeat = 9 },
		func(s *Shape) { s.Couplings = 0 },
		func(s *Shape) { s.Couplings = 65 },
		func(s *Shape) { s.Hidden = 0 },
		func(s *Shape) { s.Hidden = 129 },
		func(s *Shape) { s.HiddenLayers = 0 },
		func(s *Shape) { s.HiddenLayers = 9 },
	} {
		s := good
		change(&s)
		wantHint(t, s.Validate())
		if _, err := New(s, 1); err == nil {
			t.Errorf("a flow of shape %v", s)
		}
	}
	if good.Hidden = 128; good.Validate() != nil || kernel.MaxWidth != 128 {
		t.Error("the kernels' widest layer is not a shape's")
	}
}

func wantHint(t *testing.T, err error) {
	t.Helper()
	var hinted interface{ Hint() string }
	if !errors.As(err, &hinted) || hinted.Hint() == "" || strings.ContainsAny(err.Error(), "\n") {
		t.Errorf("error %v has no hint", err)
	}
}

func TestLogQSym(t *testing.T) {
	for _, c := range [][2]float64{{-1, -2}, {-700, -3}, {-3, -900}, {5, 5}} {
		logq, plus, minus := LogQSym(c[0], c[1])
		// Shifted by the larger, nothing under- or overflows.
		high := max(c[0], c[1])
		a, b := math.Exp(c[0]-high), math.Exp(c[1]-high)
		for _, pair := range [][2]float64{{logq, high + math.Log((a+b)/2)}, {plus, a / (a + b)}, {minus, b / (a + b)}} {
			if math.Abs(pair[0]-pair[1]) > 1e-15*(1+math.Abs(pair[1])) {
				t.Errorf("LogQSym%v gives %v, not %v", c, pair[0], pair[1])
			}
		}
	}
	if logq, _, _ := LogQSym(math.NaN(), 1); logq == logq {
		t.Error("NaN is hidden")
	}
	if logq, _, _ := LogQSym(1, math.NaN()); logq == logq {
		t.Error("NaN is hidden")
	}
}
