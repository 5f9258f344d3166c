package run

import (
	"reflect"
	"slices"
	"testing"

	"neuralrg/model"
)

// The sites are a square, the coarsest level first and each level block by block.
func TestInformedSites(t *testing.T) {
	for _, c := range []struct {
		L, depth, spacing int
		levels, sizes     []int
		first             []int
	}{
		{4, 0, 1, []int{1, 0}, []int{4, 12}, []int{0, 2, 8, 10, 1, 4, 5, 3, 6, 7, 9, 12, 13, 11, 14, 15}},
		{8, 0, 1, []int{2, 1, 0}, []int{4, 12, 48}, []int{0, 4, 32, 36}},
		{16, 0, 2, []int{3, 2, 1}, []int{4, 12, 48}, []int{0, 8, 128, 136, 4, 64, 68, 12, 72, 76}},
		{16, 0, 1, []int{3, 2, 1, 0}, []int{1, 3, 12, 48}, []int{0, 4, 64, 68}},
		{16, 1, 2, []int{0}, []int{64}, []int{0, 2, 32, 34}},
		{32, 2, 2, []int{1}, []int{64}, []int{0, 2, 64, 66}},
		{128, 0, 16, []int{6, 5, 4}, []int{4, 12, 48}, []int{0, 64}},
	} {
		sites, levels, sizes := informedSites(model.Shape{L: c.L, Depth: c.depth}, c.spacing)
		if !slices.Equal(levels, c.levels) || !slices.Equal(sizes, c.sizes) || !slices.Equal(sites[:len(c.first)], c.first) {
			t.Errorf("L=%d, depth %d, spacing %d: levels %v of sizes %v, sites %v", c.L, c.depth, c.spacing, levels, sizes, sites)
		}
		slices.Sort(sites)
		if len(slices.Compact(sites)) != min(64, c.L*c.L/c.spacing/c.spacing) {
			t.Errorf("L=%d, spacing %d: sites %v", c.L, c.spacing, sites)
		}
	}
}

func TestSpacings(t *testing.T) {
	for L, most := range map[int]int{4: 1, 8: 1, 16: 2, 128: 16} {
		var good []int
		for spacing := -1; spacing <= 2*L; spacing++ {
			c := Command{Kind: Inform, Spacing: spacing}
			if err := c.validate(L * L); err == nil {
				good = append(good, spacing)
			} else if hintOf(err) == "" {
				t.Errorf("%v: no hint", err)
			}
		}
		want := []int{1}
		for s := 2; s <= most; s *= 2 {
			want = append(want, s)
		}
		if !reflect.DeepEqual(good, want) || CoarsestSpacing(L) != most {
			t.Errorf("L=%d: spacings %v, want %v", L, good, want)
		}
	}
}
