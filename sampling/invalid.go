package sampling

// invalid is a setting that cannot be, or are numbers from which nothing can be
// estimated: what is wrong in one line, and what to do.
type invalid struct{ problem, hint string }

func (e *invalid) Error() string { return e.problem }

// Hint says what to do about it.
func (e *invalid) Hint() string { return e.hint }
