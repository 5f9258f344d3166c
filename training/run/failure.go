package run

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
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

// unwritten adds what to do to an error of the keeper.
func (b *conductor) unwritten(err error) error {
	hint := hintOf(err)
	if isFull(err) {
		hint = "free some space"
	}
	return &problem{
		text: err.Error(),
		hint: fmt.Sprintf("%s; then continue from epoch %d with --resume --dir %s", hint, b.keeper.saved.Load(), b.dir),
	}
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
