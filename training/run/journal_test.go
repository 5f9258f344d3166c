package run

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lines makes metrics lines with numbers that need all their digits.
func lines(n int) []Metrics {
	var all []Metrics
	for e := range n {
		x := math.Sqrt(float64(e + 2))
		all = append(all, Metrics{
			Epoch: e + 1, Seconds: x, Loss: -x, FreeEnergy: -1e3 * x, FreeEnergyStd: x / 3, FreeEnergyError: 1e-9 * x,
			Gap: 1e22 * x, ESS: 1 / x, Rate: 1e-3, GradNorm: math.Pi * x,
		})
	}
	return all
}

func writeLines(t *testing.T, path string, metrics []Metrics) {
	t.Helper()
	j, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.close() }()
	if err := appendLines(j, metrics); err != nil {
		t.Fatal(err)
	}
}

// allMetrics is every line of a metrics.jsonl.
func allMetrics(path string) ([]Metrics, error) {
	f, err := open(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var all []Metrics
	err = readLines(f, func(m Metrics) error {
		all = append(all, m)
		return nil
	})
	var bad *badLine
	if errors.As(err, &bad) && bad.last {
		err = nil
	}
	return all, err
}

func TestMetricsComeBackExactly(t *testing.T) {
	path := filepath.Join(t.TempDir(), metricsName)
	want := lines(100)
	writeLines(t, path, want[:60])
	writeLines(t, path, want[60:])
	h, err := ReadHistory(path)
	if got := h.Recent; err != nil || !slices.Equal(got, want) {
		t.Errorf("%d lines of %d came back, %v", h.Epochs, len(want), err)
	}
}

func TestTornLastLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), metricsName)
	want := lines(5)
	writeLines(t, path, want)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ends := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for n := ends; n < len(whole); n++ { // every way to tear it
		h, err := readHistory(bytes.NewReader(whole[:n]))
		if err != nil || !slices.Equal(h.Recent, want[:4]) {
			t.Fatalf("torn at byte %d: %d lines, %v", n-ends, h.Epochs, err)
		}
	}
}

func TestBadMetrics(t *testing.T) {
	line := func(epoch int) string { return fmt.Sprintf("{\"epoch\":%d}\n", epoch) }
	for name, text := range map[string]string{
		"garbage in the middle": line(1) + "what\n" + line(2),
		"an epoch twice":        line(1) + line(1) + line(2),
		"epochs out of order":   line(1) + line(5) + line(2) + line(3),
		"a line without end":    line(1) + strings.Repeat("x", 3*longestLine) + "\n" + line(2),
		"zeros in the middle":   line(1) + "\x00\x00\x00\n" + line(2),
	} {
		path := filepath.Join(t.TempDir(), metricsName)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := ReadHistory(path)
		if err == nil || hintOf(err) == "" || !strings.Contains(err.Error(), "line ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if h.Epochs == 0 || h.Recent[0].Epoch != 1 {
			t.Errorf("%s: the good lines are lost", name)
		}
	}
	if _, err := ReadHistory(filepath.Join(t.TempDir(), "absent")); err == nil || hintOf(err) == "" {
		t.Errorf("an absent file: %v", err)
	}
}

func TestCutMetrics(t *testing.T) {
	want := lines(10)
	for _, c := range []struct {
		tail        string
		epoch, keep int
	}{
		{"", 6, 6},
		{"", 10, 10},
		{"", 0, 0},
		{"", 20, 10},
		{`{"epoch":11,"sec`, 10, 10},
		{"garbage\n{\"epoch\":12}\n", 10, 10},
		{"garbage\n{\"epoch\":12}\n", 8, 8},
	} {
		path := filepath.Join(t.TempDir(), metricsName)
		writeLines(t, path, want)
		j, err := openJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := j.file.WriteString(c.tail); err != nil {
			t.Fatal(err)
		}
		_ = j.close()
		kept, err := cutMetrics(path, c.epoch, false)
		if err != nil || !slices.Equal(kept.Recent, want[:c.keep]) {
			t.Errorf("tail %q, epoch %d: kept %d, %v", c.tail, c.epoch, kept.Epochs, err)
		}
		if got, err := allMetrics(path); err != nil || len(got) != c.keep {
			t.Errorf("tail %q, epoch %d: the file has %d lines, %v", c.tail, c.epoch, len(got), err)
		}
		writeLines(t, path, want[c.keep:]) // what follows must fit on
		if got, err := allMetrics(path); err != nil || !slices.Equal(got, want) {
			t.Errorf("tail %q, epoch %d: %d lines after appending, %v", c.tail, c.epoch, len(got), err)
		}
	}
	if kept, err := cutMetrics(filepath.Join(t.TempDir(), "absent"), 3, false); err != nil || kept.Epochs != 0 {
		t.Errorf("an absent file: %v, %v", kept, err)
	}
}

// One bad line costs that line and none after it.
func TestCutKeepsTheLinesAfterABadOne(t *testing.T) {
	want := lines(10)
	for name, bad := range map[string]string{"garbage": "what\n", "zeros": "\x00\x00\n", "a long line": strings.Repeat("x", 3*longestLine) + "\n"} {
		path := filepath.Join(t.TempDir(), metricsName)
		writeLines(t, path, want[:4])
		j, err := openJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := j.file.WriteString(bad); err != nil {
			t.Fatal(err)
		}
		_ = j.close()
		writeLines(t, path, want[5:])
		left := slices.Concat(want[:4], want[5:8])
		if kept, err := cutMetrics(path, 8, false); err != nil || !slices.Equal(kept.Recent, left) {
			t.Errorf("%s: kept %d, %v", name, kept.Epochs, err)
		}
		if got, err := allMetrics(path); err != nil || !slices.Equal(got, left) {
			t.Errorf("%s: the file has %d lines, %v", name, len(got), err)
		}
	}
}

func TestFailedAppendIsTakenBack(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	j := &journal{file: full}
	defer func() { _ = j.close() }()
	if err := appendLines(j, lines(1)); err == nil || !strings.Contains(hintOf(err), "free some space") {
		t.Errorf("a full disk: %v, hint %q", err, hintOf(err))
	}
	if err := appendLines(j, []Metrics{{Epoch: 1, Gap: math.NaN()}}); err == nil {
		t.Error("NaN was written")
	}
}

func FuzzMetrics(f *testing.F) {
	f.Add([]byte("{\"epoch\":1,\"gap\":2.5}\n{\"epoch\":2}\n{\"epo"))
	f.Add([]byte("{\"epoch\":2}\nx\n{\"epoch\":1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, _ := readHistory(bytes.NewReader(data))
		last := 0
		for _, m := range h.Recent {
			if m.Epoch <= last {
				t.Fatalf("epoch %d after %d", m.Epoch, last)
			}
			last = m.Epoch
		}
		path := filepath.Join(t.TempDir(), metricsName)
		writeLines(t, path, h.Recent)
		if again, err := ReadHistory(path); err != nil || !slices.Equal(again.Recent, h.Recent) {
			t.Fatalf("%d lines, written and read again %d, %v", len(h.Recent), again.Epochs, err)
		}
	})
}
