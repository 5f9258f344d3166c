package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	theirs "github.com/sbinet/npyio/npz"
)

// TestOthersReadWhatIsWritten lets another reader judge the format.
func TestOthersReadWhatIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	w := create(t, path, false)
	x, err := w.Add("x", Float32, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	u, err := w.Add("u", Float64)
	if err != nil {
		t.Fatal(err)
	}
	var wantX []float32
	var wantU []float64
	for i := range 10_000 { // in pieces, and more than any buffer holds
		row := []float32{float32(i), 1, 2, 3, 4, -float32(i)}
		wantX = append(wantX, row...)
		wantU = append(wantU, 1/float64(1+i))
		if err := errors.Join(Append(x, row), Append(u, wantU[i:])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	onlyFile(t, path)

	r, err := theirs.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var gotX []float32
	var gotU []float64
	if err := errors.Join(r.Read("x.npy", &gotX), r.Read("u.npy", &gotU)); err != nil {
		t.Fatal(err)
	}
	if shape := r.Header("x.npy").Descr.Shape; !slices.Equal(shape, []int{10_000, 2, 3}) {
		t.Errorf("x has shape %v", shape)
	}
	if !slices.Equal(gotX, wantX) || !slices.Equal(gotU, wantU) {
		t.Error("the numbers differ")
	}
}

func create(t *testing.T, path string, force bool) *Writer {
	t.Helper()
	w, err := Create(path, force)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Abort)
	return w
}

// onlyFile checks that nothing else is left in the folder of a file.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 || entries[0].Name() != filepath.Base(path) {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}

func TestOutputsAreNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.npz")
	if err := os.WriteFile(path, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path  string
		force bool
		want  string
	}{
		{path, false, "exists"},
		{dir, true, "is a directory"},
		{link, true, "not a regular file"},
		{"/dev/null", true, "not a regular file"},
		{filepath.Join(dir, "none", "a.npz"), false, "no such file"},
		{filepath.Join(path, "a.npz"), false, "not a directory"},
		{filepath.Join(dir, strings.Repeat("n", 300)), false, "too long"},
	} {
		_, err := Create(c.path, c.force)
		wantProblem(t, c.path, err, c.want)
	}
	w := create(t, path, true)
	w.Abort()
	if text, err := os.ReadFile(path); err != nil || string(text) != "precious" {
		t.Errorf("aborted, the file has %q, %v", text, err)
	}
	w = create(t, path, true)
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	if _, err := zip.OpenReader(path); err != nil {
		t.Errorf("it was not replaced: %v", err)
	}
	onlyFile(t, path)
}

// A file that another made meanwhile is not ours to replace.
func TestCommitLooksAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	w := create(t, path, false)
	if err := os.WriteFile(path, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, "commit", w.Commit(), "exists")
	onlyFile(t, path)
}

// A link that somebody else has put in the way, as anybody may in /tmp, leads the
// archive nowhere, and what a process of our number has left does not hinder.
func TestCommitFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	path, theirs := filepath.Join(dir, "a.npz"), filepath.Join(dir, "theirs")
	w := create(t, path, false)
	err := os.WriteFile(theirs, []byte("precious"), 0o666)
	if err := errors.Join(err, os.Symlink(theirs, w.aside())); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Error(err)
	}
	if data, err := os.ReadFile(theirs); err != nil || string(data) != "precious" {
		t.Errorf("the file behind the link has %d bytes, %v", len(data), err)
	}
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the archive is %v, %v", info, err)
	}
}

// wantProblem checks that an error says something and carries advice.
func wantProblem(t *testing.T, name string, err error, want string) {
	t.Helper()
	var p *problem
	if !errors.As(err, &p) || !strings.Contains(err.Error(), want) || p.Hint() == "" {
		t.Errorf("%s: error %v, want %q and a hint", name, err, want)
	}
}

// member makes an array's bytes from any header.
func member(dict string, data ...byte) []byte {
	head := append([]byte(magic+"\x01\x00"), binary.LittleEndian.AppendUint16(nil, uint16(len(dict)))...)
	return append(append(head, dict...), data...)
}

