package run

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"runs/L16-T2.269": "runs/L16-T2.269", "my run": "'my run'", "it's": `'it'\''s'`, "": "''", "$HOME": "'$HOME'", "-run": "./-run",
	} {
		if got := ShellWord(word); got != want {
			t.Errorf("ShellWord(%q) is %q, want %q", word, got, want)
		}
	}
}

// Who may not read is not told where to write.
func TestAdviceOnWhatMayNotBeRead(t *testing.T) {
	if hint := hintOf(diskProblem("cannot read config.json", fs.ErrPermission)); !strings.Contains(hint, "let you read") {
		t.Errorf("it says %q", hint)
	}
}

// Advice names a directory as a shell takes it.
func TestAdviceIsQuoted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "my run")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, configName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), dir, tiny(1), Options{})
	if hint := hintOf(err); !strings.Contains(hint, "--resume --dir '"+dir+"'") {
		t.Errorf("it says %q", hint)
	}
}
