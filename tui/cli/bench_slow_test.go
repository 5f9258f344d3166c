//go:build slow

package cli_test

import (
	"slices"
	"testing"

	"neuralrg/model"
)

// TestBench runs the whole command, and looks at what no made-up report has. One
// thread is enough for that, and quicker.
func TestBench(t *testing.T) {
	o := neuralrg(t, t.TempDir(), "bench", "--json", "--threads", "1")
	if o.code != 0 {
		t.Fatalf("exit code %d, standard error %q", o.code, o.stderr)
	}
	report := decode(t, o.stdout)
	implementations, _ := report["implementations"].([]any)
	var names []string
	for _, i := range implementations {
		i := i.(map[string]any)
		names = append(names, i["name"].(string))
		if peak := number(t, i, "peak_gflops"); !(peak > 0.1 && peak < 1e5) {
			t.Errorf("%s: peak %v GFLOP/s", i["name"], peak)
		}
		for _, e := range i["epochs"].([]any) {
			// Where the machine had other things to do while the peak was measured, an epoch may seem to be above it.
			if share := number(t, e.(map[string]any), "peak_share"); !(share > 0 && share <= 3) {
				t.Errorf("%s: an epoch is at %v of the peak", i["name"], share)
			}
		}
	}
	if !slices.Equal(names, model.Implementations()) {
		t.Errorf("implementations %q", names)
	}
}
