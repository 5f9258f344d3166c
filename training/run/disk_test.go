package run

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// half is how the second part of a write is called: what is written is written
// in two parts, so that something can happen between them.
const half = "write the rest of"

// interpose lets before see each change of a run directory just before it
// happens. If it returns an error, the change does not happen.
func interpose(before func(what, path string) error) {
	real := disk
	disk.mkdirAll = func(path string, perm os.FileMode) error {
		return firstOr(before("make", path), func() error { return real.mkdirAll(path, perm) })
	}
	disk.mkdir = func(path string, perm os.FileMode) error {
		return firstOr(before("make", path), func() error { return real.mkdir(path, perm) })
	}
	disk.open = func(path string, flag int, perm os.FileMode) (*os.File, error) {
		if flag&(os.O_CREATE|os.O_WRONLY|os.O_RDWR) != 0 {
			if err := before("open", path); err != nil {
				return nil, &fs.PathError{Op: "open", Path: path, Err: err}
			}
		}
		return real.open(path, flag, perm)
	}
	disk.write = func(f *os.File, data []byte) (int, error) {
		if err := before("write", f.Name()); err != nil {
			return 0, err
		}
		n, err := real.write(f, data[:len(data)/2])
		if err != nil {
			return n, err
		}
		if err := before(half, f.Name()); err != nil {
			return n, err
		}
		rest, err := real.write(f, data[n:])
		return n + rest, err
	}
	disk.writeAt = func(f *os.File, data []byte, at int64) (int, error) {
		if err := before("write", f.Name()); err != nil {
			return 0, err
		}
		return real.writeAt(f, data, at)
	}
	disk.sync = func(f *os.File) error {
		return firstOr(before("sync", f.Name()), func() error { return real.sync(f) })
	}
	disk.truncate = func(f *os.File, size int64) error {
		return firstOr(before("truncate", f.Name()), func() error { return real.truncate(f, size) })
	}
	disk.rename = func(from, to string) error {
		return firstOr(before("rename", from), func() error { return real.rename(from, to) })
	}
	disk.remove = func(path string) error {
		return firstOr(before("remove", path), func() error { return real.remove(path) })
	}
}

func firstOr(err error, do func() error) error {
	if err != nil {
		return err
	}
	return do()
}

// interposed does so until the test ends.
func interposed(t *testing.T, before func(what, path string) error) {
	t.Helper()
	real := disk
	t.Cleanup(func() { disk = real })
	interpose(before)
}

var digits = regexp.MustCompile(`\d+`)

// act names a change of a run directory, whatever the run, the epoch and the
// process: "rename N.npz.tmp".
func act(what, path string) string {
	name := filepath.Base(path)
	if _, err := os.Stat(filepath.Join(path, checkpointsName)); err == nil {
		name = "the directory"
	}
	return fmt.Sprintf("%s %s", what, digits.ReplaceAllString(name, "N"))
}

// recordChanges makes a child write down each change before it makes it, and
// end like one that is killed before the change that it was told.
func recordChanges() io.Writer {
	path := os.Getenv(childRecord)
	if path == "" {
		return io.Discard
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	var times int
	var last string
	_, _ = fmt.Sscanf(os.Getenv(childKill), "%d", &times)
	_, last, _ = strings.Cut(os.Getenv(childKill), " ")
	interpose(func(what, path string) error {
		if act(what, path) == last {
			if times--; times == 0 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
		_, err := fmt.Fprintln(file, act(what, path))
		return err
	})
	return file
}
