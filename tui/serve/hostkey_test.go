package serve

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The host key is made once, for nobody else to read, by however many at a time.
func TestHostKeyIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "host")
	var all sync.WaitGroup
	found := make([][]byte, 8)
	for i := range found {
		all.Go(func() {
			signer, err := hostKey(path)
			if err != nil {
				t.Error(err)
				return
			}
			found[i] = signer.PublicKey().Marshal()
		})
	}
	all.Wait()
	for _, key := range found {
		if !bytes.Equal(key, found[0]) {
			t.Error("not all have the same key")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("beside the key: %v, %v", names, err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("its directory: %v, %v", info.Mode(), err)
	}
}

// A host key that cannot be used is refused and stays as it is.
func TestHostKeyIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if _, err := hostKey(good); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		write(t, filepath.Join(dir, "empty"), "", 0o600):                          "not a private key",
		write(t, filepath.Join(dir, "half"), string(text[:len(text)/2]), 0o600):   "not a private key",
		write(t, filepath.Join(dir, "readable"), string(text), 0o640):             "others may read it",
		write(t, filepath.Join(dir, "public"), "ssh-ed25519 AAAA someone", 0o600): "not a private key",
	} {
		before, _ := os.ReadFile(path)
		_, err := hostKey(path)
		if err == nil || !strings.Contains(err.Error(), want) || hintOf(err) == "" {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s was changed", path)
		}
	}
	if _, err := hostKey(filepath.Join(good, "below")); err == nil || hintOf(err) == "" {
		t.Errorf("below a file: %v", err)
	}
}
