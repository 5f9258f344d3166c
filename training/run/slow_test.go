//go:build slow

package run

import (
	"os"
	"testing"
)

// NEURALRG_SOAK=1 kills ten times as often.
func TestKilledAtFiftyMoments(t *testing.T) {
	if os.Getenv("NEURALRG_SOAK") == "1" {
		killAtAnyMoment(t, 500)
		return
	}
	killAtAnyMoment(t, 50)
}

func TestKilledBeforeTrulyEveryChange(t *testing.T) { killBeforeChanges(t, 1) }
