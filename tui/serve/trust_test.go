package serve

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// write makes a file with a mode.
func write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

// Files of keys that others may write, or may put another in the place of, are
// refused with the reason.
func TestTrust(t *testing.T) {
	_, key := newKey(t)
	dir := t.TempDir()
	place := func(name string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(path, "keys"), key, 0o600)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(path, "keys")
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(place("open", 0o777), link); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		write(t, filepath.Join(dir, "mine"), key, 0o600):                        "",
		write(t, filepath.Join(dir, "read"), key, 0o644):                        "",
		place("sticky", 0o777|os.ModeSticky):                                    "",
		write(t, filepath.Join(dir, "group"), key, 0o620):                       "others may write it (its mode is 0620)",
		write(t, filepath.Join(dir, "other"), key, 0o602):                       "others may write it (its mode is 0602)",
		write(t, filepath.Join(dir, "long"), strings.Repeat("#\n", 1e6), 0o600): "it has 2000000 bytes",
		place("group-dir", 0o770):                                               "others may replace it in",
		link:                                                                    "others may replace it in",
		pipe:                                                                    "it is not a regular file",
		dir:                                                                     "it is not a regular file",
		filepath.Join(dir, "missing"):                                           "no such file",
	} {
		found, err := readKeys(path)
		switch {
		case want == "" && (err != nil || len(found) != 1):
			t.Errorf("%s: %d keys, %v", path, len(found), err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || hintOf(err) == ""):
			t.Errorf("%s: %d keys, the error is %v, want %q", path, len(found), err, want)
		}
	}
	if os.Geteuid() == 0 {
		path := write(t, filepath.Join(dir, "theirs"), key, 0o600)
		if err := os.Chown(path, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if _, err := readKeys(path); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
			t.Errorf("a file of another user's: %v", err)
		}
	}
}
