package run

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Live is the note of a run that is at work, by which a user finds it again from
// any directory. It is a convenience: the lease says who owns a run.
type Live struct {
	Dir   string `json:"dir"`   // absolute
	Since string `json:"since"` // when this process began to train; RFC 3339, UTC
	holder
}

// Here says whether the run is at work on this host.
func (l Live) Here() bool {
	_, known := l.dead()
	return known
}

// notesDir is where notes are kept: under $XDG_STATE_HOME, which counts only if
// it is absolute, or else where its specification puts it.
func notesDir() (string, error) {
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "neuralrg", "live"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "neuralrg", "live"), err
}

// Announce leaves a note that this process is at work on the run in dir, until
// withdraw is called. Where notes cannot be written, there is none.
func Announce(dir string) (withdraw func()) {
	nothing := func() {}
	note := Live{Since: wallClock().UTC().Format(time.RFC3339), holder: self(0)}
	notes, err := notesDir()
	if err != nil {
		return nothing
	}
	if note.Dir, err = filepath.Abs(dir); err != nil {
		return nothing
	}
	data, err := json.Marshal(note)
	if err != nil || os.MkdirAll(notes, 0o700) != nil {
		return nothing
	}
	path := filepath.Join(notes, note.name())
	if writeWhole(path, append(data, '\n')) != nil {
		return nothing
	}
	return func() { _ = os.Remove(path) }
}

// name is the name of the note's file: no two runs have the same at a time.
func (l Live) name() string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(l.Dir + "\x00" + l.Host)) // it never fails
	return fmt.Sprintf("%d-%08x.json", l.PID, sum.Sum32())
}

// LiveRuns returns the notes of the runs at work, the oldest first, those of
// other hosts too where the user's directory is shared. It removes notes whose
// process is gone, and passes over whatever else it cannot read.
func LiveRuns() []Live {
	notes, err := notesDir()
	if err != nil {
		return nil
	}
	entries, _ := os.ReadDir(notes)
	var all []Live
	for _, e := range entries {
		path := filepath.Join(notes, e.Name())
		note, err := readNote(path)
		switch {
		case err != nil || note.Dir == "":
		case note.stale():
			_ = os.Remove(path)
		default:
			all = append(all, note)
		}
	}
	slices.SortFunc(all, func(a, b Live) int {
		return strings.Compare(a.Since+a.Dir, b.Since+b.Dir)
	})
	return all
}

func readNote(path string) (note Live, err error) {
	data, err := readFile(path)
	if err == nil {
		err = json.Unmarshal(data, &note)
	}
	return note, err
}

// stale says that the process of a note is gone. Of another host's only the
// lease of the run can tell that, if the directory can be seen from here.
func (l Live) stale() bool {
	if dead, known := l.dead(); known {
		return dead
	}
	if _, err := os.Stat(l.Dir); err != nil {
		return false
	}
	owner, err := OwnerOf(l.Dir)
	return err == nil && (owner == nil || owner.Host != l.Host || owner.PID != l.PID)
}
