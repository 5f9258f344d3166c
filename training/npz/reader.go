package npz

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Reader is an open archive.
type Reader struct {
	path string
	file *os.File
	size int64
	zip  *zip.Reader
}

// Open opens an archive. No data is read yet.
func Open(path string) (*Reader, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, unreadable(path, err)
	case !info.Mode().IsRegular(): // a pipe would keep us waiting
		return nil, &problem{text: path + " is not a regular file", hint: "give the name of a .npz file", usage: true}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	z, err := zip.NewReader(file, info.Size())
	if err != nil {
		file.Close()
		return nil, &problem{
			text: path + " is not a NumPy archive", usage: true,
			hint: "write it with numpy.savez(name, x=fields)", cause: err,
		}
	}
	return &Reader{path, file, info.Size(), z}, nil
}

// unreadable is the error of a file that cannot be opened.
func unreadable(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return &problem{text: "cannot read " + path, hint: "give the name of a .npz file that exists and may be read", usage: true, cause: err}
}

// Close closes the file, and with it all arrays.
func (r *Reader) Close() error { return r.file.Close() }

// Names lists the arrays.
func (r *Reader) Names() []string {
	var names []string
	for _, f := range r.zip.File {
		if name, ok := strings.CutSuffix(f.Name, extension); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Array is one array of an archive, which is read from its beginning to its end.
type Array struct {
	Name  string
	Type  string // as "<f4"
	Shape []int

	path   string
	member io.ReadCloser
	data   *bufio.Reader
	bytes  []byte
}

// Array opens an array of float32 or float64 in row-major order. Nothing that
// its header says is believed before the member is known to have exactly as many
// bytes, and nothing is allocated by it.
func (r *Reader) Array(name string) (*Array, error) {
	var found *zip.File
	for _, f := range r.zip.File {
		if f.Name != name+extension {
			continue
		}
		if found != nil {
			return nil, r.damaged(name, "it is there twice")
		}
		found = f
	}
	if found == nil {
		return nil, &problem{
			text: fmt.Sprintf("%s has no array %q", r.path, name), usage: true,
			hint: "it has " + listing(r.Names()),
		}
	}
	if !r.fits(found) {
		return nil, r.damaged(name, "it does not fit into the file")
	}
	member, err := found.Open()
	if err != nil {
		return nil, r.damaged(name, err.Error())
	}
	a := &Array{Name: name, path: r.path, member: member, data: bufio.NewReaderSize(member, 1<<16)}
	if err := a.readHeader(found.UncompressedSize64); err != nil {
		member.Close()
		return nil, err
	}
	return a, nil
}

// listing names a few arrays.
func listing(names []string) string {
	const few = 8
	switch n := len(names); {
	case n == 0:
		return "none at all"
	case n > few:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), n-few)
	}
	return strings.Join(names, ", ")
}

// fits says whether a member can have the size that it claims: as many bytes as
// are stored, or as many as deflate can make of them.
func (r *Reader) fits(f *zip.File) bool {
	const mostByDeflate = 1032 // bytes from one
	start, err := f.DataOffset()
	if err != nil || start < 0 || start > r.size || f.CompressedSize64 > uint64(r.size-start) {
		return false
	}
	switch f.Method {
	case zip.Store:
		return f.UncompressedSize64 == f.CompressedSize64
	case zip.Deflate:
		return f.UncompressedSize64/mostByDeflate <= f.CompressedSize64
	}
	return false
}

func (r *Reader) damaged(name, what string) error { return damaged(r.path, name, what) }

func damaged(path, name, what string) error {
	return &problem{
		text: fmt.Sprintf("%s: array %q is damaged: %s", path, name, what), usage: true,
		hint: "write the file again with numpy.savez",
	}
}

