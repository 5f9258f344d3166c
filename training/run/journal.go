package run

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// journal is a file of JSON lines that only grows while a run lives.
type journal struct {
	file *os.File
	size int64 // of the lines written whole
}

// openJournal opens a journal for appending, and makes it if need be.
func openJournal(path string) (*journal, error) {
	f, err := open(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND)
	if err != nil {
		return nil, diskProblem("cannot write "+path, err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, errors.Join(diskProblem("cannot write "+path, err), f.Close())
	}
	return &journal{file: f, size: size}, nil
}

// appendLines writes one line for each item, all in one write. If that fails
// half way, what was written of it is taken back.
func appendLines[T any](j *journal, items []T) error {
	if len(items) == 0 {
		return nil
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, item := range items {
		if err := encoder.Encode(item); err != nil {
			return fmt.Errorf("cannot write %s: %w", j.file.Name(), err)
		}
	}
	n, err := disk.write(j.file, lines.Bytes())
	if err != nil {
		if n > 0 {
			_ = disk.truncate(j.file, j.size)
		}
		return diskProblem("cannot write "+j.file.Name(), err)
	}
	j.size += int64(n)
	return nil
}

// sync brings what was appended to the disk itself.
func (j *journal) sync() error {
	if err := disk.sync(j.file); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return diskProblem("cannot write "+j.file.Name(), err)
	}
	return nil
}

func (j *journal) close() error { return j.file.Close() }

// longestLine bounds what a damaged journal can make a reader hold.
const longestLine = 1 << 16

// badLine says where a journal stops being readable.
type badLine struct {
	number int
	last   bool // nothing stands after it: the torn end of a write
	cause  error
}

func (b *badLine) Error() string { return fmt.Sprintf("line %d: %v", b.number, b.cause) }
func (b *badLine) Unwrap() error { return b.cause }

// readLines decodes a journal line by line, as far as take accepts them. The
// error is a *badLine if anything is left.
func readLines[T any](r io.Reader, take func(item T) error) error {
	lines := bufio.NewReaderSize(r, longestLine)
	for number := 1; ; number++ {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		var item T
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			err = errors.New("too long")
		case err != nil:
			err = errors.New("it ends in the middle")
		default:
			err = json.Unmarshal(line, &item)
		}
		if err == nil {
			err = take(item)
		}
		if err != nil {
			_, more := lines.Peek(1)
			return &badLine{number: number, last: more != nil, cause: err}
		}
	}
}

// ReadHistory reads a metrics.jsonl line by line. A torn last line, as a kill
// leaves it, is not an error; with any other error comes the history of the
// lines before.
func ReadHistory(path string) (History, error) {
	f, err := open(path, os.O_RDONLY)
	if err != nil {
		return History{}, diskProblem("cannot read "+path, err)
	}
	defer f.Close()
	h, err := readHistory(f)
	if err != nil {
		return h, &problem{
			text:  "cannot read " + path,
			hint:  "bring it back from a copy; the lines before that one are good",
			cause: err,
		}
	}
	return h, nil
}

func readHistory(r io.Reader) (h History, err error) {
	err = readLines(r, func(m Metrics) error {
		if err := follows(h, m); err != nil {
			return err
		}
		h = h.Append(m)
		return nil
	})
	var bad *badLine
	if errors.As(err, &bad) && bad.last {
		return h, nil
	}
	return h, err
}

// follows refuses an epoch that stands twice or out of order.
func follows(h History, m Metrics) error {
	if last := h.Last().Epoch; m.Epoch <= last {
		return fmt.Errorf("epoch %d after epoch %d", m.Epoch, last)
	}
	return nil
}

// cutMetrics cuts a metrics.jsonl back to the lines up to an epoch and returns
// their history: the epochs after it will be done again. A line that cannot be
// read is lost, and those after it are not. No moment exists in which the record
// is missing.
func cutMetrics(path string, epoch int, anew bool) (h History, err error) {
	err = cut(path, anew, func(m Metrics) bool {
		if m.Epoch > epoch || follows(h, m) != nil {
			return false
		}
		h = h.Append(m)
		return true
	})
	return h, err
}

// cutEvents cuts an events.jsonl back to its first n lines. It returns how many
// there are, and the newest for the screen.
func cutEvents(path string, n int, anew bool) (kept int, shown []Event, err error) {
	err = cut(path, anew, func(e Event) bool {
		if kept == n {
			return false
		}
		kept++
		if e.Kind != samplerReport {
			shown = appendNewest(shown, e, newestShown)
		}
		return true
	})
	return kept, shown, err
}

// cut brings a journal back to the lines that can be read and that keep accepts.
// If they are its first, it is truncated where it stands: one atomic change of
// its length. Else a whole new file takes its place, and so it does anew: what
// another process may yet write to the old one is nobody's then.
func cut[T any](path string, anew bool, keep func(T) bool) error {
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return diskProblem("cannot read "+path, err)
	}
	var kept []byte
	for line := range bytes.Lines(data) {
		var item T
		whole := bytes.HasSuffix(line, []byte("\n")) && len(line) <= longestLine
		if whole && json.Unmarshal(line, &item) == nil && keep(item) {
			kept = append(kept, line...)
		}
	}
	switch {
	case anew, !bytes.HasPrefix(data, kept):
		return writeWhole(path, kept)
	case len(kept) == len(data):
		return nil
	}
	if err := shorten(path, int64(len(kept))); err != nil {
		return diskProblem("cannot write "+path, err)
	}
	return nil
}

func shorten(path string, size int64) error {
	f, err := open(path, os.O_WRONLY)
	if err != nil {
		return err
	}
	return errors.Join(disk.truncate(f, size), f.Close())
}
