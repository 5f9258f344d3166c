package remote

import (
	"errors"
	"io"
	"net"
	"os"
)

// problem is an error with advice: what is wrong in one line, and what to do.
type problem struct {
	text  string
	hint  string
	cause error // may be nil
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

// reason is the text of an error without the short-lived path of a socket.
func reason(err error) string {
	var op *net.OpError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "the other end does not answer in time"
	case errors.Is(err, io.EOF):
		return "the other end hung up"
	case errors.As(err, &op):
		return op.Err.Error()
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
