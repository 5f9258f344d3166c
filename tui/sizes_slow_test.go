//go:build slow

package tui

import (
	"os"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

// All sizes, with one pane each, and with all of them if NEURALRG_SOAK=1.
func TestAllSizes(t *testing.T) {
	each := 1
	if os.Getenv("NEURALRG_SOAK") == "1" {
		each = 2 * len(panes)
	}
	drawSizes(t, 1, each, colorprofile.ASCII)
}