// The entries of a header, in any order. Structured types have a list in the
// place of descr's text, and so no match.
var (
	descrEntry   = regexp.MustCompile(`'descr': *'([^']*)'`)
	fortranEntry = regexp.MustCompile(`'fortran_order': *(True|False)`)
	shapeEntry   = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

// readHeader reads the header of a member of so many bytes.
func (a *Array) readHeader(total uint64) error {
	dict, used, err := readDict(a.data)
	if err != nil {
		return damaged(a.path, a.Name, err.Error())
	}
	descr, fortran, shape := descrEntry.FindStringSubmatch(dict), fortranEntry.FindStringSubmatch(dict), shapeEntry.FindStringSubmatch(dict)
	if fortran == nil || shape == nil {
		return damaged(a.path, a.Name, "its header cannot be read")
	}
	if descr == nil || descr[1] != Float32 && descr[1] != Float64 {
		kind := "a structure"
		if descr != nil {
			kind = strconv.Quote(descr[1])
		}
		return &problem{
			text: fmt.Sprintf("%s: array %q is of type %s", a.path, a.Name, kind), usage: true,
			hint: `give float32 or float64, as with x.astype("<f4")`,
		}
	}
	a.Type = descr[1]
	if fortran[1] == "True" {
		return &problem{
			text: fmt.Sprintf("%s: array %q is in column-major order", a.path, a.Name), usage: true,
			hint: "give row-major order, as with numpy.ascontiguousarray(x)",
		}
	}
	if a.Shape, err = parseShape(shape[1]); err != nil {
		return damaged(a.path, a.Name, err.Error())
	}
	return a.checkSize(total - uint64(used))
}

// checkSize compares the shape with the bytes that are there.
func (a *Array) checkSize(present uint64) error {
	want := uint64(a.itemSize())
	for _, n := range a.Shape {
		if n > 0 && want > math.MaxUint64/uint64(n) {
			return damaged(a.path, a.Name, fmt.Sprintf("no file holds the shape %s", Tuple(a.Shape)))
		}
		want *= uint64(n)
	}
	if want != present {
		return damaged(a.path, a.Name, fmt.Sprintf("shape %s needs %d bytes and %d are there", Tuple(a.Shape), want, present))
	}
	return nil
}

// readDict reads a header up to the data: its dictionary, and the bytes read.
func readDict(r io.Reader) (dict string, used int, err error) {
	const longest = 1 << 16
	fixed := make([]byte, 12)
	if _, err := io.ReadFull(r, fixed[:8]); err != nil || string(fixed[:6]) != magic {
		return "", 0, errors.New("it does not begin as an array does")
	}
	wide := 2 // bytes of the length, in version 1
	if version := fixed[6]; version == 2 || version == 3 {
		wide = 4
	} else if version != 1 {
		return "", 0, fmt.Errorf("its header has version %d", version)
	}
	if _, err := io.ReadFull(r, fixed[8:8+wide]); err != nil {
		return "", 0, errors.New("its header is cut off")
	}
	length := uint32(binary.LittleEndian.Uint16(fixed[8:]))
	if wide == 4 {
		length = binary.LittleEndian.Uint32(fixed[8:])
	}
	if length > longest {
		return "", 0, fmt.Errorf("its header claims %d bytes", length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return "", 0, errors.New("its header is cut off")
	}
	return string(text), 8 + wide + len(text), nil
}

func parseShape(text string) ([]int, error) {
	var shape []int
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Errorf("its shape is (%s)", text)
		}
		shape = append(shape, n)
	}
	return shape, nil
}

func (a *Array) itemSize() int {
	if a.Type == Float64 {
		return 8
	}
	return 4
}

// Read sets dst to the next numbers; those of float64 are rounded. It fails at
// the end of a file that was cut off or altered.
func (a *Array) Read(dst []float32) error {
	size := a.itemSize() * len(dst)
	if cap(a.bytes) < size {
		a.bytes = make([]byte, size)
	}
	b := a.bytes[:size]
	if _, err := io.ReadFull(a.data, b); err != nil {
		return damaged(a.path, a.Name, err.Error())
	}
	if a.Type == Float64 {
		for i := range dst {
			dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
		}
		return nil
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return nil
}

// Close ends the reading of an array. After its last number it checks the
// checksum of the whole.
func (a *Array) Close() error {
	_, err := a.data.ReadByte()
	closed := a.member.Close()
	switch {
	case errors.Is(err, zip.ErrChecksum):
		return damaged(a.path, a.Name, "its checksum is wrong")
	case err != nil && !errors.Is(err, io.EOF): // so that nothing was compared
		return damaged(a.path, a.Name, err.Error())
	}
	return closed
}
