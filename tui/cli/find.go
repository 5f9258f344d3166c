package cli

import (
	"os"
	"path/filepath"
	"slices"

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
		if path := filepath.Join(dir, e.Name()); isRun(path) {
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
