package cli

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// The file of the curves is for whom the umask leaves it to, as every other.
func TestCurvesHeedTheUmask(t *testing.T) {
	dir := t.TempDir()
	f := curveFile{path: filepath.Join(dir, "curves.csv")}
	was := syscall.Umask(0o077)
	err := f.write(comparison())
	syscall.Umask(was)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(f.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("beside it there is more: %v, %v", entries, err)
	}
}
