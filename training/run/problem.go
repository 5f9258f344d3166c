package run

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

// problem is an error with advice: what is wrong in one line, and what to do.
type problem struct {
	text  string
	hint  string
	cause error // may be nil
	usage bool  // it is what was asked for that is wrong
}

func (p *problem) Error() string {
	if p.cause == nil {
		return p.text
	}
	return p.text + ": " + reason(p.cause)
}

func (p *problem) Unwrap() error { return p.cause }

// Hint says what to do about it.
func (p *problem) Hint() string { return p.hint }

// Usage says whether what was asked for is wrong, rather than that it failed.
func (p *problem) Usage() bool { return p.usage }

// diskProblem is an error of the file system, with advice by its kind.
func diskProblem(text string, err error) error {
	hint := "see whether the disk and its mount are well, then try again"
	switch {
	case passes(err):
		hint = moreDescriptors + ", then try again"
	case isFull(err):
		hint = "free some space, or choose another place with --dir"
	case errors.Is(err, fs.ErrPermission) && strings.HasPrefix(text, "cannot read"):
		hint = "ask whoever owns it to let you read it"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		hint = "choose a place that you may write to with --dir"
	case errors.Is(err, syscall.EISDIR), errors.Is(err, errIrregular):
		hint = "put a regular file in its place, or choose another --dir"
	case errors.Is(err, syscall.ENAMETOOLONG):
		hint = "choose a shorter name"
	case errors.Is(err, fs.ErrExist), errors.Is(err, syscall.ELOOP):
		hint = "see where its links lead, or choose another name"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrNotExist):
		hint = "see that the path names a directory that exists"
	}
	return &problem{text: text, hint: hint, cause: err}
}

// isFull says that there was no room: on the disk, in the user's quota, or
// under the limit of the size of a file.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// passes says that there was no free descriptor, in the process or the system:
// a want that passes by itself.
func passes(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// moreDescriptors is what to do where that want does not pass.
const moreDescriptors = "let it open more files (ulimit -n)"

// reason is the text of an error without the paths that the os package adds:
// the sentence around it names the file already.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// hintOf returns the advice that err carries, if any.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}
