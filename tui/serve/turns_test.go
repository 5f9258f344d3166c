package serve

import (
	"testing"
	"time"
)

// However many ask, there are so many turns a second, and the first is at once.
func TestTurns(t *testing.T) {
	turns := &turns{every: 50 * time.Millisecond}
	now := time.Unix(1e9, 0)
	for i := range 20 {
		if wait := turns.at(now); wait != time.Duration(i)*50*time.Millisecond {
			t.Errorf("turn %d comes after %v", i, wait)
		}
	}
	if wait := turns.at(now.Add(10 * time.Second)); wait != 0 {
		t.Errorf("after a while without any one waits %v", wait)
	}
}
