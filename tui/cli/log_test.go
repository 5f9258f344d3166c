package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The log keeps its newest lines whole, and stays within its bound.
func TestLogIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), logName)
	f, err := openLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	line := func(n int) string { return fmt.Sprintf("line %7d %s\n", n, strings.Repeat("x", 100)) }
	const lines = 5 * logSize / 113
	for n := range lines {
		if _, err := (bounded{f}).Write([]byte(line(n))); err != nil {
			t.Fatal(err)
		}
		if info, err := f.Stat(); err != nil || info.Size() > logSize {
			t.Fatalf("after line %d it has %d bytes, %v", n, info.Size(), err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil || len(data) < logSize/3 {
		t.Fatalf("%d bytes are left, %v", len(data), err)
	}
	n := lines - strings.Count(string(data), "\n")
	for got := range strings.Lines(string(data)) {
		if got != line(n) {
			t.Fatalf("in place of line %d stands %q", n, got)
		}
		n++
	}
}
