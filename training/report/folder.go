package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// contentsName is the file that says what a report consists of. Only a folder
// that has it is ever replaced.
const contentsName = "report.json"

// folder is a directory that is written aside and gets its name when it is whole.
type folder struct {
	path  string
	half  string
	force bool // replace a report that is there
	files []string
}

// begin makes the directory to write in, beside the one that it will be.
func begin(path string, force bool) (*folder, error) {
	f := &folder{path: filepath.Clean(path), force: force}
	if _, err := f.present(); err != nil {
		return nil, err
	}
	half, err := os.MkdirTemp(filepath.Dir(f.path), "."+filepath.Base(f.path)+"-*.tmp")
	if err != nil {
		return nil, f.unwritten(err)
	}
	f.half = half
	return f, nil
}

// write adds a file.
func (f *folder) write(name string, data []byte) error {
	file, err := os.OpenFile(filepath.Join(f.half, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return f.unwritten(err)
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return f.unwritten(err)
	}
	f.files = append(f.files, name)
	return nil
}

// describe adds the file that says what there is.
func (f *folder) describe(r any) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return f.write(contentsName, append(data, '\n'))
}

// commit gives the directory its name. A report that had it is gone only then.
func (f *folder) commit() error {
	there, err := f.present() // it may have been made meanwhile
	if err != nil {
		return err
	}
	if err := f.admit(); err != nil {
		return f.unwritten(err)
	}
	old := f.half + ".old"
	if there {
		if err := os.Rename(f.path, old); err != nil {
			return f.unwritten(err)
		}
	}
	if err := os.Rename(f.half, f.path); err != nil {
		if there {
			err = errors.Join(err, os.Rename(old, f.path))
		}
		return f.unwritten(err)
	}
	if there {
		_ = os.RemoveAll(old) // the new one has its place already
	}
	return nil
}

// admit lets those into the directory who may read its files: the umask has left that
// to them, where a temporary directory is nobody else's.
func (f *folder) admit() error {
	info, err := os.Stat(filepath.Join(f.half, contentsName))
	if err != nil {
		return err
	}
	mode := info.Mode().Perm()
	return os.Chmod(f.half, mode|mode>>2&0o111)
}

// abort removes what is not committed. After a commit that succeeded it does nothing.
func (f *folder) abort() { _ = os.RemoveAll(f.half) }

// present says whether there is something at the path. It is an error if that
// may not be replaced: nothing of a user's own is ever removed.
func (f *folder) present() (bool, error) {
	info, err := os.Lstat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, f.unwritten(err)
	case !info.IsDir():
		return false, asked(f.path+" exists and is not a directory", "choose another name with --out")
	}
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return false, f.unwritten(err)
	}
	files := contents(filepath.Join(f.path, contentsName))
	for _, e := range entries {
		if !slices.Contains(files, e.Name()) {
			return false, asked(fmt.Sprintf("%s has something that is of no report, %q", f.path, e.Name()), "move it away, or choose another --out")
		}
	}
	if len(entries) > 0 && !f.force {
		return false, asked(f.path+" holds a report", "replace it with --force, or choose another --out")
	}
	return true, nil
}

// contents are the files of the report that a file describes, itself among them.
func contents(path string) []string {
	data, err := os.ReadFile(path)
	var r Report
	if err != nil || json.Unmarshal(data, &r) != nil || r.Index == "" {
		return nil
	}
	files := []string{r.Index, contentsName}
	for _, figure := range r.Figures {
		files = append(files, figure.Files...)
	}
	return files
}

// unwritten is an error of the file system, with advice by its kind.
func (f *folder) unwritten(err error) error {
	p := &problem{hint: "see whether the disk and its mount are well, then try again"}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		p.hint = "free some space, or choose another place with --out"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		p.hint = "choose a place that you may write to with --out"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		p.hint, p.usage = "make the directory that it shall be in first, or choose another --out", true
	case errors.Is(err, syscall.ENAMETOOLONG):
		p.hint, p.usage = "choose a shorter name with --out", true
	}
	p.text = "cannot write " + f.path + ": " + reason(err).Error()
	return p
}

// reason is an error without the paths that the os package adds.
func reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