// archiveOf writes one member x.npy to a file.
func archiveOf(t testing.TB, path string, method uint16, x []byte) {
	t.Helper()
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	m, err := z.CreateHeader(&zip.FileHeader{Name: "x.npy", Method: method})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Write(x); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), os.WriteFile(path, file.Bytes(), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// read reads array x of a file to its end.
func read(path string) ([]float32, error) {
	r, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	a, err := r.Array("x")
	if err != nil {
		return nil, err
	}
	n := 1
	for _, s := range a.Shape {
		n *= s
	}
	x := make([]float32, n)
	if err := a.Read(x); err != nil {
		return nil, err
	}
	return x, a.Close()
}

func TestReadsWhatNumPyWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	wide, err := binary.Append(nil, binary.LittleEndian, []float64{1.5, -2})
	if err != nil {
		t.Fatal(err)
	}
	narrow, err := binary.Append(nil, binary.LittleEndian, []float32{1.5, -2})
	if err != nil {
		t.Fatal(err)
	}
	dict := "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n"
	second := append([]byte(magic+"\x02\x00"), binary.LittleEndian.AppendUint32(nil, uint32(len(dict)))...)
	for name, x := range map[string][]byte{
		"float32":           member(dict, narrow...),
		"float64":           member("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", wide...),
		"another order":     member("{'shape': (1, 2), 'fortran_order': False, 'descr': '<f4'}", narrow...),
		"version 2":         append(append(second, dict...), narrow...),
		"our header":        append(Header(Float32, []int{2}), narrow...),
		"one of every kind": append(Header(Float64, []int{1, 2, 1}), wide...),
	} {
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			archiveOf(t, path, method, x)
			if got, err := read(path); err != nil || !slices.Equal(got, []float32{1.5, -2}) {
				t.Errorf("%s, method %d: %v, %v", name, method, got, err)
			}
		}
	}
}

func TestHeadersThatLieAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	for _, c := range []struct{ name, dict, want string }{
		{"too large", "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 4, 4), }", "bytes and 4 are there"},
		{"too small", "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4, 4), }", "bytes and 4 are there"},
		{"overflow", "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "no file holds"},
		{"beyond integers", "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "its shape is"},
		{"negative", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "header cannot be read"},
		{"integers", "{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", `type "<i4"`},
		{"big-endian", "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", `type ">f4"`},
		{"objects", "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", `type "|O"`},
		{"a structure", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "type a structure"},
		{"columns first", "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "column-major"},
		{"no shape", "{'descr': '<f4', 'fortran_order': False}", "header cannot be read"},
		{"nothing", "", "header cannot be read"},
	} {
		archiveOf(t, path, zip.Store, member(c.dict, 0, 0, 0, 0))
		_, err := read(path)
		wantProblem(t, c.name, err, c.want)
	}
	for name, x := range map[string][]byte{
		"empty":           nil,
		"another file":    []byte("dear reader, this is a letter"),
		"version 9":       []byte(magic + "\x09\x00\x00\x00\x00\x00\x00\x00"),
		"half a header":   member(strings.Repeat(" ", 40))[:20],
		"an endless head": append([]byte(magic+"\x02\x00"), 0xff, 0xff, 0xff, 0xff),
	} {
		archiveOf(t, path, zip.Store, x)
		_, err := read(path)
		wantProblem(t, name, err, "damaged")
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	archiveOf(t, path, zip.Store, append(Header(Float32, []int{25}), bytes.Repeat([]byte{1}, 100)...))
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(path); err != nil {
		t.Fatal(err)
	}
	altered := slices.Clone(file)
	altered[bytes.IndexByte(altered, '\n')+50] ^= 1 // in the data
	claim := slices.Clone(file)
	directory := bytes.Index(claim, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(claim[directory+24:], 1<<30) // its size
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"altered":  {altered, "checksum"},
		"cut off":  {file[:len(file)/2], "not a NumPy archive"},
		"inflated": {claim, "does not fit"},
	} {
		if err := os.WriteFile(path, c.file, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := read(path)
		wantProblem(t, name, err, c.want)
	}
	_, err = read(filepath.Join(t.TempDir(), "none"))
	wantProblem(t, "missing", err, "no such file")
	_, err = read(t.TempDir())
	wantProblem(t, "a folder", err, "not a regular file")
}

// A compressed array whose numbers are all there, but whose end is damaged, cannot be
// compared with its checksum, and is called damaged for that.
func TestDamagedEndIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	x := append(Header(Float32, []int{1}), 0, 0, 0, 0)
	size := uint16(len(x))
	packed := binary.LittleEndian.AppendUint16([]byte{0}, size) // a block that is stored, and not the last
	packed = append(binary.LittleEndian.AppendUint16(packed, ^size), x...)
	packed = append(packed, 0b111) // the last, of a kind that there is not
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	m, err := z.CreateRaw(&zip.FileHeader{
		Name: "x.npy", Method: zip.Deflate, CRC32: 1, CompressedSize64: uint64(len(packed)), UncompressedSize64: uint64(size),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Write(packed); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), os.WriteFile(path, file.Bytes(), 0o666)); err != nil {
		t.Fatal(err)
	}
	_, err = read(path)
	wantProblem(t, "a damaged end", err, "damaged")
}

func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a.npz")
	archiveOf(f, path, zip.Deflate, append(Header(Float32, []int{5}), make([]byte, 20)...))
	file, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Fuzz(func(t *testing.T, file []byte) {
		path := filepath.Join(t.TempDir(), "a.npz")
		if err := os.WriteFile(path, file, 0o666); err != nil {
			t.Fatal(err)
		}
		if x, err := read(path); err == nil && len(x) > 1032*len(file) {
			t.Errorf("%d numbers of %d bytes", len(x), len(file))
		}
	})
}
