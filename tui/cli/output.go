package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/charmbracelet/x/term"
)

// writeJSON writes a value as one line of JSON.
func writeJSON(w io.Writer, value any) error {
	return output(json.NewEncoder(w).Encode(value))
}

// count says how many there are of something, in the singular if it is one.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// output puts an error of writing to standard output into words.
func output(err error) error {
	if err == nil {
		return nil
	}
	return &lostOutput{err}
}

// lostOutput says that standard output takes no more.
type lostOutput struct{ cause error }

func (l *lostOutput) Error() string {
	return fmt.Sprintf("cannot write to standard output: %v", l.cause)
}

func (l *lostOutput) Unwrap() error { return l.cause }

// Hint says what to do.
func (l *lostOutput) Hint() string { return "see that there is room where standard output goes" }

// witness is standard output for texts whose writer, a library, may not say
// that they did not arrive.
type witness struct {
	term.File
	lost error // the first error
}

func (w *witness) Write(p []byte) (int, error) {
	n, err := w.File.Write(p)
	if w.lost == nil {
		w.lost = err
	}
	return n, err
}

// forgiving is a writer of words that need not arrive.
type forgiving struct{ io.Writer }

func (f forgiving) Write(p []byte) (int, error) {
	_, _ = f.Writer.Write(p)
	return len(p), nil
}
