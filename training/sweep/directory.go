package sweep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"neuralrg/training/run"
)

// The names of a sweep's directory, and of what it keeps in that of a point.
const (
	planName      = "plan.json"
	pointsName    = "points"
	logsName      = "logs"
	poolName      = "pool"
	keptName      = "sweep"
	doneName      = "done.json"
	failedName    = "failed.json"
	cancelledName = "cancelled.json"
	retryName     = "retry.json"
)

// Sweep is a sweep in its directory.
type Sweep struct {
	Dir  string
	Plan *Plan
}

// Create makes the directory of a new sweep, which must not exist or be empty.
func Create(dir string, p *Plan) (*Sweep, error) {
	switch entries, err := os.ReadDir(dir); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, unwritten(dir, err)
	case isThere(filepath.Join(dir, planName)):
		return nil, asked(dir+" already holds a sweep", "go on with it: neuralrg sweep run "+run.ShellWord(dir)+", or choose another --out")
	case len(entries) > 0:
		return nil, asked(fmt.Sprintf("%s is not empty (it has %q)", dir, entries[0].Name()), "choose a new or an empty directory with --out")
	}
	s := &Sweep{Dir: dir, Plan: p}
	data, err := p.encode()
	if err != nil {
		return nil, err
	}
	made := !isThere(dir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, unwritten(dir, err)
	}
	if err := run.WriteWhole(filepath.Join(dir, planName), data); err != nil {
		if made {
			_ = os.Remove(dir) // it is empty
		}
		return nil, unwritten(dir, err)
	}
	return s, nil
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// unwritten is an error of making the directory of a sweep.
func unwritten(dir string, err error) error {
	p := &problem{text: "cannot write " + dir, hint: "choose a place that you may write to with --out", cause: bare(err)}
	if run.IsFull(err) {
		p.hint = "free some space, or choose another place with --out"
	}
	return p
}

// bare is an error of the file system without the name of the file.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// Open opens the directory of a sweep.
func Open(dir string) (*Sweep, error) {
	path := filepath.Join(dir, planName)
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, asked(fmt.Sprintf("%s holds no sweep (it has no %s)", dir, planName), "make one: neuralrg sweep plan --out "+run.ShellWord(dir)+" --axis T=2.0:2.8:0.1")
	case errors.Is(err, syscall.ENOTDIR):
		return nil, asked(dir+" is not a directory", "give the directory of a sweep, such as sweep plan --out makes")
	case err != nil:
		return nil, &problem{text: "cannot read " + path, hint: "see whether the disk and its mount are well, then try again", cause: bare(err)}
	}
	p, err := decode(data)
	if err != nil {
		return nil, &problem{text: path, hint: hintOf(err), cause: err}
	}
	return &Sweep{Dir: dir, Plan: p}, nil
}

// number writes the index of a point as its directory has it.
func (s *Sweep) number(index int) string {
	width := max(3, len(strconv.Itoa(len(s.Plan.Points)-1)))
	return fmt.Sprintf("%0*d", width, index)
}

// PointsDir is the directory that has those of all runs.
func (s *Sweep) PointsDir() string { return filepath.Join(s.Dir, pointsName) }

// PointDir is the directory of the run of a point.
func (s *Sweep) PointDir(index int) string { return filepath.Join(s.Dir, pointsName, s.number(index)) }

// LogPath is the file that has what was said while a point was carried out.
func (s *Sweep) LogPath(index int) string {
	return filepath.Join(s.Dir, logsName, s.number(index)+".txt")
}

// kept is the path of what a sweep keeps in the directory of a point.
func (s *Sweep) kept(index int, name ...string) string {
	return filepath.Join(append([]string{s.PointDir(index), keptName}, name...)...)
}

// Prepare makes the directories that whoever carries out these points writes to.
func (s *Sweep) Prepare(points []int) error {
	if err := os.MkdirAll(filepath.Join(s.Dir, logsName), 0o777); err != nil {
		return s.unwritable(err)
	}
	for _, index := range points {
		if err := os.MkdirAll(s.kept(index), 0o777); err != nil {
			return s.unwritable(err)
		}
	}
	return nil
}

// unwritable is an error of writing to a sweep that exists.
func (s *Sweep) unwritable(err error) error {
	p := &problem{text: "cannot write to " + s.Dir, hint: "see whether the disk and its mount are well, then try again", cause: bare(err)}
	switch {
	case run.IsFull(err):
		p.hint = "free some space, then try again"
	case errors.Is(err, fs.ErrPermission):
		p.hint = "make the directory writable, then try again"
	}
	return p
}

// Check refuses the index of a point that there is not.
func (s *Sweep) Check(index int) error {
	if index < 0 || index >= len(s.Plan.Points) {
		return asked(fmt.Sprintf("there is no point %d", index), fmt.Sprintf("choose from 0 to %d; neuralrg sweep status %s lists them", len(s.Plan.Points)-1, run.ShellWord(s.Dir)))
	}
	return nil
}
