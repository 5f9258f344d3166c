package run

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
)

// tail reads the lines of a journal as it grows, each once.
type tail struct {
	path   string
	file   fs.FileInfo // as it was; nil before the first look
	offset int64       // of the first byte that was not read
	bad    int         // lines that could not be read
}

// next gives take each whole line that has come since the last time. A line that
// has no meaning, or that take does not want, is counted and left out. What
// stands behind the last line end is left for the next time. A file that is not
// there has no lines.
func next[T any](t *tail, take func(T) error) error {
	f, err := open(t.path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return diskProblem("cannot read "+t.path, err)
	}
	defer f.Close()
	if t.file, err = f.Stat(); err == nil {
		_, err = f.Seek(t.offset, io.SeekStart)
	}
	if err != nil {
		return diskProblem("cannot read "+t.path, err)
	}
	return nextLines(t, f, take)
}

func nextLines[T any](t *tail, r io.Reader, take func(T) error) error {
	lines := bufio.NewReaderSize(r, longestLine)
	for tooLong := false; ; {
		line, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			t.offset += int64(len(line))
			tooLong = true
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return diskProblem("cannot read "+t.path, err)
		}
		t.offset += int64(len(line))
		var item T
		if tooLong || json.Unmarshal(line, &item) != nil || take(item) != nil {
			t.bad++
		}
		tooLong = false
	}
}

// replaced says that the file is another than the one read before, or shorter.
func (t *tail) replaced() bool {
	info, err := os.Stat(t.path)
	return t.file != nil && err == nil && (info.Size() < t.offset || !os.SameFile(info, t.file))
}
