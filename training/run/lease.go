package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// lease says who writes to a run directory. One process holds it at a time.
//
// It is a file made with O_EXCL, which every file system understands. Where
// flock works it is locked too, so that a living holder is known even from
// another container of the same host, where process numbers say nothing. The
// holder changes it in place, so that the lock stays on it, and reads it again
// before each write to the directory: one that was suspended while another
// took over learns of it there.
type lease struct {
	mu     sync.Mutex // the keeper and the heartbeat share the lease
	path   string
	file   *os.File
	holder holder
	shared bool // whoever held it before may live, and be about to write
}

// holder is what the file of a lease says.
type holder struct {
	Format    int    `json:"format"`
	Host      string `json:"host"`
	Boot      string `json:"boot"` // changes with each boot of the host; may be empty
	PID       int    `json:"pid"`
	Started   string `json:"started"` // when the process began, as its system counts; may be empty
	Attempt   int    `json:"attempt"` // 1 for the start of the run, one more for each resume
	Heartbeat string `json:"heartbeat"`
	Claim
}

// Claim says that a scheduler lets this process work on a run, as one task
// of its own. A scheduler that has lost sight of a task starts it again, and the
// old process may live on where it cannot be seen. So the turn counts the
// starts: the holder of a later one takes the lease from that of an earlier one of
// the same task, alive or not, and the earlier one writes no more.
type Claim struct {
	Task string `json:"task,omitempty"` // empty if no scheduler is in it
	Turn int    `json:"turn,omitempty"`
}

// over says that a claim goes before another.
func (c Claim) over(o Claim) bool {
	return c.Task != "" && c.Task == o.Task && c.Turn > o.Turn
}

const (
	heartbeat = 10 * time.Second // between two heartbeats
	patience  = 60 * time.Second // after which another host's silence means death
	leaseSize = 512              // a constant size can be rewritten in place
)

// wallClock dates what people read. It may be set at any moment, back too, so
// nothing of a run at work is decided by it.
var wallClock = time.Now

// self describes this process as a holder.
func self(attempt int) holder {
	host, _ := os.Hostname() // without a name, the lock and the heartbeat must do
	_, started := process(os.Getpid())
	return holder{Format: Format, Host: host, Boot: bootID(), PID: os.Getpid(), Started: started, Attempt: attempt}
}

// same says that two holders are one, at whatever heartbeat.
func (h holder) same(o holder) bool {
	h.Heartbeat, o.Heartbeat = "", ""
	return h == o
}

func (h holder) String() string {
	return fmt.Sprintf("process %d on %s", h.PID, h.Host)
}

// dead says that a holder of this host has ended. known is false if the
// holder is of another host.
func (h holder) dead() (dead, known bool) {
	host, _ := os.Hostname()
	if h.Host != host {
		return false, false
	}
	if boot := bootID(); boot != h.Boot && boot != "" && h.Boot != "" {
		return true, true
	}
	alive, started := process(h.PID)
	return !alive || (started != h.Started && started != "" && h.Started != ""), true
}

func (h holder) encode() []byte {
	data, _ := json.Marshal(h) // strings and integers always encode
	padding := max(0, leaseSize-len(data)-1)
	return append(append(data, bytes.Repeat([]byte{' '}, padding)...), '\n')
}

func readHolder(path string) (holder, error) {
	data, err := readFile(path)
	if err != nil {
		return holder{}, err
	}
	var h holder
	err = json.Unmarshal(data, &h)
	return h, err
}

// takeLease takes the lease at path for a holder, from one that has died or has
// less of a claim if need be. That of another host is watched first, for as long
// as wait, and stays if that is 0; notice is then told why it takes so long.
func takeLease(ctx context.Context, path string, me holder, wait time.Duration, notice func(string)) (*lease, error) {
	shared := false
	for unreadable := 0; ; {
		l, err := newLease(path, me)
		if err == nil {
			l.shared = shared
		}
		if !errors.Is(err, fs.ErrExist) {
			return l, err
		}
		judged, h, err := inspect(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case errors.As(err, new(*fs.PathError)):
			return nil, diskProblem("cannot read the lease "+path, err)
		case err != nil && unreadable < writingTries: // its holder is about to write it
			unreadable++
			time.Sleep(pause)
			continue
		case err == nil && !me.over(h.Claim):
			if err := outlive(ctx, path, h, wait, notice); err != nil {
				return nil, err
			}
		} // else its holder died before it could write, or must give way
		if err := removeLease(path, h, judged, me.over(h.Claim)); err != nil {
			return nil, err
		}
		if dead, _ := h.dead(); !dead && h.PID != 0 {
			shared = true
		}
	}
}

// inspect reads the lease at path. An error that is not of the file system
// says that it has no meaning. A link that leads nowhere is there, and is no lease.
func inspect(path string) (fs.FileInfo, holder, error) {
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		err = &fs.PathError{Op: "open", Path: path, Err: errIrregular}
	}
	if err != nil {
		return nil, holder{}, err
	}
	h, err := readHolder(path)
	return info, h, err
}

