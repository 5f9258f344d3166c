//go:build slow

package sampling

import "testing"

// The tests against exact values with many times the draws.

func TestWolffExactFine(t *testing.T) {
	exactly(t, func(t *testing.T, size int, T float64) { wolffExact(t, size, T, 1200000/size) })
}

func TestWolffLiftedFine(t *testing.T) {
	exactly(t, func(t *testing.T, size int, T float64) { wolffLifted(t, size, T, 600000/size) })
}
