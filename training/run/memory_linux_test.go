package run

import (
	"strings"
	"testing"
)

func TestARunThatDoesNotFitIsRefused(t *testing.T) {
	available, known := availableMemory()
	if !known || available < 1<<20 || available > 1<<50 {
		t.Fatalf("available memory: %d, %v", available, known)
	}
	c := tiny(10)
	if err := checkMemory(c, 2); err != nil {
		t.Errorf("a tiny run: %v", err)
	}
	c.L, c.Hidden, c.HiddenLayers, c.Repeat, c.Couplings, c.Batch = 128, 128, 8, 8, 64, 1<<16
	dir := t.TempDir()
	_, err := Start(t.Context(), dir, c, Options{Threads: 8})
	if err == nil || !strings.Contains(err.Error(), "memory") || hintOf(err) == "" {
		t.Errorf("a giant run: %v", err)
	}
}
