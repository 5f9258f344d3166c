package remote

import "errors"

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
	return p.text + ": " + p.cause.Error()
}

func (p *problem) Unwrap() error { return p.cause }

// Hint says what to do about it.
func (p *problem) Hint() string { return p.hint }

// hintOf returns the advice that err carries, if any.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}
