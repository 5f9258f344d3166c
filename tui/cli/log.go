package cli

import (
	"bytes"
	"io"
	"os"
)

// logName is the log of a detached run, in its directory: what it would say on a
// terminal.
const logName = "log.txt"

// logSize is what a log has at most, in bytes.
const logSize = 1 << 20

// openLog opens a log for appending.
func openLog(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
}

// bounded keeps the newest lines of a log that is open for appending: when it
// grows too long, its older half goes.
type bounded struct{ *os.File }

func (b bounded) Write(p []byte) (int, error) {
	if info, err := b.Stat(); err == nil && info.Mode().IsRegular() && info.Size()+int64(len(p)) > logSize {
		if err := b.halve(info.Size()); err != nil {
			return 0, err
		}
	}
	return b.File.Write(p)
}

func (b bounded) halve(size int64) error {
	newer, err := io.ReadAll(io.NewSectionReader(b.File, max(0, size-logSize/2), logSize/2))
	if err != nil {
		return err
	}
	if _, lines, found := bytes.Cut(newer, []byte("\n")); found {
		newer = lines
	}
	if err := b.Truncate(0); err != nil {
		return err
	}
	_, err = b.File.Write(newer)
	return err
}
