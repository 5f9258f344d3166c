package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReport: the figures of a run, as JSON and as text, with progress.
func TestReport(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "5", "--dir", "run")
	o := neuralrg(t, dir, "report", "run", "--samples", "64", "--latent", "1,2", "--latent", "4,0", "--json")
	if o.code != 0 || !strings.Contains(o.stderr, "note: Free energy against the exact value\n") {
		t.Fatalf("exit code %d, %q", o.code, o.stderr)
	}
	r := decode(t, o.stdout)
	if r["run"] != "run" || r["out"] != filepath.Join("run", "report") || number(t, r, "epoch") != 5 || number(t, r, "L") != 4 || number(t, r, "samples") != 64 {
		t.Errorf("%v", r)
	}
	there := 1 // report.json
	for _, f := range r["figures"].([]any) {
		for _, name := range f.(map[string]any)["files"].([]any) {
			if _, err := os.Stat(filepath.Join(dir, "run", "report", name.(string))); err != nil {
				t.Error(err)
			}
			there++
		}
	}
	if missing := fmt.Sprint(r["missing"]); !strings.Contains(missing, "there is no latent at row 4, column 0") || strings.Contains(missing, "row 1") {
		t.Errorf("missing: %s", missing)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "run", "report"))
	if err != nil || len(entries) != there+1 { // and the page
		t.Errorf("%d files, %v", len(entries), err)
	}

	wantError(t, neuralrg(t, dir, "report", "run"), 2, "holds a report", "--force")
	o = neuralrg(t, dir, "report", "run", "--samples", "64", "--force")
	if o.code != 0 || !strings.Contains(o.stdout, "begin with run/report/index.md\n") || !strings.Contains(o.stdout, "not made: Depth of the network: only one run was given\n") {
		t.Errorf("exit code %d, %q", o.code, o.stdout)
	}
}

func TestReportRefuses(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("mine\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, args, problem, hint string }{
		{"no run named", "", "neuralrg report needs the directory of a run", "runs/first"},
		{"no run there", "nowhere", "there is no directory nowhere", "give the directory of a run"},
		{"no second run there", "run nowhere", "there is no directory nowhere", "give the directory of a run"},
		{"few samples", "run --samples 10", "10 samples are out of range", "choose from 64"},
		{"no latent", "run --latent 1", `flag --latent: "1" is not valid`, "as in 8,8"},
		{"many latents", "run --latent 0,1 --latent 0,2 --latent 0,3 --latent 1,0 --latent 1,1 --latent 1,2 --latent 1,3 --latent 2,0 --latent 2,1", "9 latents to look at", "choose up to 8"},
		{"no threads", "run --threads 0", "threads 0 is out of range", "choose from 1 to "},
		{"a file in the way", "run --out file --force", "file exists and is not a directory", "choose another name with --out"},
		{"a run in the way", "run --out run --force", "run has something that is of no report", "choose another --out"},
		{"no folder", "run --out none/here", "cannot write none/here: no such file or directory", "choose another --out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantError(t, neuralrg(t, dir, append([]string{"report"}, strings.Fields(c.args)...)...), 2, c.problem, c.hint)
		})
	}
	if text, err := os.ReadFile(filepath.Join(dir, "file")); err != nil || string(text) != "mine\n" {
		t.Errorf("the file in the way has %q, %v", text, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*", ".*")); err != nil || len(left) != 0 {
		t.Errorf("it left %q, %v", left, err)
	}
}
