package rg

import (
	"slices"
	"testing"

	"neuralrg/model"
)

// TestClassesAreTranslations compares the classes of all pairs with what the
// translations of each pair are.
func TestClassesAreTranslations(t *testing.T) {
	for name, v := range map[string]variables{
		"fields":        fields(4),
		"latents":       latents(model.Shape{L: 8}),
		"shallow flow":  latents(model.Shape{L: 8, Depth: 2}),
		"a single step": latents(model.Shape{L: 8, Depth: 1}),
	} {
		orbits := map[pair][]pair{}
		for a := range v.sites() {
			for b := range a {
				class := v.class(a, b)
				if class != v.class(b, a) {
					t.Fatalf("%s: the class of %d and %d depends on their order", name, a, b)
				}
				orbits[class] = append(orbits[class], sorted(pair{a, b}))
			}
		}
		for class, orbit := range orbits {
			step := max(v.step(class[0]), v.step(class[1]))
			want := map[pair]bool{}
			for rows := 0; rows < v.size; rows += step {
				for columns := 0; columns < v.size; columns += step {
					want[sorted(shifted(class, v.size, rows, columns))] = true
				}
			}
			if len(orbit) != len(want) {
				t.Fatalf("%s: %d pairs have class %v, %d translations", name, len(orbit), class, len(want))
			}
			for _, p := range orbit {
				if !want[p] {
					t.Fatalf("%s: %v is no translation of %v", name, p, class)
				}
			}
		}
	}
}

func sorted(p pair) pair { return pair{min(p[0], p[1]), max(p[0], p[1])} }

func shifted(p pair, size, rows, columns int) pair {
	for i, site := range p {
		p[i] = (site/size+rows)%size*size + (site%size+columns)%size
	}
	return p
}

func TestMembersOfAClass(t *testing.T) {
	v := latents(model.Shape{L: 16})
	for _, p := range []pair{{1, 17}, {1, 2}, {0, 8}, {34, 3}, {5, 200}} {
		class := v.class(p[0], p[1])
		all := (16 / v.stepOf(class)) * (16 / v.stepOf(class))
		for _, n := range []int{0, 1, 4, 7, 1000} {
			members := v.members(class, n)
			if len(members) != min(max(n, 1), all) || members[0] != class {
				t.Fatalf("class %v: %d members %v of %d wanted", class, len(members), members, n)
			}
			seen := []pair{}
			for _, m := range members {
				if v.class(m[0], m[1]) != class || slices.Contains(seen, m) {
					t.Fatalf("class %v: member %v twice or of another class", class, m)
				}
				seen = append(seen, m)
			}
		}
	}
	// Few members of many are far apart.
	if m := fields(16).members(pair{0, 1}, 4); slices.ContainsFunc(m[1:], func(p pair) bool { return fields(16).distance(m[0][0], p[0]) < 4 }) {
		t.Errorf("members %v", m)
	}
}

func TestDistances(t *testing.T) {
	v := latents(model.Shape{L: 16})
	for _, c := range []struct {
		a, b int
		want float64
	}{
		{1, 16, 0},               // the block of 2 x 2 at the origin
		{1, 16*2 + 3, 1.4142135}, // the block across the corner
		{1, 15, 1},               // round the torus
		{1, 16 * 8, 0},           // level 3 has one block
		{16*1 + 1, 2, 0},         // level 0 within the block of level 1
		{16*4 + 1, 2, 1},         // and in the next one
		{2, 16*14 + 2, 1},        // round the torus
		{4, 8 + 4, 1},            // level 2 has two blocks across
	} {
		if got := v.distance(c.a, c.b); got-c.want > 1e-6 || c.want-got > 1e-6 || got != v.distance(c.b, c.a) {
			t.Errorf("distance of %d and %d is %v, not %v", c.a, c.b, got, c.want)
		}
	}
}
