package kernel

import "testing"

// TestPeak wants every implementation to say what it could do at best: some
// operations for every turn.
func TestPeak(t *testing.T) {
	for _, k := range Implementations() {
		one, many := k.Peak(1), k.Peak(100)
		if !(one >= 2) || many != 100*one {
			t.Errorf("%s: %g operations in a turn, %g in 100", k.Name, one, many)
		}
	}
}
