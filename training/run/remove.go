package run

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Remove deletes the directory of a run that is not at work. It must be nothing
// but that: no link to one, and nothing in it that no run makes. Links in it are
// deleted, and not what they lead to.
func Remove(ctx context.Context, dir string) error {
	d := directory(filepath.Clean(dir))
	if err := d.checkRemovable(); err != nil {
		return err
	}
	l, err := takeLease(ctx, d.path(leaseName), self(1), 0, func(string) {}) // so that nobody goes on with it
	if err != nil {
		return err
	}
	if err := d.checkNothingElse(); err != nil {
		l.release()
		return err
	}
	parent, name := filepath.Split(string(d))
	aside := filepath.Join(parent, fmt.Sprintf(".%s.%d%s", name, os.Getpid(), temporary))
	if err := disk.rename(string(d), aside); err != nil {
		l.release()
		return diskProblem("cannot delete "+string(d), err)
	}
	_ = l.file.Close()
	if err := os.RemoveAll(aside); err != nil {
		return diskProblem("cannot delete all of "+string(d)+", the rest is "+aside, err)
	}
	return nil
}

// checkRemovable refuses what is not the directory of a run, or of one at work.
func (d directory) checkRemovable() error {
	info, err := os.Lstat(string(d))
	if err == nil && !info.IsDir() {
		return &problem{
			text:  fmt.Sprintf("%s is no directory, but a link or a file", d),
			hint:  "give the directory of a run itself",
			usage: true,
		}
	}
	if err := d.checkOurs("give the directory of a run"); err != nil {
		return err
	}
	owner, err := OwnerOf(string(d))
	if err != nil {
		return err
	}
	if owner != nil && !owner.Dead {
		return &problem{
			text: fmt.Sprintf("%s is at work: process %d on %s", d, owner.PID, owner.Host),
			hint: "stop it first, by neuralrg stop",
		}
	}
	return d.checkNothingElse()
}

// checkNothingElse refuses a directory with anything in it that no run makes.
func (d directory) checkNothingElse() error {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return diskProblem("cannot read "+string(d), err)
	}
	saved, err := os.ReadDir(d.path(checkpointsName))
	if err != nil && !os.IsNotExist(err) {
		return diskProblem("cannot read "+d.path(checkpointsName), err)
	}
	strange := firstStranger(entries, isOfARun)
	if inside := firstStranger(saved, isOfCheckpoints); strange == "" && inside != "" {
		strange = filepath.Join(checkpointsName, inside)
	}
	if strange != "" {
		return &problem{
			text: fmt.Sprintf("%s has something in it that no run makes: %q", d, strange),
			hint: "move that elsewhere first, or delete the directory by hand",
		}
	}
	return nil
}

// firstStranger is the first name that does not belong, or empty.
func firstStranger(entries []fs.DirEntry, belongs func(fs.DirEntry) bool) string {
	for _, e := range entries {
		if !belongs(e) {
			return e.Name()
		}
	}
	return ""
}

// isOfARun says that a run makes what has this name. That of a crash and of a
// file which is not complete is not one alone.
func isOfARun(e fs.DirEntry) bool {
	name := e.Name()
	folder := slices.Contains([]string{checkpointsName, "control", "report"}, name)
	file := slices.Contains([]string{configName, metricsName, eventsName, leaseName, "log.txt"}, name)
	return folder && e.IsDir() || file && e.Type().IsRegular() || strings.HasSuffix(name, temporary) ||
		strings.HasPrefix(name, "crash-") && strings.HasSuffix(name, ".txt")
}

func isOfCheckpoints(e fs.DirEntry) bool {
	name := strings.TrimSuffix(strings.TrimSuffix(e.Name(), damaged), temporary)
	_, ok := epochOf(name)
	return ok && !e.IsDir()
}
