package run

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"neuralrg/training/npz"
)

// A checkpoint is a NumPy archive: a zip of .npy files, which numpy.load reads.
// Its zip comment is "sha256:" and the checksum, in hexadecimal, of every byte
// of the file before the checksum itself. So nothing in it can be altered or
// cut off unnoticed, and nothing is parsed before the whole is known to be as
// it was written.
const (
	sealMark = "sha256:"
	sealSize = 2 * sha256.Size
)

// errSeal says that a file is not what was once written.
var errSeal = errors.New("it is truncated or altered")

// archive collects arrays.
type archive struct {
	file bytes.Buffer
	zip  *zip.Writer
	err  error // the first
}

func newArchive() *archive {
	a := new(archive)
	a.zip = zip.NewWriter(&a.file)
	return a
}

// add appends an array. Scalars have no shape; data is in row-major order.
func (a *archive) add(name string, data any, shape ...int) {
	if a.err != nil {
		return
	}
	w, err := a.zip.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
	if err == nil {
		_, err = w.Write(npz.Header(dtype(data), shape))
	}
	if err == nil {
		err = binary.Write(w, binary.LittleEndian, data)
	}
	a.err = err
}

// seal returns the file.
func (a *archive) seal() ([]byte, error) {
	err := errors.Join(a.err, a.zip.SetComment(sealMark+strings.Repeat("0", sealSize)), a.zip.Close())
	if err != nil {
		return nil, err
	}
	file := a.file.Bytes()
	body := file[:len(file)-sealSize]
	copy(file[len(body):], checksum(body))
	return file, nil
}

func checksum(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// openArchive checks the seal of a file and returns its arrays, header and
// data, by name. They are parts of file.
func openArchive(file []byte) (map[string][]byte, error) {
	body, seal := file[:max(0, len(file)-sealSize)], file[max(0, len(file)-sealSize):]
	if !bytes.HasSuffix(body, []byte(sealMark)) || checksum(body) != string(seal) {
		return nil, errSeal
	}
	return readZip(file)
}

// readZip returns the stored members of a zip file by name, without ".npy".
func readZip(file []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	arrays := make(map[string][]byte, len(z.File))
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if _, twice := arrays[name]; !ok || twice || f.Method != zip.Store {
			return nil, fmt.Errorf("member %q is not as this program writes it", f.Name)
		}
		start, err := f.DataOffset()
		if err != nil {
			return nil, err
		}
		size := f.UncompressedSize64
		if start < 0 || start > int64(len(file)) || size > uint64(int64(len(file))-start) {
			return nil, fmt.Errorf("member %q does not fit into the file", f.Name)
		}
		arrays[name] = file[start : start+int64(size)]
	}
	return arrays, nil
}

// readArray copies an array of exactly this shape into dst, a slice or a
// pointer. The header must be the one that this program writes for the type
// and the shape: nothing that it says is believed, and nothing is allocated.
func readArray(arrays map[string][]byte, name string, dst any, shape ...int) error {
	array, ok := arrays[name]
	if !ok {
		return fmt.Errorf("array %q is missing", name)
	}
	data, ok := bytes.CutPrefix(array, npz.Header(dtype(dst), shape))
	if !ok || len(data) != binary.Size(dst) {
		return fmt.Errorf("array %q does not have type %s and shape %s", name, dtype(dst), npz.Tuple(shape))
	}
	_, err := binary.Decode(data, binary.LittleEndian, dst)
	return err
}

// readBytes returns a one-dimensional array of bytes of any length.
func readBytes(arrays map[string][]byte, name string) ([]byte, error) {
	array := arrays[name]
	// Whatever its length, the header of a vector takes 128 bytes.
	data := make([]byte, max(0, len(array)-128))
	err := readArray(arrays, name, data, len(data))
	return data, err
}

// dtype is NumPy's name for the elements of the data that go into archives.
func dtype(data any) string {
	switch data.(type) {
	case []float32:
		return npz.Float32
	case float64, *float64:
		return npz.Float64
	case int64, *int64:
		return npz.Int64
	case []byte:
		return npz.Uint8
	}
	panic(fmt.Sprintf("run: no array of %T", data))
}
