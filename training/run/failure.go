package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// guard turns a panic of a goroutine into a failure of the run.
func (b *conductor) guard(name string) {
	if p := recover(); p != nil {
		b.fail(b.crash(name, p))
	}
}

// crash writes down a panic and where it happened, and describes it.
func (b *conductor) crash(name string, p any) error {
	path := b.dir.path("crash-" + time.Now().UTC().Format("20060102T150405Z") + ".txt")
	hint := "this is a defect of the program; the run continues with --resume from its last checkpoint"
	if os.WriteFile(path, fmt.Appendf(nil, "%s: %v\n\n%s", name, p, debug.Stack()), 0o666) == nil {
		hint += "; please report it with " + path
	}
	what, _, _ := strings.Cut(fmt.Sprint(p), "\n") // the rest is a stack
	return &problem{text: fmt.Sprintf("the %s crashed: %s", name, what), hint: hint}
}

// fail reports a failure to the conductor. Further ones are of no interest.
func (b *conductor) fail(err error) {
	select {
	case b.failures <- err:
	default:
	}
}

// divergence adds what to do to an error of the trainer.
func (b *conductor) divergence(err error) error {
	return &problem{
		text: err.Error(),
		hint: fmt.Sprintf("start again with a lower --lr than %v; the state of epoch %d, the last good one, is saved", b.baseRate, b.epoch),
	}
}

// unwritten is an error of the keeper. Its advice names the newest checkpoint,
// and a last one may be written after it.
type unwritten struct {
	error
	run *conductor
}

func (u *unwritten) Unwrap() error { return u.error }

// Hint says what to do about it.
func (u *unwritten) Hint() string {
	hint := "see whether the disk and its mount are well"
	switch {
	case errors.As(u.error, new(lostLease)):
		return hintOf(u.error)
	case passes(u.error):
		hint = moreDescriptors
	case isFull(u.error):
		hint = "free some space"
	case errors.Is(u.error, fs.ErrPermission), errors.Is(u.error, syscall.EROFS):
		hint = "make the directory writable again"
	}
	return fmt.Sprintf("%s; then continue from epoch %d with --resume --dir %s", hint, u.run.keeper.saved.Load(), ShellWord(string(u.run.dir)))
}

// lastWords reports a crash of the conductor itself. What it owned is left as
// it is, for nothing is known of it; the lease dies with the process.
func (b *conductor) lastWords() {
	p := recover()
	if p == nil {
		return
	}
	b.failure, b.phase = b.crash("conductor", p), Failed
	b.dismiss()
	b.ledgers.Close()
	b.publish()
	b.run.feed.Close()
	close(b.run.done)
}
