package slurm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"neuralrg/training/run"
)

// keptName is the directory of what was submitted, in that of the sweep.
const keptName = "slurm"

// format is the version of a record.
const format = 1

// record is NNN.json: an array that was, or may have been, submitted.
type record struct {
	Format   int     `json:"format"`
	Time     string  `json:"time"` // RFC 3339, UTC
	Name     string  `json:"name"` // of the job
	Job      string  `json:"job"`  // its number; empty as long as it is not known
	Released bool    `json:"released"`
	Lost     bool    `json:"lost,omitempty"` // the scheduler did not know the name
	Options  Options `json:"options"`
	Tasks    []task  `json:"tasks"`

	path string
}

// points are those of a task.
func (r *record) points(id int) []int {
	for _, t := range r.Tasks {
		if t.ID == id {
			return t.Points
		}
	}
	return nil
}

// write writes a record in place of what was there.
func (r *record) write() error {
	data, err := json.MarshalIndent(r, "", " ")
	if err == nil {
		err = run.WriteWhole(r.path, append(data, '\n'))
	}
	return err
}

func (b *Backend) kept() string { return filepath.Join(b.Sweep.Dir, keptName) }

// names are the names of the records in a directory, in order.
func names(dir string) []string {
	entries, _ := os.ReadDir(dir) // none if there is no directory
	var names []string
	for _, e := range entries {
		if numberOf(e.Name()) > 0 {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(x, y string) int { return numberOf(x) - numberOf(y) })
	return names
}

// numberOf is the number of a record by its name; 0 if it is none.
func numberOf(name string) int {
	word, found := strings.CutSuffix(name, ".json")
	n, err := strconv.Atoi(word)
	if !found || err != nil {
		return 0
	}
	return n
}

// next is the number of the next submission.
func (b *Backend) next() int {
	all := names(b.kept())
	if len(all) == 0 {
		return 1
	}
	return numberOf(all[len(all)-1]) + 1
}

// records reads what was submitted, the oldest first.
func (b *Backend) records() ([]*record, error) {
	var all []*record
	for _, name := range names(b.kept()) {
		path := filepath.Join(b.kept(), name)
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		r := &record{path: path}
		if err == nil {
			err = json.Unmarshal(data, r)
		}
		if err == nil && r.Format > format {
			return nil, &problem{text: fmt.Sprintf("%s has format %d, and this program reads up to format %d", path, r.Format, format), hint: "use the neuralrg that wrote it or a later one"}
		}
		if err != nil {
			return nil, &problem{text: "cannot read " + path, hint: "bring it back from a copy: it says which job has which points", cause: err}
		}
		all = append(all, r)
	}
	return all, nil
}

// Last is what was asked of the cluster the last time, if there was one.
func (b *Backend) Last() (o Options, found bool) {
	records, _ := b.records() // what cannot be read is told where it matters
	if len(records) == 0 {
		return Options{}, false
	}
	return records[len(records)-1].Options, true
}

// Submitted says whether points of a sweep were ever given to Slurm.
func Submitted(dir string) bool {
	return len(names(filepath.Join(dir, keptName))) > 0
}
