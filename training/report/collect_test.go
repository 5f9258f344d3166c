package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training"
	"neuralrg/training/run"
	"neuralrg/training/sweep"
)

// gridOf makes a sweep and what its points came to, but for the first; the axes
// are temperature, depth and seed.
func gridOf(t *testing.T) (*sweep.Sweep, []sweep.Status) {
	t.Helper()
	axes := []sweep.Axis{{Name: "T", Values: []string{"2.0", "Tc", "2.5"}}, {Name: "depth", Values: []string{"1", "2"}}, {Name: "seed", Values: []string{"1", "2"}}}
	p, err := sweep.NewPlan("0.0.1", axes, "", func(_ []sweep.Axis, values []string) (run.Config, error) {
		c, err := training.Preset("quick")
		c.L = 4
		c.Temperature = map[string]float64{"2.0": 2, "Tc": physics.Tc, "2.5": 2.5}[values[0]]
		c.Depth = int(values[1][0] - '0')
		c.Seed = uint64(values[2][0] - '0')
		return run.Config{Config: c}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := sweep.Create(filepath.Join(t.TempDir(), "sweep"), p)
	if err != nil {
		t.Fatal(err)
	}
	all := s.Status()
	for i := range all[1:] {
		c, err := p.Config(i + 1)
		if err != nil {
			t.Fatal(err)
		}
		estimate := func(v float64) sweep.Estimate {
			e := 0.01
			return sweep.Estimate{Value: &v, Error: &e, Reliable: i%2 == 0}
		}
		gap := 3/float64(c.Depth) + float64(c.Seed)/10
		known := 0.7
		r := &sweep.Result{
			L: 4, T: c.Temperature, Gap: sampling.Quantity{Value: gap, Error: 0.02}, RelativeError: sampling.Quantity{Value: gap / 50, Error: 0.0004},
			M2:           sweep.Measured{Flow: estimate(0.8), Weighted: estimate(0.75), Exact: &known, Samples: estimate(0.71)},
			HeatCapacity: sweep.Measured{Flow: estimate(0.3), Weighted: sweep.Estimate{}, Samples: estimate(0.61)},
		}
		all[i+1].State, all[i+1].Result = sweep.Done, r
		all[i+1].Gap, all[i+1].GapError, all[i+1].LnZDual = &r.Gap.Value, &r.Gap.Error, 50
	}
	return s, all
}

// TestCollect: the table has a line for each point, the figures those that are
// done, with the mean over the seeds; and a second one takes the place of the first.
func TestCollect(t *testing.T) {
	s, all := gridOf(t)
	for range 2 {
		out, c, err := Collect(s, all, "")
		if err != nil || out != filepath.Join(s.Dir, "collect") || c.Points != 12 || c.Done != 11 || len(c.Missing) != 0 {
			t.Fatalf("%s: %+v, %v", out, c, err)
		}
	}
	made := files(t, filepath.Join(s.Dir, "collect"))
	for name, data := range made {
		if strings.HasSuffix(name, ".png") {
			if img, err := png.Decode(bytes.NewReader(data)); err != nil || img.Bounds().Dx() < 500 {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	read := func(name string) [][]string {
		table, err := csv.NewReader(bytes.NewReader(made[name])).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return table
	}
	if table := read("results.csv"); len(table) != 13 {
		t.Errorf("%d lines of results", len(table))
	}
	table := read("sweep.csv")
	found := map[string]string{}
	for _, row := range table[1:] {
		found[strings.Join(row[:3], ",")] = strings.Join(row[3:], ",")
	}
	// The first curve lacks a seed at its first point, where the error is that of the other.
	for row, want := range map[string][2]float64{
		"gap [nats],depth 1,2": {3.2, 0.02}, "gap [nats],depth 1,2.5": {3.15, 0.05}, "gap [nats],depth 2,2.5": {1.65, 0.05},
		"relative_error [%],depth 2,2.5": {3.3, 0.1}, "m2 [1],depth 1,2": {0.8, 0.01}, "m2 [1],exact,2": {0.7, 0},
	} {
		var got [2]float64
		if _, err := fmt.Sscanf(found[row], "%g,%g", &got[0], &got[1]); err != nil || math.Abs(got[0]-want[0])+math.Abs(got[1]-want[1]) > 1e-9 {
			t.Errorf("%s is %q, want %v", row, found[row], want)
		}
	}
	if n := strings.Count(string(made["sweep.csv"]), "heat_capacity [k_B],exact"); n < 100 {
		t.Errorf("%d exact heat capacities", n)
	}
	if index := string(made["index.md"]); !strings.Contains(index, "11 of its 12 points are done") || !strings.Contains(index, "| 2 |") {
		t.Errorf("index:\n%s", index)
	}
}

// Nothing of a user's own is replaced, and what cannot be drawn is told of.
func TestCollectOfLittle(t *testing.T) {
	s, all := gridOf(t)
	for i := range all {
		all[i].Result = nil
	}
	_, c, err := Collect(s, all, "")
	if err != nil || len(c.Missing) != 3 || c.Missing[0].Reason != "no point is done" || c.Missing[0].Hint == "" {
		t.Errorf("%+v, %v", c, err)
	}
	mine := filepath.Join(s.Dir, "mine")
	if err := os.MkdirAll(filepath.Join(mine, "thesis"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Collect(s, all, mine); err == nil || !strings.Contains(err.Error(), "thesis") || hintOf(err) == "" {
		t.Errorf("%v", err)
	}
}

// Names and values of somebody else's plan or settings are no marks on the page, and an
// axis without values is no crash.
func TestPagesOfStrangeNames(t *testing.T) {
	const strange = "a\x1b]0;b\x07|<i>\nc"
	s := &sweep.Sweep{Plan: &sweep.Plan{Axes: []sweep.Axis{{Name: strange, Values: []string{strange, strange}}, {Name: "T"}}}}
	r := &record{Snapshot: &run.Snapshot{}}
	r.Config.Preset, r.Config.Version, r.Config.Kernels = strange, strange, strange
	for name, text := range map[string]string{
		"of a sweep": newCollectionPage(s, &Collection{}).String(),
		"settings":   settings(r).markdown(),
	} {
		if !strings.Contains(text, "a??0;b???i??c") || strings.ContainsAny(text, "\x1b\x07<>") {
			t.Errorf("%s: %q", name, text)
		}
	}
}
