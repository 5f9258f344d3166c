package model

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"neuralrg/model/internal/kernel"
)

// eachKernels runs a test or a benchmark with every implementation that this
// machine has.
func eachKernels[T interface{ Run(string, func(T)) bool }](t T, run func(T)) {
	before := kernels
	defer func() { kernels = before }()
	for _, k := range kernel.Implementations() {
		kernels = k
		t.Run(k.Name, run)
	}
}

func TestUseKernels(t *testing.T) {
	before := Kernels()
	defer func() {
		if err := UseKernels(before); err != nil {
			t.Error(err)
		}
	}()
	names := Implementations()
	if !slices.Contains(names, "go") {
		t.Errorf("the implementations are %q, without plain Go", names)
	}
	for _, name := range names {
		if err := UseKernels(name); err != nil || Kernels() != name {
			t.Errorf("after UseKernels(%q), error %v, the kernels are %q", name, err, Kernels())
		}
	}
	last := Kernels()
	err := UseKernels("mmx")
	var hinted interface{ Hint() string }
	if err == nil || !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), "go") || Kernels() != last {
		t.Errorf("UseKernels of unknown ones: %v, then %q", err, Kernels())
	}
}

// TestMatrixFlops has the paper's numbers: 170 blocks a sample, ten couplings, and two
// networks 2-10-10-10-2 of 240 multiplications and as many additions each.
func TestMatrixFlops(t *testing.T) {
	if got, want := paper.MatrixFlops(), 170*10*960; got != want {
		t.Errorf("%d operations, not %d", got, want)
	}
}
