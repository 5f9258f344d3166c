//go:build slow

package kernel

import (
	"math/rand/v2"
	"testing"
)

// TestDenseOfEveryPairOfWidths is the whole product.
func TestDenseOfEveryPairOfWidths(t *testing.T) {
	for in := 1; in <= 70; in++ {
		for out := 1; out <= 70; out++ {
			random := rand.New(rand.NewPCG(uint64(in), uint64(out)))
			newLayer(random, normal, in, out, 1+random.IntN(Tile)).check(t)
		}
	}
}

// TestFunctionsDensely takes 16,384 numbers of every exponent and sign together.
func TestFunctionsDensely(t *testing.T) { checkFunctions(t, 64) }
