package model

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"neuralrg/model/internal/kernel"
)

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

func TestTensorNames(t *testing.T) {
	f, err := New(Shape{L: 16, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Params) != 43_680 {
		t.Errorf("the paper's network has %d parameters, not 43,680", len(f.Params))
	}
	next := 0
	var names []string
	for _, tensor := range f.Tensors() {
		if tensor.Offset != next {
			t.Fatalf("%s begins at %d, not %d", tensor.Name, tensor.Offset, next)
		}
		next += tensor.Size()
		if strings.HasPrefix(tensor.Name, "level3/decimator0/coupling9/") {
			names = append(names, strings.TrimPrefix(tensor.Name, "level3/decimator0/coupling9/"))
		}
	}
	if next != len(f.Params) {
		t.Errorf("tensors cover %d of %d parameters", next, len(f.Params))
	}
	want := "s/weight0 s/bias0 s/weight1 s/bias1 s/weight2 s/bias2 s/weight3 s/bias3 " +
		"t/weight0 t/bias0 t/weight1 t/bias1 t/weight2 t/bias2 t/weight3 t/bias3 scale"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("the last coupling has %s, not %s", got, want)
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
