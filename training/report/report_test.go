package report

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"neuralrg/training"
	"neuralrg/training/run"
)

// trained makes a run of a small lattice.
func trained(t *testing.T, name string, change func(*training.Config)) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	c, err := training.Preset("quick")
	if err != nil {
		t.Fatal(err)
	}
	c.L, c.Epochs = 4, 60
	if change != nil {
		change(&c)
	}
	r, err := run.Start(t.Context(), dir, run.Config{Config: c, Sampler: run.SamplerOff}, run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Wait(); s.Phase != run.Finished {
		t.Fatalf("%s: %s", s.Phase, s.Error)
	}
	return dir
}

func plan() Plan { return Plan{Samples: 512, Seed: 3, Threads: 2} }

// files are all files of a directory.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestReport: everything is made of a small run, and every file is what its name
// says.
func TestReport(t *testing.T) {
	if testing.Short() {
		t.Skip("all figures")
	}
	dir, other := trained(t, "first", nil), trained(t, "flat", func(c *training.Config) { c.Depth = 1 })
	out, r, err := Write(t.Context(), []string{dir, other}, plan())
	if err != nil {
		t.Fatal(err)
	}
	if out != filepath.Join(dir, "report") || r.Epoch != 60 || r.L != 4 || r.Samples != 512 || r.Seed != 3 {
		t.Errorf("%s: %+v", out, r)
	}
	for _, m := range r.Missing {
		t.Errorf("%s is missing: %s (%s)", m.Name, m.Reason, m.Hint)
	}
	all := files(t, out)
	listed := []string{contentsName, r.Index}
	for _, f := range r.Figures {
		listed = append(listed, f.Files...)
		if len(f.Files) < 3 || !bytes.Contains(all[r.Index], []byte("!["+f.Title+"]("+f.Files[0]+")")) {
			t.Errorf("%s has %v, and the page may not show it", f.Name, f.Files)
		}
	}
	if len(r.Figures) != len(kinds) || len(listed) != len(all) {
		t.Errorf("%d figures of %d, %d files listed and %d there", len(r.Figures), len(kinds), len(listed), len(all))
	}
	for _, name := range listed {
		checkFile(t, name, all[name])
	}
	if bytes.Contains(all[r.Index], []byte(filepath.Dir(dir))) {
		t.Error("the page has the path of this machine")
	}
}

// unit is what a column of numbers ends with.
var unit = regexp.MustCompile(`^[a-zA-Z0-9_]+ \[[^]]+\]$`)

func checkFile(t *testing.T, name string, data []byte) {
	t.Helper()
	switch filepath.Ext(name) {
	case ".svg":
		d := xml.NewDecoder(bytes.NewReader(data))
		marks := 0
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "path" || e.Name.Local == "image") {
				marks++
			}
		}
		if marks < 5 {
			t.Errorf("%s draws nothing", name)
		}
	case ".png":
		if img, err := png.Decode(bytes.NewReader(data)); err != nil || img.Bounds().Dx() < 900 {
			t.Errorf("%s: %v", name, err)
		}
	case ".csv":
		lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil || len(lines) < 2 {
			t.Fatalf("%s: %d lines, %v", name, len(lines), err)
		}
		for i, head := range lines[0] {
			if number := regexp.MustCompile(`^[-+0-9.e]+$`).MatchString(lines[1][i]); number && !unit.MatchString(head) {
				t.Errorf("%s: column %q has no unit", name, head)
			}
		}
	case ".json":
		if !json.Valid(data) {
			t.Errorf("%s is not JSON", name)
		}
	}
}

