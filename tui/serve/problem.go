package serve

import "errors"

// problem is an error with advice: what is wrong in one line, and what to do.
type problem struct {
	text  string
	hint  string
	usage bool  // it was asked for wrongly, rather than that it failed
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

// Usage says whether what was asked for is wrong.
func (p *problem) Usage() bool { return p.usage }

// hintOf returns the advice that err carries, if any.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}
