//go:build !purego

package kernel

import (
	"slices"
	"testing"

	"golang.org/x/sys/cpu"
)

// The assembly is for a processor, or a virtual one, that has every instruction
// in it: of AVX-512 also those on the upper registers in half their width.
func TestEveryInstructionIsThere(t *testing.T) {
	x := &cpu.X86
	for set, needed := range map[string][]*bool{
		"avx512": {&x.HasAVX512F, &x.HasAVX512DQ, &x.HasAVX512VL},
		"avx2":   {&x.HasAVX2, &x.HasFMA},
	} {
		for i, feature := range needed {
			was := *feature
			*feature = false
			if slices.ContainsFunc(assembled(), func(k *Set) bool { return k.Name == set }) {
				t.Errorf("%s is offered without feature %d of those that it needs", set, i)
			}
			*feature = was
		}
	}
}
