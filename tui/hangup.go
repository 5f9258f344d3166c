package tui

import (
	"fmt"
	"os"
)

// terminalFile is a terminal that says when it has gone. Bubble Tea takes the end of
// its input for silence and an error of its output for nothing, and would show
// a screen to nobody for ever.
type terminalFile struct {
	*os.File
	lost func(error)
}

func (l terminalFile) Read(p []byte) (int, error) {
	n, err := l.File.Read(p)
	if n == 0 && err != nil {
		l.lost(fmt.Errorf("the terminal has gone: %w", err))
	}
	return n, err
}

func (l terminalFile) Write(p []byte) (int, error) {
	n, err := l.File.Write(p)
	if err != nil {
		l.lost(fmt.Errorf("the terminal has gone: %w", err))
	}
	return n, err
}
