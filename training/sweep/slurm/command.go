package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// How long the commands of Slurm may take. With its controller away they give
// up after ten seconds or so by themselves.
const (
	askTimeout    = 20 * time.Second
	submitTimeout = 90 * time.Second
)

// ask runs a command of Slurm's and returns what it prints.
func ask(ctx context.Context, timeout time.Duration, command ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Stdout, c.Stderr = &stdout, &stderr
	c.WaitDelay = time.Second
	err := c.Run()
	switch {
	case err == nil:
		return stdout.String(), nil
	case errors.Is(err, exec.ErrNotFound):
		return "", &problem{text: "there is no " + command[0] + " here", hint: "go to a host from which jobs are submitted, or carry the sweep out here with --backend local"}
	case ctx.Err() != nil:
		err = fmt.Errorf("no answer within %v", timeout)
	default:
		if said := lastLine(stderr.String()); said != "" {
			err = errors.New(said)
		}
	}
	return stdout.String(), &silent{command[0], err}
}

// silent is the error of a command of Slurm's that failed. It says nothing of
// any job.
type silent struct {
	command string
	cause   error
}

func (s *silent) Error() string { return fmt.Sprintf("%s: %v", s.command, s.cause) }
func (s *silent) Unwrap() error { return s.cause }

// Hint says what to do about it.
func (s *silent) Hint() string {
	return "see whether the scheduler is up: scontrol ping. Jobs in its queue and tasks at work are not touched by this"
}

// lastLine is the last line of what a command said that is not empty, without the command's name.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	if _, after, found := strings.Cut(last, ": error: "); found {
		last = after
	}
	return last
}
