//go:build slow

package report

import (
	"bytes"
	"path/filepath"
	"testing"
)

// TestSeedDecides: with the same seed every byte is the same whatever the threads,
// and with another one what rests on samples is not.
func TestSeedDecides(t *testing.T) {
	dir := trained(t, "run", nil)
	write := func(name string, seed uint64, threads int) map[string][]byte {
		t.Helper()
		p := plan()
		p.Out, p.Seed, p.Threads = filepath.Join(dir, name), seed, threads
		if _, _, err := Write(t.Context(), []string{dir}, p); err != nil {
			t.Fatal(err)
		}
		return files(t, p.Out)
	}
	first, again, other := write("first", 3, 2), write("again", 3, 1), write("other", 4, 2)
	for name, data := range first {
		if !bytes.Equal(data, again[name]) {
			t.Errorf("%s is another with one thread", name)
		}
	}
	for _, name := range []string{
		"samples-by-epoch.csv", "monte-carlo.csv", "information.csv", "responses.csv", "latent-energy.csv", "coarse-energy.csv",
		"couplings.csv", "scales.csv", "resampling.csv", "marginals.csv", "collective.csv", "conditional.csv",
	} {
		if bytes.Equal(first[name], other[name]) {
			t.Errorf("%s does not know the seed", name)
		}
	}
	if !bytes.Equal(first["free-energy.csv"], other["free-energy.csv"]) {
		t.Error("the free energy is of the run, not of samples")
	}
}
