package serve

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"neuralrg/training/run"
)

// mostBytes is the size of the largest file of keys that is read.
const mostBytes = 1 << 20

// readTrusted reads a file that decides who is let in: nobody but this user and
// root may be able to write it, or to put another in its place.
func readTrusted(path string) ([]byte, error) {
	real, err := filepath.Abs(path)
	if err == nil {
		real, err = filepath.EvalSymlinks(real)
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	text, err := readOwn(real, 0o022)
	if err != nil {
		return nil, unreadable(path, err)
	}
	for dir := filepath.Dir(real); ; dir = filepath.Dir(dir) {
		info, err := os.Lstat(dir)
		if err == nil {
			err = trustedDir(dir, info)
		}
		if err != nil {
			return nil, unreadable(path, err)
		}
		if dir == filepath.Dir(dir) {
			return text, nil
		}
	}
}

func unreadable(path string, err error) error {
	var bare *fs.PathError
	if errors.As(err, &bare) {
		err = bare.Err
	}
	return &problem{text: "cannot use the file " + path, hint: firstWord(hintOf(err), "see whether it exists and can be read"), usage: true, cause: err}
}

func firstWord(word, otherwise string) string {
	if word != "" {
		return word
	}
	return otherwise
}

// readOwn reads a regular file that is this user's or root's and has none of the
// permissions that are forbidden.
func readOwn(path string, forbidden fs.FileMode) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0) // a pipe would wait
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case !ours(info):
		return nil, &problem{text: "it belongs to another user", hint: "make a copy of your own"}
	case info.Mode()&forbidden != 0:
		return nil, &problem{text: fmt.Sprintf("others may %s it (its mode is %04o)", verb(forbidden), info.Mode().Perm()), hint: "take that away: chmod " + chmod(forbidden) + " " + run.ShellWord(path)}
	case info.Size() > mostBytes:
		return nil, fmt.Errorf("it has %d bytes, more than %d", info.Size(), mostBytes)
	}
	return io.ReadAll(io.LimitReader(f, mostBytes))
}

// verb is what a set of permissions of group and others allows, in a word.
func verb(forbidden fs.FileMode) string {
	if forbidden&0o044 != 0 {
		return "read"
	}
	return "write"
}

// chmod is what takes a set of permissions away from group and others.
func chmod(forbidden fs.FileMode) string {
	if forbidden&0o044 != 0 {
		return "go-rwx"
	}
	return "go-w"
}

// trustedDir refuses a directory in which somebody else could put another file
// in the place of ours. Where the sticky bit is set only its owner can.
func trustedDir(path string, info fs.FileInfo) error {
	shared := info.Mode()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0
	if shared || !ours(info) {
		return &problem{text: "others may replace it in " + path, hint: "take that away: chmod go-w " + run.ShellWord(path) + ", or keep the file elsewhere"}
	}
	return nil
}

// ours says that a file belongs to this user or to root.
func ours(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (int(stat.Uid) == os.Geteuid() || stat.Uid == 0)
}
