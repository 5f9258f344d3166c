package sweep

import "errors"

// problem is an error with advice: what is wrong in one line, and what to do.
type problem struct {
	text, hint string
	cause      error // may be nil
	usage      bool  // it is what was asked for that is wrong
}

// asked is an error of what was asked for.
func asked(text, hint string) error { return &problem{text: text, hint: hint, usage: true} }

func (p *problem) Error() string {
	if p.cause == nil {
		return p.text
	}
	return p.text + ": " + p.cause.Error()
}

func (p *problem) Unwrap() error { return p.cause }

// Hint says what to do about it.
func (p *problem) Hint() string { return p.hint }

// Usage says whether what was asked for is wrong, rather than that it failed.
func (p *problem) Usage() bool { return p.usage }

// hintOf is the advice that an error carries, if any.
func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}
