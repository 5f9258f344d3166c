package report

// problem is an error with advice: what is wrong in one line, and what to do.
type problem struct {
	text, hint string
	usage      bool // it is what was asked for that is wrong
}

// asked is an error of what was asked for.
func asked(text, hint string) error { return &problem{text, hint, true} }

func (p *problem) Error() string { return p.text }

// Hint says what to do about it.
func (p *problem) Hint() string { return p.hint }

// Usage says whether what was asked for is wrong, rather than that it failed.
func (p *problem) Usage() bool { return p.usage }
