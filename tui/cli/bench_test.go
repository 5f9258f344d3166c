package cli_test

import (
	"bufio"
	"os"
	"os/signal"
	"strings"
	"testing"
)

// TestInterruptEndsTheBenchmark: there is nothing to save.
func TestInterruptEndsTheBenchmark(t *testing.T) {
	onlyPlain(t)
	if signal.Ignored(os.Interrupt) {
		t.Skip("these tests run with it ignored, as in the background of a script, and so would the benchmark")
	}
	c := command(t, t.TempDir(), "bench")
	words, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(words).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "note: measuring ") {
		t.Errorf("standard error begins with %q, error %v", line, err)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err == nil || c.ProcessState.Exited() {
		t.Errorf("after an interrupt: %v, not killed by a signal", c.ProcessState)
	}
}
