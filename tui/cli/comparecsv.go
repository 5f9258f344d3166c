package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"neuralrg/training/compare"
)

// curveFile is the file that the curves of a comparison go to.
type curveFile struct {
	path  string // empty for none
	force bool
}

// check refuses a path that cannot be written to, before there is anything to
// write.
func (f curveFile) check() error {
	if f.path == "" {
		return nil
	}
	info, err := os.Lstat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f.probe()
	case err != nil:
		return f.unwritten(err)
	case info.IsDir():
		return usage(f.path+" is a directory", "give the name of a file with --csv")
	case !info.Mode().IsRegular():
		return usage(f.path+" exists and is not a regular file", "choose another name with --csv")
	case !f.force:
		return usage(f.path+" exists", "choose another --csv, or replace it with --force")
	}
	return f.probe()
}

// probe sees that a file can be made beside it.
func (f curveFile) probe() error {
	half, err := os.CreateTemp(filepath.Dir(f.path), "."+filepath.Base(f.path)+"-*")
	if err != nil {
		return f.unwritten(err)
	}
	return errors.Join(half.Close(), os.Remove(half.Name()))
}

// begin makes a file to be renamed once it is whole.
func (f curveFile) begin() (*os.File, error) {
	half := fmt.Sprintf("%s.%d.tmp", f.path, os.Getpid())
	_ = os.Remove(half) // it may be what a process of our number left when it was killed
	return os.OpenFile(half, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// write puts the curves into the file, a line a trajectory.
func (f curveFile) write(r *compare.Report) error {
	if f.path == "" {
		return nil
	}
	half, err := f.begin()
	if err != nil {
		return f.unwritten(err)
	}
	err = errors.Join(writeCurves(half, r), half.Sync(), half.Close())
	if err == nil {
		err = f.check() // it may have been made meanwhile
	}
	if err == nil {
		err = os.Rename(half.Name(), f.path)
	}
	if err == nil {
		return nil
	}
	_ = os.Remove(half.Name())
	if hintOf(err) != "" {
		return err
	}
	return f.unwritten(err)
}

// unwritten is an error of the file system.
func (f curveFile) unwritten(err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	text := "cannot write " + f.path + ": " + err.Error()
	if errors.Is(err, fs.ErrNotExist) {
		return usage(text, "make the directory first, or choose another --csv")
	}
	return failed(text, "see that there is room and that you may write there, or choose another place with --csv")
}

// writeCurves writes <m²> against trajectories as comma-separated values.
func writeCurves(w io.Writer, r *compare.Report) error {
	lines := csv.NewWriter(w)
	lines.Write([]string{"method", "settings", "start", "trajectory", "m2", "error"})
	exact := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, result := range r.HMC {
		for _, s := range result.Starts {
			for _, p := range s.Curve {
				lines.Write([]string{string(result.Method), result.Settings, s.Start, strconv.Itoa(p.Trajectory), exact(p.M2), exact(p.Error)})
			}
		}
	}
	lines.Flush()
	return lines.Error()
}
