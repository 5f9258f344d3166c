package rg

import (
	"cmp"
	"slices"
)

// distinct says how many standard deviations of the baseline an information must
// have to make a branch of a tree: among thousands of pairs, chance has few of more.
const distinct = 4

// SpanningTree is the tree of the pairs with the most information, or several
// trees: pairs without any that can be told from noise are left out. They are
// given by their sites, those with most information first.
func SpanningTree(info *Information) [][2]int {
	n := len(info.Sites)
	var branches []int
	for i := range info.Value {
		if i/n > i%n && float64(info.Value[i])-info.Baseline.Mean > distinct*info.Baseline.Deviation {
			branches = append(branches, i)
		}
	}
	slices.SortStableFunc(branches, func(a, b int) int {
		return cmp.Compare(info.Value[b], info.Value[a])
	})
	// Kruskal: a pair joins two trees, or it would close a circle.
	tree := make([]int, n)
	for i := range tree {
		tree[i] = i
	}
	root := func(i int) int {
		for tree[i] != i {
			tree[i] = tree[tree[i]]
			i = tree[i]
		}
		return i
	}
	pairs := [][2]int{}
	for _, at := range branches {
		if i, j := root(at/n), root(at%n); i != j {
			tree[i] = j
			pairs = append(pairs, [2]int{info.Sites[at%n], info.Sites[at/n]})
		}
	}
	return pairs
}