// outlive returns nil if the holder of a lease has died, if need be after
// watching it.
func outlive(ctx context.Context, path string, h holder, wait time.Duration, notice func(string)) error {
	dead, known := h.dead()
	if !known && wait > 0 {
		var err error
		if dead, err = silent(ctx, path, h, wait, notice); err != nil {
			return &problem{text: "the wait for the lease " + path + " was cut short", hint: "try again", cause: err}
		}
	}
	if !dead {
		return held(path, h)
	}
	return nil
}

// newLease makes the file of a lease that nobody holds.
func newLease(path string, me holder) (*lease, error) {
	f, err := disk.open(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, diskProblem("cannot make the lease "+path, err)
	}
	l := &lease{path: path, file: f, holder: me}
	if err := l.write(); err != nil {
		return nil, errors.Join(diskProblem("cannot write the lease "+path, err), disk.remove(path), f.Close())
	}
	_ = lockSoon(f) // or this file system cannot
	return l, nil
}

// Another process that has something short to do with the lease gets so many
// pauses to finish it.
const (
	pause        = 50 * time.Millisecond
	lockTries    = 20
	writingTries = 40
)

func lock(f *os.File) error {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// lockSoon locks a file that another process may hold for a moment: one that
// takes a stale lease over, or looks at a new one.
func lockSoon(f *os.File) (err error) {
	for range lockTries {
		if err = lock(f); !errors.Is(err, unix.EWOULDBLOCK) {
			break
		}
		time.Sleep(pause)
	}
	return err
}

// silent watches the lease of another host and reports whether its heartbeat
// stands still for the whole wait of our own clock.
func silent(ctx context.Context, path string, h holder, wait time.Duration, notice func(string)) (bool, error) {
	notice(fmt.Sprintf("the run is held by %v: watching for %v whether it lives", h, wait))
	step := min(wait, time.Second)
	for watched := time.Duration(0); watched < wait; watched += step {
		select {
		case <-time.After(step):
		case <-ctx.Done():
			return false, ctx.Err()
		}
		now, err := readHolder(path)
		if err == nil && now != h {
			return false, nil
		}
	}
	return true, nil
}

// removeLease removes the lease file that was judged to be of the dead holder
// h, or of one that must give way, if it is still that file. Two processes may
// come to this at once, so it takes the lock first, unless who must give way has
// it; and because there may be no locks, it moves the file aside and looks again
// whether it has moved the one that was judged.
func removeLease(path string, h holder, judged fs.FileInfo, locked bool) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return diskProblem("cannot take over the lease "+path, err)
	}
	defer f.Close()
	taken := lockSoon(f)
	if now, err := os.Stat(path); err != nil || !unchanged(now, judged) {
		return nil
	}
	if errors.Is(taken, unix.EWOULDBLOCK) && !locked {
		return held(path, h)
	}
	aside := fmt.Sprintf("%s.%d%s", path, os.Getpid(), temporary)
	if err := disk.rename(path, aside); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return diskProblem("cannot take over the lease "+path, err)
	}
	moved, err := os.Stat(aside)
	if err == nil && !unchanged(moved, judged) {
		_ = os.Link(aside, path) // a living one: back with it
	}
	_ = disk.remove(aside)
	return nil
}

// unchanged says that a file is the one it was before, and as it was: the
// number of a removed file may be given to the next.
func unchanged(now, before fs.FileInfo) bool {
	return os.SameFile(now, before) && now.ModTime().Equal(before.ModTime())
}

// check returns an error if the lease is no longer ours.
func (l *lease) check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.checkLocked()
}

func (l *lease) checkLocked() error {
	h, err := readHolder(l.path)
	dir := filepath.Dir(l.path)
	switch {
	case err != nil && passes(err):
		return diskProblem("cannot read the lease "+l.path, err)
	case err != nil && isGone(dir):
		return lostLease{&problem{
			text: "the directory " + dir + " is gone",
			hint: "bring it back if it was moved, then continue with --resume; else start the run again",
		}}
	case err != nil:
		return lostLease{&problem{
			text:  "the lease " + l.path + " is lost",
			hint:  "see who changed the directory, then continue with --resume --dir " + ShellWord(dir),
			cause: err,
		}}
	case !h.same(l.holder):
		return lostLease{&problem{
			text: fmt.Sprintf("the lease %s was taken over by %v", l.path, h),
			hint: "let only one process work on a run",
		}}
	}
	return nil
}

// lostLease is the error for a process that may no longer write to a run. Its
// advice is complete.
type lostLease struct{ *problem }

func isGone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// keepAlive renews the heartbeat again and again, until that cannot be done any
// more, which lost hears.
func (l *lease) keepAlive(ctx context.Context, lost func(error)) {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := l.beat(); err != nil && !passes(err) {
				lost(err)
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// beat renews the heartbeat.
func (l *lease) beat() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.checkLocked(); err != nil {
		return err
	}
	if err := l.write(); err != nil {
		return diskProblem("cannot write the lease "+l.path, err)
	}
	return nil
}

func (l *lease) write() error {
	l.holder.Heartbeat = wallClock().UTC().Format(time.RFC3339)
	_, err := disk.writeAt(l.file, l.holder.encode(), 0)
	return err
}

// release gives the lease back, unless it is lost.
func (l *lease) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.checkLocked() == nil {
		_ = disk.remove(l.path)
	}
	_ = l.file.Close()
}