// TestWhatCannotBeMadeIsSaid, and the rest is made.
func TestWhatCannotBeMadeIsSaid(t *testing.T) {
	if testing.Short() {
		t.Skip("most figures")
	}
	dir := trained(t, "short", func(c *training.Config) { c.Epochs, c.Depth = 1, 1 })
	if err := os.Remove(filepath.Join(dir, "checkpoints", "000000.npz")); err != nil {
		t.Fatal(err)
	}
	few := plan()
	few.Samples = 64
	out, r, err := Write(t.Context(), []string{dir}, few)
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]Missing{}
	for _, m := range r.Missing {
		missing[m.Name] = m
		if m.Hint == "" {
			t.Errorf("%s: %s has no hint", m.Name, m.Reason)
		}
	}
	for name, reason := range map[string]string{"depth": "only one run", "samples-by-epoch": "only the checkpoint of epoch 1", "information": "64 samples"} {
		if !strings.Contains(missing[name].Reason, reason) {
			t.Errorf("%s: %+v", name, missing[name])
		}
	}
	if len(r.Figures)+len(r.Missing) != len(kinds) {
		t.Errorf("%d figures, %d missing, of %d", len(r.Figures), len(r.Missing), len(kinds))
	}
	page := files(t, out)[r.Index]
	for _, m := range r.Missing {
		if !bytes.Contains(page, []byte(m.Reason)) {
			t.Errorf("the page does not say why there is no %s", m.Name)
		}
	}
}

// TestShownReport: the report in the documents has all that its page names, and
// nothing of the machine that made it.
func TestShownReport(t *testing.T) {
	all := files(t, filepath.Join("..", "..", "docs", "report"))
	page := all[indexName]
	links := regexp.MustCompile(`\]\(([^)]+)\)`).FindAllSubmatch(page, -1)
	for _, link := range links {
		if all[string(link[1])] == nil {
			t.Errorf("there is no %s", link[1])
		}
	}
	total := 0
	for name, data := range all {
		total += len(data)
		if bytes.Contains(data, []byte("/tmp")) || bytes.Contains(data, []byte("/home")) {
			t.Errorf("%s has a path", name)
		}
	}
	if len(links) < 2*len(kinds) || total > 1<<21 {
		t.Errorf("%d links, %d bytes", len(links), total)
	}
}

// TestAStopLeavesNothing behind, wherever it comes.
func TestAStopLeavesNothing(t *testing.T) {
	dir := trained(t, "run", func(c *training.Config) { c.Epochs = 2 })
	for _, last := range []string{kinds[0].title, kinds[2].title} {
		ctx, stop := context.WithCancel(t.Context())
		p := plan()
		var once sync.Once
		p.Progress = func(title, _ string) {
			if title == last {
				once.Do(stop)
			}
		}
		_, _, err := Write(ctx, []string{dir}, p)
		if err == nil || hintOf(err) == "" {
			t.Errorf("stopped at %q: %v", last, err)
		}
		stop()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.Contains(e.Name(), "report") {
				t.Errorf("stopped at %q: it left %s", last, e.Name())
			}
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	dir := trained(t, "run", func(c *training.Config) { c.Epochs = 1 })
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		dirs       []string
		change     func(*Plan)
	}{
		{"few samples", "63 samples", []string{dir}, func(p *Plan) { p.Samples = 63 }},
		{"many samples", "out of range", []string{dir}, func(p *Plan) { p.Samples = 1 << 30 }},
		{"no run", "no directory", []string{dir + "x"}, nil},
		{"no second run", "no directory", []string{dir, dir + "x"}, nil},
		{"a file", "not a directory", []string{dir}, func(p *Plan) { p.Out, p.Force = file, true }},
		{"a run", "of no report", []string{dir}, func(p *Plan) { p.Out, p.Force = dir, true }},
		{"no parent", "no such file", []string{dir}, func(p *Plan) { p.Out = filepath.Join(dir, "none", "here") }},
	} {
		p := plan()
		if c.change != nil {
			c.change(&p)
		}
		_, _, err := Write(t.Context(), c.dirs, p)
		if err == nil || !strings.Contains(err.Error(), c.want) || hintOf(err) == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != "mine" {
		t.Errorf("the file has %q, %v", data, err)
	}
}
