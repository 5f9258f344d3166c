package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The names of a run directory.
const (
	configName      = "config.json"
	metricsName     = "metrics.jsonl"
	eventsName      = "events.jsonl"
	checkpointsName = "checkpoints"
	leaseName       = "lease"
	planName        = "plan.json" // of a sweep, which is no run
	sweepName       = "sweep"     // what a sweep keeps in a run that is a point of it
	temporary       = ".tmp"      // ends the name of a file that is not complete yet
)

// directory is the path of a run directory.
type directory string

func (d directory) path(name ...string) string {
	return filepath.Join(append([]string{string(d)}, name...)...)
}

// DefaultDir proposes the directory of a new run: the first free of
// base/L16-T2.269-2006-01-02-1, -2, ...
func DefaultDir(base string, c Config, now time.Time) string {
	stem := fmt.Sprintf("L%d-T%s-%s", c.L, strconv.FormatFloat(c.Temperature, 'g', 4, 64), now.Format(time.DateOnly))
	for n := 1; ; n++ {
		path := filepath.Join(base, fmt.Sprintf("%s-%d", stem, n))
		if _, err := os.Lstat(path); err != nil {
			return path // free, or out of reach, which creating it will tell
		}
	}
}

// create makes the directory of a new run, or accepts one that is empty.
func (d directory) create() error {
	if err := d.checkNew(); err != nil {
		return err
	}
	if err := disk.mkdirAll(d.path(checkpointsName), 0o777); err != nil {
		return diskProblem("cannot make the directory "+string(d), err)
	}
	return nil
}

// checkNew refuses a directory that holds anything but the traces of a start
// that did not get as far as its config.json.
func (d directory) checkNew() error {
	entries, err := os.ReadDir(string(d))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, syscall.ENOTDIR):
		return d.noDirectory("choose a new or an empty directory with --dir")
	case err != nil:
		return diskProblem("cannot use the directory "+string(d), err)
	}
	if _, err := os.Lstat(d.path(configName)); err == nil {
		return &problem{
			text:  fmt.Sprintf("%s already holds a run", d),
			hint:  fmt.Sprintf("continue it with --resume --dir %s, or choose another --dir", ShellWord(string(d))),
			usage: true,
		}
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == leaseName, name == sweepName, strings.HasSuffix(name, temporary):
		case name == checkpointsName && isEmpty(d.path(name)):
		default:
			return &problem{
				text:  fmt.Sprintf("%s is not empty and holds no run (it has %q)", d, name),
				hint:  "choose a new or an empty directory with --dir",
				usage: true,
			}
		}
	}
	return nil
}

// sweep removes the files that a process which was killed had not finished.
// Only the holder of the lease may do so.
func (d directory) sweep() {
	unfinished := []string{d.path(configName), d.path(metricsName), d.path(eventsName)}
	entries, _ := os.ReadDir(d.path(checkpointsName)) // what cannot be read can stay
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), temporary)
		if _, ok := epochOf(name); ok && name != e.Name() {
			unfinished = append(unfinished, d.path(checkpointsName, name))
		}
	}
	for _, path := range unfinished {
		if _, err := os.Lstat(path + temporary); err == nil {
			_ = disk.remove(path + temporary)
		}
	}
}

func isEmpty(path string) bool {
	entries, err := os.ReadDir(path)
	return err == nil && len(entries) == 0
}

// checkOurs refuses a directory that holds no run, with this advice.
func (d directory) checkOurs(hint string) error {
	_, err := os.Stat(d.path(configName))
	if errors.Is(err, fs.ErrNotExist) {
		text := fmt.Sprintf("%s holds no run (it has no %s)", d, configName)
		if _, err := os.Stat(string(d)); errors.Is(err, fs.ErrNotExist) {
			text = fmt.Sprintf("there is no directory %s", d)
		} else if _, err := os.Stat(d.path(planName)); err == nil {
			hint = fmt.Sprintf("it is a sweep, whose runs are in %s: neuralrg sweep status %s", d.path("points"), ShellWord(string(d)))
		}
		return &problem{text: text, hint: hint, usage: true}
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return d.noDirectory(hint)
	}
	if err != nil {
		return diskProblem("cannot read "+d.path(configName), err)
	}
	return nil
}

// noDirectory is the error of a path that is a file, or leads through one. Who
// names a file of a run is told its directory.
func (d directory) noDirectory(hint string) error {
	for within := filepath.Dir(string(d)); within != filepath.Dir(within); within = filepath.Dir(within) {
		if _, err := os.Lstat(directory(within).path(configName)); err == nil {
			hint = "the directory of the run is " + within
			break
		}
	}
	return &problem{text: string(d) + " is not a directory", hint: hint, usage: true}
}

// errIrregular says that a name stands for a pipe, a socket or a device: to open
// it could wait for ever.
var errIrregular = errors.New("it is not a regular file")

// checkRegular refuses whatever is no regular file. Its errors are of the kind
// that opening a file gives.
func checkRegular(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case info.IsDir():
		err = syscall.EISDIR
	case !info.Mode().IsRegular():
		err = errIrregular
	}
	if err == nil || errors.As(err, new(*fs.PathError)) {
		return err
	}
	return &fs.PathError{Op: "open", Path: path, Err: err}
}

// open opens a regular file.
func open(path string, flag int) (*os.File, error) {
	if err := checkRegular(path); err != nil && (flag&os.O_CREATE == 0 || !errors.Is(err, fs.ErrNotExist)) {
		return nil, err
	}
	return disk.open(path, flag, 0o666)
}

// readFile reads a regular file.
func readFile(path string) ([]byte, error) {
	if err := checkRegular(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// writeWhole writes a file so that, whatever happens, its name stands for all
// of the data or for what was there before.
func writeWhole(path string, data []byte) error {
	half := path + temporary
	err := writeSynced(half, data)
	if err == nil {
		err = disk.rename(half, path)
	}
	if err != nil {
		_ = disk.remove(half)
		return diskProblem("cannot write "+path, err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return diskProblem("cannot write "+path, err)
	}
	return nil
}

func writeSynced(path string, data []byte) error {
	f, err := disk.open(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = disk.write(f, data)
	if err == nil {
		err = disk.sync(f)
	}
	return errors.Join(err, f.Close())
}

// syncDir makes a rename in a directory last through a loss of power. Some
// file systems cannot sync a directory, and that is no error.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = disk.sync(f)
	return f.Close()
}
