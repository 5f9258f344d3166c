package npz

// problem is an error with advice.
type problem struct {
	text, hint string
	usage      bool // it is what was asked for that is wrong
	cause      error
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

// Usage says whether what was asked for is wrong, rather than that it failed.
func (p *problem) Usage() bool { return p.usage }
