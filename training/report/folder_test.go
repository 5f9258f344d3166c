package report

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// small writes a report of one figure with a file of this text.
func small(t *testing.T, path, text string, force bool) error {
	t.Helper()
	f, err := begin(path, force)
	if err != nil {
		return err
	}
	defer f.abort()
	r := &Report{Index: indexName, Figures: []Figure{{Name: "a", Files: []string{"a.csv"}}}}
	for name, data := range map[string]string{indexName: "# " + text, "a.csv": text} {
		if err := f.write(name, []byte(data)); err != nil {
			return err
		}
	}
	if _, err := os.Lstat(path); err == nil && !force {
		t.Error("it has its name before it is whole")
	}
	if err := f.describe(r); err != nil {
		return err
	}
	return f.commit()
}

func TestFolderIsReplacedOnlyOnPurpose(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "report")
	says := func(want string) {
		t.Helper()
		entries, err := os.ReadDir(parent)
		if err != nil || len(entries) != 1 {
			t.Errorf("beside it there is more: %v, %v", entries, err)
		}
		if data := files(t, path); string(data["a.csv"]) != want {
			t.Errorf("it has %q, not %q", data["a.csv"], want)
		}
	}
	if err := small(t, path, "first", false); err != nil {
		t.Fatal(err)
	}
	says("first")
	if err := small(t, path, "second", false); err == nil || !strings.Contains(hintOf(err), "--force") {
		t.Errorf("not on purpose: %v", err)
	}
	says("first")
	if err := small(t, path, "second", true); err != nil {
		t.Fatal(err)
	}
	says("second")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("%v, %v", info.Mode(), err)
	}

	// What is not of the report is the user's.
	if err := os.WriteFile(filepath.Join(path, "notes.txt"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := small(t, path, "third", true); err == nil || !strings.Contains(err.Error(), "notes.txt") {
		t.Errorf("with notes in it: %v", err)
	}
	says("second")
}

// TestContents: a file that describes no report lets nothing be replaced.
// Who keeps what they make to themselves keeps a report so too.
func TestFolderHeedsTheUmask(t *testing.T) {
	for umask, want := range map[int]fs.FileMode{0o077: 0o700, 0o027: 0o750, 0o022: 0o755} {
		path := filepath.Join(t.TempDir(), "report")
		was := syscall.Umask(umask)
		err := small(t, path, "first", false)
		syscall.Umask(was)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("umask %#o makes a folder of mode %v, %v", umask, info.Mode().Perm(), err)
		}
	}
}

func TestContents(t *testing.T) {
	path := filepath.Join(t.TempDir(), contentsName)
	for text, want := range map[string][]string{
		"":    nil,
		"{":   nil,
		"{}":  nil,
		"[1]": nil,
		`{"index":"index.md","figures":[{"files":["a.svg","a.csv"]}]}`: {"index.md", contentsName, "a.svg", "a.csv"},
	} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if got := contents(path); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
