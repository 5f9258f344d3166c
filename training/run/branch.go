package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"neuralrg/model"
)

// Newest is where Branch takes the newest checkpoint that is valid.
const Newest = -1

// Branch makes a new run in the directory to that stands where the run in dir
// had its checkpoint of an epoch, or its Newest: with its settings, its record
// up to there, Adam's moments and all, so that it goes on as that run did, bit
// for bit, until something is changed. It returns the epoch. The other run may
// be at work; it is not changed.
func Branch(dir, to string, at int) (epoch int, err error) {
	d, branch := directory(dir), directory(filepath.Clean(to))
	if err := branch.checkNew(); err != nil {
		return 0, err
	}
	if err := d.checkOurs("give the directory of a run, such as train --dir makes"); err != nil {
		return 0, err
	}
	config, err := ReadConfig(d.path(configName))
	if err != nil {
		return 0, err
	}
	like, err := model.New(config.Shape, config.Seed)
	if err != nil {
		return 0, err
	}
	k := newCheckpoints(d.path(checkpointsName), config, like)
	c, err := d.moment(k, at)
	if err != nil {
		return 0, err
	}
	if err := disk.mkdirAll(filepath.Dir(string(branch)), 0o777); err != nil {
		return 0, diskProblem("cannot make the directory "+filepath.Dir(string(branch)), err)
	}
	half, err := os.MkdirTemp(filepath.Dir(string(branch)), "."+filepath.Base(string(branch))+".*"+temporary)
	if err != nil {
		return 0, diskProblem("cannot make the directory "+string(branch), err)
	}
	defer os.RemoveAll(half) // nothing, once it is renamed
	if err := d.copyTo(directory(half), k, c); err != nil {
		return 0, err
	}
	if err := os.Chmod(half, permissions(string(d))); err != nil {
		return 0, diskProblem("cannot make the directory "+string(branch), err)
	}
	if err := disk.rename(half, string(branch)); err != nil {
		return 0, diskProblem("cannot make the directory "+string(branch), err)
	}
	return c.Epoch, syncDir(filepath.Dir(string(branch)))
}

// moment is the checkpoint of an epoch, or the newest that is valid.
func (d directory) moment(k checkpoints, epoch int) (checkpoint, error) {
	if epoch != Newest {
		return d.kept(k, epoch)
	}
	c, found, _, err := k.load()
	if err == nil && !found {
		err = d.noCheckpoint()
	}
	return c, err
}

// kept is the checkpoint of an epoch. The error says which there are if there is
// none, or none that is whole.
func (d directory) kept(k checkpoints, epoch int) (checkpoint, error) {
	path := d.path(checkpointsName, checkpointName(epoch))
	c, err := k.read(path)
	if err == nil && c.Epoch == epoch {
		return c, nil
	}
	if err != nil && hintOf(err) != "" { // of other settings, or of a later program
		return checkpoint{}, &problem{text: path, hint: hintOf(err), cause: err}
	}
	epochs, listing := k.epochs()
	if listing != nil {
		return checkpoint{}, listing
	}
	epochs = slices.DeleteFunc(epochs, func(other int) bool { return other == epoch })
	if len(epochs) == 0 {
		return checkpoint{}, d.noCheckpoint()
	}
	text := fmt.Sprintf("%s has no checkpoint of epoch %d", d, epoch)
	if !errors.Is(err, fs.ErrNotExist) {
		text = fmt.Sprintf("%s cannot be used", path)
	}
	slices.Reverse(epochs)
	return checkpoint{}, &problem{text: text, hint: "choose one that it keeps: " + strings.Trim(fmt.Sprint(epochs), "[]"), usage: true}
}

func (d directory) noCheckpoint() error {
	return &problem{text: fmt.Sprintf("%s has no checkpoint", d), hint: "wait until it has saved one"}
}

// permissions of a directory: those that the umask left of a run's, where
// temporary directories are nobody else's.
func permissions(dir string) fs.FileMode {
	info, err := os.Stat(dir)
	if err != nil {
		return 0o700
	}
	return info.Mode().Perm()
}

// copyTo fills the directory of a branch at a checkpoint.
func (d directory) copyTo(branch directory, k checkpoints, c checkpoint) error {
	config, err := readFile(d.path(configName))
	if err != nil {
		return diskProblem("cannot read "+d.path(configName), err)
	}
	metrics, err := firstLines(d.path(metricsName), func(m Metrics) bool { return m.Epoch <= c.Epoch })
	if err != nil {
		return err
	}
	left := c.Events
	events, err := firstLines(d.path(eventsName), func(Event) bool { left--; return left >= 0 })
	if err != nil {
		return err
	}
	from, err := filepath.Abs(string(d))
	if err != nil {
		from = string(d)
	}
	born, err := json.Marshal(Event{
		Time: wallClock().UTC().Format(time.RFC3339), Epoch: c.Epoch, Kind: "branch",
		Text: fmt.Sprintf("a copy of %s at epoch %d", from, c.Epoch),
	})
	if err != nil {
		return err
	}
	events = append(append(events, born...), '\n')
	c.Events = bytes.Count(events, []byte("\n"))
	if err := disk.mkdir(branch.path(checkpointsName), 0o777); err != nil {
		return diskProblem("cannot make "+branch.path(checkpointsName), err)
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{metricsName, metrics}, {eventsName, events}, {configName, config}} {
		if err := writeWhole(branch.path(f.name), f.data); err != nil {
			return err
		}
	}
	if err := d.copyFirst(branch, c.Epoch); err != nil {
		return err
	}
	k.dir = branch.path(checkpointsName)
	return k.save(c)
}

// copyFirst copies the checkpoint of epoch 0, which a run keeps always, if it is
// there still.
func (d directory) copyFirst(branch directory, epoch int) error {
	name := checkpointName(0)
	first, err := readFile(d.path(checkpointsName, name))
	switch {
	case epoch == 0 || errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return diskProblem("cannot read "+d.path(checkpointsName, name), err)
	}
	return writeWhole(branch.path(checkpointsName, name), first)
}

// firstLines are the lines of a journal that can be read, as long as take accepts
// them.
func firstLines[T any](path string, take func(T) bool) ([]byte, error) {
	data, err := readFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, diskProblem("cannot read "+path, err)
	}
	var kept []byte
	for line := range bytes.Lines(data) {
		var item T
		if !bytes.HasSuffix(line, []byte("\n")) || json.Unmarshal(line, &item) != nil {
			continue
		}
		if !take(item) {
			break
		}
		kept = append(kept, line...)
	}
	return kept, nil
}
