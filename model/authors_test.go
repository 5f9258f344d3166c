package model

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sbinet/npyio/npz"
)

// authors are the networks in testdata, trained by the authors' program.
var authors = []struct {
	name      string
	shape     Shape
	symmetric bool
}{
	{"l4_sym", Shape{L: 4, Repeat: 1, Couplings: 4, Hidden: 8, HiddenLayers: 2}, true},
	{"l8_sym", Shape{L: 8, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}, true},
	{"l8_depth2_repeat2", Shape{L: 8, Depth: 2, Repeat: 2, Couplings: 6, Hidden: 12, HiddenLayers: 2}, false},
}

// archive reads arrays from a NumPy archive, checking that they are row-major
// and of the shape that the reader expects.
type archive struct {
	t *testing.T
	r *npz.Reader
}

func openArchive(t *testing.T, name string) archive {
	t.Helper()
	r, err := npz.Open(filepath.Join("testdata", name+".npz"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return archive{t, r}
}

func (a archive) read(name, dtype string, shape []int, values any) {
	a.t.Helper()
	h := a.r.Header(name + ".npy")
	if h == nil {
		a.t.Fatalf("no array %s", name)
	}
	if h.Descr.Type != dtype || h.Descr.Fortran || !slices.Equal(h.Descr.Shape, shape) {
		a.t.Fatalf("array %s is %+v, not %s %v", name, h.Descr, dtype, shape)
	}
	if err := a.r.Read(name+".npy", values); err != nil {
		a.t.Fatal(err)
	}
}

func (a archive) float32(name string, shape ...int) (values []float32) {
	a.t.Helper()
	a.read(name, "<f4", shape, &values)
	return values
}

func (a archive) float64(name string, shape ...int) (values []float64) {
	a.t.Helper()
	a.read(name, "<f8", shape, &values)
	return values
}

// batch reads configurations, sample by sample, into our order, site by site.
func (a archive) batch(name string, n, size int) []float32 {
	a.t.Helper()
	theirs := a.float64(name, n, size, size)
	sites := size * size
	ours := make([]float32, len(theirs))
	for b := range n {
		for site := range sites {
			ours[site*n+b] = float32(theirs[b*sites+site])
		}
	}
	return ours
}

// loadAuthors maps the authors' parameters to ours: of each first layer the
// columns of the two values kept, of each last layer the rows of the two
// changed.
func loadAuthors(t *testing.T, a archive, s Shape) *Flow {
	t.Helper()
	pairs := s.bijectors()
	masks := make([]uint8, pairs*s.Couplings)
	for i, m := range a.float32("masks", pairs, s.Couplings, 4) {
		if m == 1 {
			masks[i/4] |= 1 << (i % 4)
		}
	}
	f, err := Restore(s, make([]float32, s.Parameters()), masks)
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string][]float32{}
	for _, tensor := range f.Tensors() {
		ours[tensor.Name] = f.Params[tensor.Offset:][:tensor.Size()]
	}
	filled := 0
	// put copies rows and columns of every coupling's out x in array.
	put := func(theirs, ourName string, out, in int, first, last bool) {
		shape := []int{pairs, s.Couplings, out, in}
		if in == 0 {
			shape, in = shape[:3], 1
		}
		values := a.float32(theirs, shape...)
		for b := range pairs {
			for c := range s.Couplings {
				i := b*s.Couplings + c
				var kept []float32
				for r := range out {
					if last && masks[i]>>r&1 == 1 {
						continue
					}
					for k := range in {
						if first && masks[i]>>k&1 == 0 {
							continue
						}
						kept = append(kept, values[(i*out+r)*in+k])
					}
				}
				kind := []string{"disentangler", "decimator"}[b%2]
				name := fmt.Sprintf("level%d/%s%d/coupling%d/%s", b/2/s.Repeat, kind, b/2%s.Repeat, c, ourName)
				if len(kept) != len(ours[name]) {
					t.Fatalf("%s has %d elements, theirs %d", name, len(ours[name]), len(kept))
				}
				filled += copy(ours[name], kept)
			}
		}
	}
	for _, network := range []string{"s", "t"} {
		for i := range s.HiddenLayers + 1 {
			first, last := i == 0, i == s.HiddenLayers
			in, out := s.Hidden, s.Hidden
			if first {
				in = 4
			}
			if last {
				out = 4
			}
			theirs := fmt.Sprintf("%sList.layerList.%d.", network, 2*i)
			put(theirs+"weight", fmt.Sprintf("%s/weight%d", network, i), out, in, first, last)
			put(theirs+"bias", fmt.Sprintf("%s/bias%d", network, i), out, 0, false, last)
		}
	}
	put(fmt.Sprintf("sList.layerList.%d.scale", 2*s.HiddenLayers+1), "scale", 4, 0, false, true)
	if filled != len(f.Params) {
		t.Fatalf("%d of %d parameters found", filled, len(f.Params))
	}
	return f
}

// TestAuthors compares with what the authors' program computes in float64. The
// bounds are a float32 pass's distance from it.
func TestAuthors(t *testing.T) { eachKernels(t, testAuthors) }

func testAuthors(t *testing.T) {
	const n = 32
	for _, c := range authors {
		t.Run(c.name, func(t *testing.T) {
			a := openArchive(t, c.name)
			f := loadAuthors(t, a, c.shape)
			tape := NewTape(c.shape, n)
			within := func(what string, bound float64, got, want []float64) {
				t.Helper()
				worst := largestDifference(got, want)
				t.Logf("%-28s %.2g", what, worst)
				if !(worst <= bound) {
					t.Errorf("%s differs by %.3g, more than %.3g", what, worst, bound)
				}
			}
			logq := make([]float64, n)
			z := a.batch("z", n, c.shape.L)
			x := make([]float32, len(z))
			f.Generate(tape, x, logq, z)
			within("x of z", 1e-5, widen(x), widen(a.batch("x_of_z", n, c.shape.L)))
			within("ln q of generated x", 5e-5, logq, a.float64("logq_generated", n))
			logdet := make([]float64, n)
			logNormal := make([]float64, n)
			addLogNormal(logNormal, z)
			for b := range logdet {
				logdet[b] = logNormal[b] - logq[b]
			}
			within("ln |det dx/dz|", 5e-5, logdet, a.float64("logdet_dx_dz", n))

			x = a.batch("x", n, c.shape.L)
			f.Renormalize(tape, z, logq, x)
			within("z of x", 1e-5, widen(z), widen(a.batch("z_of_x", n, c.shape.L)))
			within("ln q, not symmetrised", 5e-5, logq, a.float64("logq_unsymmetrised", n))
			if c.symmetric {
				for i := range x {
					x[i] = -x[i]
				}
				flipped := make([]float64, n)
				f.Renormalize(tape, z, flipped, x)
				for b := range logq {
					logq[b], _, _ = LogQSym(logq[b], flipped[b])
				}
			}
			within("ln q", 5e-5, logq, a.float64("logq", n))
		})
	}
}

// widen converts to float64.
func widen(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// largestDifference is NaN if any difference is.
func largestDifference(a, b []float64) float64 {
	worst := 0.0
	for i := range a {
		worst = max(worst, math.Abs(a[i]-b[i]))
	}
	return worst
}
