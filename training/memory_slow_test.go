//go:build slow && linux

package training

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// measured names the variable that makes TestLargeLatticesFit a process that
// does one epoch and prints the most memory that it had resident.
const measured = "NEURALRG_TEST_EPOCH"

// TestLargeLatticesFit trains the paper's block on large lattices, each in a
// process of its own, because what a process had resident never falls.
func TestLargeLatticesFit(t *testing.T) {
	if os.Getenv(measured) != "" {
		var size, batch int
		if _, err := fmt.Sscan(os.Getenv(measured), &size, &batch); err != nil {
			t.Fatal(err)
		}
		steps(t, trainer(t, large(size, batch), 2), 1)
		fmt.Println("resident", peakResident(t))
		return
	}
	for _, c := range []Config{large(64, 512), large(128, 64)} {
		command := exec.Command(os.Args[0], "-test.run=^TestLargeLatticesFit$")
		command.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d", measured, c.L, c.Batch))
		out, err := command.Output()
		if err != nil {
			t.Fatalf("L=%d: %v\n%s", c.L, err, out)
		}
		var resident int
		if _, err := fmt.Sscanf(string(out), "resident %d", &resident); err != nil {
			t.Fatalf("L=%d: no figure in %q", c.L, out)
		}
		said := c.Memory(2)
		t.Logf("L=%d, batch %d: %d MB resident, %d MB said", c.L, c.Batch, resident>>20, said>>20)
		if resident > 1<<30 {
			t.Errorf("L=%d, batch %d takes %d bytes", c.L, c.Batch, resident)
		}
		const program = 24 << 20 // what the runtime and the energy take
		if resident < said || resident > said+program {
			t.Errorf("L=%d, batch %d takes %d bytes, said were %d", c.L, c.Batch, resident, said)
		}
	}
}

// large is the paper's run on another lattice.
func large(size, batch int) Config {
	c, err := Preset("paper")
	if err != nil {
		panic(err)
	}
	c.L, c.Batch = size, batch
	return c
}

// peakResident is the most memory that this process had resident.
func peakResident(t *testing.T) (bytesResident int) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
	if _, err := fmt.Sscan(string(after), &bytesResident); err != nil {
		t.Fatal(err)
	}
	return bytesResident << 10
}
