package npz

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Writer writes an archive whose arrays grow side by side, to a length that need
// not be known before. Until Commit the data are in files without a name, which
// vanish with the process, so that the name of the archive stands for all of it
// or for what was there before.
type Writer struct {
	path    string
	force   bool
	columns []*Column
}

// Column is an array that grows along its first axis.
type Column struct {
	w     *Writer
	name  string
	dtype string
	item  []int // the shape of one row
	rows  int
	size  int // numbers in a row
	file  *os.File
	data  *bufio.Writer
	bytes []byte
}

// Create begins an archive. It refuses a path at which there is something
// already, unless it is a regular file and force is set, and a folder that
// cannot be written to.
func Create(path string, force bool) (*Writer, error) {
	w := &Writer{path: path, force: force}
	if err := w.checkFree(); err != nil {
		return nil, err
	}
	probe, err := w.nameless()
	if err != nil {
		return nil, err
	}
	return w, probe.Close()
}

// checkFree refuses a path that is in use.
func (w *Writer) checkFree() error {
	info, err := os.Lstat(w.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return w.unwritten(err)
	case info.IsDir():
		return &problem{text: w.path + " is a directory", hint: "give the name of a file with --out", usage: true}
	case !info.Mode().IsRegular():
		return &problem{text: w.path + " exists and is not a regular file", hint: "choose another name with --out", usage: true}
	case !w.force:
		return &problem{text: w.path + " exists", hint: "choose another --out, or replace it with --force", usage: true}
	}
	return nil
}

// nameless makes a file that has no name, beside the archive.
func (w *Writer) nameless() (*os.File, error) {
	f, err := os.CreateTemp(filepath.Dir(w.path), "."+filepath.Base(w.path)+"-*")
	if err == nil {
		err = os.Remove(f.Name())
	}
	if err != nil {
		return nil, w.unwritten(err)
	}
	return f, nil
}

// unwritten is an error of the file system, with advice by its kind.
func (w *Writer) unwritten(err error) error {
	p := &problem{text: "cannot write " + w.path, hint: "see whether the disk and its mount are well, then try again", cause: err}
	var inner *fs.PathError
	if errors.As(err, &inner) {
		p.cause = inner.Err
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		p.hint = "free some space, or choose another place with --out"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		p.hint = "choose a place that you may write to with --out"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		p.hint, p.usage = "make the directory first, or choose another --out", true
	case errors.Is(err, syscall.ENAMETOOLONG):
		p.hint, p.usage = "choose a shorter name with --out", true
	}
	return p
}

// Add begins an array whose rows have this type and shape.
func (w *Writer) Add(name, dtype string, row ...int) (*Column, error) {
	file, err := w.nameless()
	if err != nil {
		return nil, err
	}
	size := 1
	for _, n := range row {
		size *= n
	}
	c := &Column{w: w, name: name, dtype: dtype, item: row, size: size, file: file, data: bufio.NewWriterSize(file, 1<<16)}
	w.columns = append(w.columns, c)
	return c, nil
}

// Names lists the arrays.
func (w *Writer) Names() []string {
	names := make([]string, len(w.columns))
	for i, c := range w.columns {
		names[i] = c.name
	}
	return names
}

// Number is what an array can hold.
type Number interface {
	float32 | float64 | int8 | int32 | int64
}

// Append adds whole rows to an array. It panics if the numbers are not of its
// type, or are not whole rows.
func Append[T Number](c *Column, values []T) error {
	if dtypeOf(values) != c.dtype || len(values)%c.size != 0 {
		panic(fmt.Sprintf("npz: %d values of %T for rows of %d of %s", len(values), values, c.size, c.dtype))
	}
	const most = 1 << 14 // at a time
	for rest := values; len(rest) > 0; {
		part := rest[:min(most, len(rest))]
		rest = rest[len(part):]
		var err error
		if c.bytes, err = binary.Append(c.bytes[:0], binary.LittleEndian, part); err != nil {
			panic("npz: " + err.Error()) // numbers have a fixed size
		}
		if _, err = c.data.Write(c.bytes); err != nil {
			return c.w.unwritten(err)
		}
	}
	c.rows += len(values) / c.size
	return nil
}

func dtypeOf(values any) string {
	switch values.(type) {
	case []float32:
		return Float32
	case []float64:
		return Float64
	case []int8:
		return Int8
	case []int32:
		return Int32
	}
	return Int64
}

// Commit makes the archive of all rows so far, and ends the writer.
func (w *Writer) Commit() error {
	defer w.Abort()
	half := w.aside()
	err := w.assemble(half)
	if err == nil {
		err = w.checkFree() // it may have been made meanwhile
	}
	if err == nil {
		err = os.Rename(half, w.path)
	}
	if err == nil {
		return nil
	}
	_ = os.Remove(half)
	if errors.As(err, new(*problem)) {
		return err
	}
	return w.unwritten(err)
}

// aside is where the archive is written before it gets its name.
func (w *Writer) aside() string { return fmt.Sprintf("%s.%d.tmp", w.path, os.Getpid()) }

// assemble writes the archive to a path and syncs it.
func (w *Writer) assemble(path string) error {
	_ = os.Remove(path) // it may be what a process of our number left when it was killed
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<16)
	z := zip.NewWriter(out)
	for _, c := range w.columns {
		if err = c.copyTo(z); err != nil {
			break
		}
	}
	if err == nil {
		err = z.Close()
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// copyTo makes a member of an array.
func (c *Column) copyTo(z *zip.Writer) error {
	if err := c.data.Flush(); err != nil {
		return err
	}
	if _, err := c.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	member, err := z.CreateHeader(&zip.FileHeader{Name: c.name + extension, Method: zip.Store})
	if err != nil {
		return err
	}
	if _, err := member.Write(Header(c.dtype, append([]int{c.rows}, c.item...))); err != nil {
		return err
	}
	_, err = io.Copy(member, c.file)
	return err
}

// Abort ends the writer and leaves no trace of it. After Commit it does nothing.
func (w *Writer) Abort() {
	for _, c := range w.columns {
		_ = c.file.Close()
	}
	w.columns = nil
}
