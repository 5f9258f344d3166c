package run

import "os"

// disk has the operations that change a run directory, one by one. A test puts
// others in their place: they fail, or the process ends between two of them.
var disk = operations{
	mkdirAll: os.MkdirAll,
	mkdir:    os.Mkdir,
	open:     os.OpenFile,
	write:    (*os.File).Write,
	writeAt:  (*os.File).WriteAt,
	sync:     (*os.File).Sync,
	truncate: (*os.File).Truncate,
	rename:   os.Rename,
	remove:   os.Remove,
}

// operations are those of package os with the same names.
type operations struct {
	mkdirAll func(path string, perm os.FileMode) error
	mkdir    func(path string, perm os.FileMode) error
	open     func(path string, flag int, perm os.FileMode) (*os.File, error)
	write    func(f *os.File, data []byte) (int, error)
	writeAt  func(f *os.File, data []byte, at int64) (int, error)
	sync     func(f *os.File) error
	truncate func(f *os.File, size int64) error
	rename   func(from, to string) error
	remove   func(path string) error
}
