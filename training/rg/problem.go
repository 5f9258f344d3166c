package rg

// problem is an error with advice: what is wrong in one line, and what to do.
type problem struct{ text, hint string }

func (p *problem) Error() string { return p.text }

// Hint says what to do about it.
func (p *problem) Hint() string { return p.hint }
