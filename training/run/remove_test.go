package run

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRemoveTakesTheWholeRun(t *testing.T) {
	dir := trained(t, 3)
	outside := filepath.Join(t.TempDir(), "precious")
	if err := os.MkdirAll(outside, 0o777); err != nil {
		t.Fatal(err)
	}
	precious := filepath.Join(outside, "letter")
	if err := os.WriteFile(precious, []byte("dear reader"), 0o666); err != nil {
		t.Fatal(err)
	}
	// Within a report anything may stand, links too.
	if err := os.Mkdir(filepath.Join(dir, "report"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "report", "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"log.txt", "crash-20260101T000000Z.txt", "metrics.jsonl.tmp", "checkpoints/000001.npz.damaged"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := Remove(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("it is there: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".*")); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	if text, err := os.ReadFile(precious); err != nil || string(text) != "dear reader" {
		t.Errorf("what a link led to: %q, %v", text, err)
	}
}

// A run that was killed still has its lease.
func TestRemoveOfAKilledRun(t *testing.T) {
	dir := trained(t, 1)
	h := self(1)
	h.PID, h.Started = 1<<22+1, "long ago"
	if err := os.WriteFile(filepath.Join(dir, leaseName), h.encode(), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Remove(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("it is there: %v", err)
	}
}

func TestRemoveRefuses(t *testing.T) {
	parent := t.TempDir()
	link := filepath.Join(parent, "link")
	if err := os.Symlink(trained(t, 1), link); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(parent, "foreign")
	if err := os.MkdirAll(filepath.Join(foreign, checkpointsName), 0o777); err != nil {
		t.Fatal(err)
	}
	withLetter, withModel, abroad := trained(t, 1), trained(t, 1), trained(t, 1)
	for _, path := range []string{filepath.Join(withLetter, "letter.txt"), filepath.Join(withModel, checkpointsName, "model.pt")} {
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	linked := trained(t, 1)
	if err := os.RemoveAll(filepath.Join(linked, checkpointsName)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(parent, filepath.Join(linked, checkpointsName)); err != nil {
		t.Fatal(err)
	}
	h := self(1)
	h.Host = "elsewhere"
	if err := os.WriteFile(filepath.Join(abroad, leaseName), h.encode(), 0o666); err != nil {
		t.Fatal(err)
	}
	r := start(t, tiny(1_000_000), Options{})
	for _, c := range []struct{ name, dir, says string }{
		{"nothing", filepath.Join(parent, "nothing"), "no directory"},
		{"a link", link, "link"},
		{"no run", foreign, "holds no run"},
		{"something foreign", withLetter, "letter.txt"},
		{"a foreign checkpoint", withModel, "model.pt"},
		{"checkpoints elsewhere", linked, "checkpoints"},
		{"a run at work", r.Feed().Latest().Dir, "at work"},
		{"a run on another host", abroad, "elsewhere"},
	} {
		if err := Remove(t.Context(), c.dir); !hints(err, c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := os.Lstat(c.dir); err != nil && c.name != "nothing" {
			t.Errorf("%s is gone: %v", c.name, err)
		}
	}
	do(t, r, Command{Kind: Stop})
	if s := r.Wait(); s.Phase != Stopped {
		t.Errorf("the run ended %s: %s", s.Phase, s.Error)
	}
}
