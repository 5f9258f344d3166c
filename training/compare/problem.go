package compare

// problem is an error of what was asked for, with advice.
type problem struct{ text, hint string }

// asked is an error of what was asked for.
func asked(text, hint string) error { return &problem{text, hint} }

func (p *problem) Error() string { return p.text }

// Hint says what to do about it.
func (p *problem) Hint() string { return p.hint }

// Usage says that it is what was asked for that is wrong.
func (p *problem) Usage() bool { return true }
