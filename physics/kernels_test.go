package physics

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// restoreKernels brings back the kernels of now at the end of a test.
func restoreKernels(t testing.TB) {
	before := Kernels()
	t.Cleanup(func() {
		if err := UseKernels(before); err != nil {
			t.Error(err)
		}
	})
}

// Every implementation gives the same energies and gradients but for the last
// bits, in whole tiles of samples and in parts of them.
func TestUseKernels(t *testing.T) {
	restoreKernels(t)
	names := Implementations()
	if !slices.Contains(names, "go") {
		t.Errorf("the implementations are %q, without plain Go", names)
	}
	for _, size := range []int{4, 6, 10, 16, 34} {
		for _, n := range []int{1, 16, 21} {
			m := mustIsing(t, size, Tc)
			x := gaussianFields(size*size*n, 3, uint64(n))
			if err := UseKernels("go"); err != nil {
				t.Fatal(err)
			}
			want, wantGrad := evaluate(m, n, x)
			for _, name := range names {
				if err := UseKernels(name); err != nil || Kernels() != name {
					t.Fatalf("after UseKernels(%q), error %v, the kernels are %q", name, err, Kernels())
				}
				u, grad := evaluate(m, n, x)
				for b := range u {
					near(t, name+" energy", u[b], want[b], 1e-12)
				}
				for i := range grad {
					got, want := float64(grad[i]), float64(wantGrad[i])
					if !(math.Abs(got-want) <= 0x1p-23*max(0.01, math.Abs(want))) {
						t.Fatalf("%s, L=%d: gradient[%d] = %v, in plain Go %v", name, size, i, got, want)
					}
				}
			}
		}
	}
}

func TestUseUnknownKernels(t *testing.T) {
	before := Kernels()
	err := UseKernels("mmx")
	var hinted interface{ Hint() string }
	if err == nil || !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), "go") || Kernels() != before {
		t.Errorf("UseKernels of unknown ones: %v, then %q", err, Kernels())
	}
}
