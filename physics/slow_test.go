//go:build slow

package physics

import "testing"

// The value at L = 16, Tc by the transfer matrix of 65,536 rows.
func TestCriticalM2(t *testing.T) {
	near(t, "<m^2>", transferM2(criticalM2Size, Tc), criticalM2, 1e-13)
}

// The largest size against free fermions.
func TestSolveFermionsLargest(t *testing.T) {
	for _, T := range []float64{0.4, Tc, 10} {
		checkFermions(t, MaxSize, T)
	}
}
