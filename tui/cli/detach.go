package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"neuralrg/training/run"
	"neuralrg/tui"
)

// A run that outlives its terminal trains in a process of its own: the program
// starts itself again in a session without a terminal and waits for a word on a
// pipe that the run has begun. Until then the new process has the standard
// output and error of the old one, and what goes wrong it says there itself.

// detachedEnv tells the new process that it is one: the pipe is its descriptor
// begunFD.
const (
	detachedEnv = "NEURALRG_DETACHED"
	begunFD     = 3
)

// begun is the word that a run has begun, as the new process writes it to the
// pipe and --json prints it.
type begun struct {
	Dir string `json:"dir"`
	PID int    `json:"pid"`
}

// parent is the pipe to the process that started this one to train detached, or
// nil.
func parent() *os.File {
	asked := os.Getenv(detachedEnv) != ""
	_ = os.Unsetenv(detachedEnv) // it is not for processes of this one
	var info unix.Stat_t
	if !asked || unix.Fstat(begunFD, &info) != nil || info.Mode&unix.S_IFMT != unix.S_IFIFO {
		return nil
	}
	unix.CloseOnExec(begunFD)
	return os.NewFile(begunFD, "begun")
}

// detach runs the program with these arguments in a process of its own, and
// returns when its run has begun. If there comes none, as when the run is
// finished already or cannot be, that process has said so.
func (a *app) detach(args []string) (begun, error) {
	word, c, err := launch(args, a.stdout, a.stderr)
	switch {
	case err != nil:
		return begun{}, cannotDetach(err)
	case word.Dir == "":
		return begun{}, ended(c.Wait())
	}
	return word, c.Process.Release()
}

// launch starts the program with these arguments in a process of its own, and
// waits for the word that its run has begun; it is empty if there comes none.
func launch(args []string, stdout, stderr *os.File) (word begun, c *exec.Cmd, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return begun{}, nil, err
	}
	defer r.Close()
	c = exec.Command(executable(), args...)
	c.Env = append(os.Environ(), detachedEnv+"=1")
	c.Stdout, c.Stderr = stdout, stderr
	c.ExtraFiles = []*os.File{w}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	keepFiles()
	err = errors.Join(c.Start(), w.Close())
	if err != nil {
		return begun{}, nil, err
	}
	// Ctrl-C reaches only this session, so it is passed on.
	signals, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	defer context.AfterFunc(signals, func() { _ = c.Process.Signal(syscall.SIGTERM) })()

	if err := json.NewDecoder(r).Decode(&word); err != nil && !errors.Is(err, io.EOF) {
		return begun{}, nil, err
	}
	return word, c, nil
}

// keepFiles keeps from the new process whatever files this one was started with
// beside the usual three: a lock or a pipe of a shell that waits for its end.
func keepFiles() {
	entries, _ := os.ReadDir("/dev/fd") // where there is none they are handed on
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
}

func cannotDetach(err error) error {
	return failed(fmt.Sprintf("cannot start a process of its own for the run: %v", err), "train without --detach")
}

// ended is what became of a process that has said so itself, unless something
// killed it.
func ended(err error) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return errTold
	case errors.As(err, &exit) && exit.Exited():
		return &told{exit.ExitCode()}
	}
	return failed(fmt.Sprintf("the process of the run ended: %v", err), "see who ended it, then start it again")
}

// told is what a process came to that has said everything about it.
type told struct{ code int }

func (t *told) Error() string { return fmt.Sprintf("exit code %d", t.code) }

// errTold says that there is nothing to do or to say any more.
var errTold = &told{exitDone}

// executable is the program to start again: this one, also if another has taken
// its place on the disk since.
func executable() string {
	path, err := os.Executable()
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return "/proc/self/exe"
	}
	return path
}

// cutLoose is what the new process does once its run has begun: what it has to
// say goes to a log in the directory of the run, and whoever started it is told.
func (a *app) cutLoose(dir string) {
	out, err := openLog(filepath.Join(dir, logName))
	if err != nil {
		a.note(fmt.Sprintf("there is no log: %v", err))
		out, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	if err == nil { // a panic writes to descriptor 2, whatever is done here
		err = errors.Join(unix.Dup2(int(out.Fd()), 1), unix.Dup2(int(out.Fd()), 2), out.Close())
	}
	if err != nil {
		a.note(fmt.Sprintf("the terminal stays in use: %v", err))
	}
	a.out = forgiving{bounded{a.stdout}}
	_ = json.NewEncoder(a.parent).Encode(begun{Dir: dir, PID: os.Getpid()}) // who is gone need not know
	_ = a.parent.Close()
}

// trainDetached lets a process of its own train, with these arguments, and says
// how to come back to it.
func (a *app) trainDetached(asJSON bool, args []string) error {
	word, err := a.detach(args)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(a.out, word)
	}
	dir := run.ShellWord(tui.Clean(word.Dir))
	_, err = fmt.Fprintf(a.out, "process %d trains on its own, in %s\nlook at it with: neuralrg attach %s\nsave and stop it with: neuralrg stop %s\n",
		word.PID, tui.Clean(word.Dir), dir, dir)
	return output(err)
}
