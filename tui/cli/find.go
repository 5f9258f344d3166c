package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"neuralrg/training/run"
)

// runsIn finds the directories of runs in a directory, which may be one itself.
func runsIn(dir string) ([]string, error) {
	if isRun(dir) {
		return []string{dir}, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, e := range entries {
		if path := filepath.Join(dir, e.Name()); isRun(path) && !strings.HasSuffix(path, ".tmp") { // as one that is just being made or deleted
			dirs = append(dirs, path)
		}
	}
	return dirs, nil
}

// isRun says that a directory has traces of a run.
func isRun(dir string) bool {
	return slices.ContainsFunc([]string{"config.json", "metrics.jsonl", "checkpoints", "lease"}, func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	})
}

// withLive adds the runs at work elsewhere to a list of directories.
func withLive(dirs []string) []string {
	known := map[string]bool{}
	for _, dir := range dirs {
		known[real(dir)] = true
	}
	for _, l := range run.LiveRuns() {
		if path := real(l.Dir); !known[path] {
			known[path] = true
			dirs = append(dirs, l.Dir)
		}
	}
	return dirs
}

// real is the one path of a directory that may have several.
func real(dir string) string {
	path, err := filepath.EvalSymlinks(absolute(dir))
	if err != nil {
		return absolute(dir)
	}
	return path
}

func absolute(dir string) string {
	path, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	return path
}

// atWork returns the directories of the runs at work on this host, as far as
// this user's notes know.
func atWork() []string {
	var dirs []string
	for _, l := range run.LiveRuns() {
		if l.Here() {
			dirs = append(dirs, nearby(l.Dir))
		}
	}
	return dirs
}

// nearby is the short path of a directory below the working directory.
func nearby(dir string) string {
	here, err := os.Getwd()
	if err != nil {
		return dir
	}
	path, err := filepath.Rel(here, dir)
	if err != nil || path == ".." || strings.HasPrefix(path, "../") {
		return dir
	}
	return path
}

// othersAtWork says which runs are at work beside the one in a directory, and is
// empty if there are none: after a hangup nothing is out of sight.
func othersAtWork(dir string) string {
	dirs := slices.DeleteFunc(atWork(), func(other string) bool { return real(other) == real(dir) })
	switch len(dirs) {
	case 0:
		return ""
	case 1:
		return "1 run is live: neuralrg attach " + run.ShellWord(dirs[0])
	default:
		return fmt.Sprintf("%d runs are live: neuralrg runs", len(dirs))
	}
}

// onlyRun is the one run at work: by the notes or, if they know of none, in the
// folder where runs are made.
func onlyRun() (string, error) {
	dirs := atWork()
	if len(dirs) == 0 {
		all, _ := runsIn(runsDir) // none that can be seen is none
		for _, dir := range all {
			if o, err := run.OwnerOf(dir); err == nil && o != nil && o.Here && !o.Dead {
				dirs = append(dirs, dir)
			}
		}
	}
	switch len(dirs) {
	case 0:
		return "", failed("no run is at work", "name the directory of one that is over, or start one: neuralrg train --detach")
	case 1:
		return dirs[0], nil
	}
	return "", usage(fmt.Sprintf("%d runs are at work: %s", len(dirs), strings.Join(dirs, ", ")), "name the one to look at, as in neuralrg attach "+run.ShellWord(dirs[0]))
}
