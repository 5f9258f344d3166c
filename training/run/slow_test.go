//go:build slow

package run

import (
	"os"
	"testing"
)

// A long-lived run is killed often. NEURALRG_SOAK=1 makes it 500 times.
func TestKilledOftenRunContinues(t *testing.T) {
	if os.Getenv("NEURALRG_SOAK") == "1" {
		killAndContinue(t, 500, 100_000)
		return
	}
	killAndContinue(t, 50, 12_000)
}
