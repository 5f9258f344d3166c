package cli

import (
	"strings"
	"testing"

	"neuralrg/sampling"
	"neuralrg/training/inference"
)

// TestMarks: no estimate that something speaks against is without a mark.
func TestMarks(t *testing.T) {
	for _, c := range []struct {
		doubts, cautions []string
		want             string
	}{
		{nil, nil, "energy "},
		{[]string{"far off"}, nil, "*energy "},
		{[]string{"far off"}, []string{"short"}, "*energy "},
		{nil, []string{"short"}, "?energy "},
	} {
		o := inference.Observable{Diagnosis: sampling.Diagnosis{Name: "energy", Reliable: c.doubts == nil, Reasons: c.doubts, Cautions: c.cautions}}
		if row := sampledRow(o); !strings.HasPrefix(row, c.want) {
			t.Errorf("%q, want %q", row, c.want)
		}
	}
}
