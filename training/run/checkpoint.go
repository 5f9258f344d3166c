package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"neuralrg/model"
	"neuralrg/training"
)

// checkpoint is all that a run needs to go on as if it had never stopped.
type checkpoint struct {
	training.State
	Seconds float64 // of training so far
	Events  int     // lines of events.jsonl that happened before it
	Draw    int     // of the lattice's latents
	Sampler Sampler // as chosen live
	Gap     float64 // smoothed over the epochs before it; infinite if it is not known
}

// gapWindow is how many epochs a gap is smoothed over.
const gapWindow = 100

// smooth follows the gap: its mean at first, and then a mean that forgets, by a
// hundredth with each epoch.
func smooth(gap float64, m Metrics) float64 {
	if math.IsInf(gap, 0) || math.IsNaN(gap) {
		return m.Gap
	}
	return gap + (m.Gap-gap)/float64(min(m.Epoch, gapWindow))
}

// checkpoints is the folder of the checkpoints of one run.
type checkpoints struct {
	dir     string
	config  Config
	tensors []model.Tensor
	params  int // numbers in a flow
	masks   int
}

// newCheckpoints describes the checkpoints of runs with a flow of this kind.
func newCheckpoints(dir string, c Config, f *model.Flow) checkpoints {
	return checkpoints{dir: dir, config: c, tensors: f.Tensors(), params: len(f.Params), masks: len(f.Masks)}
}

// checkpointName is the file name of the checkpoint of an epoch.
func checkpointName(epoch int) string { return fmt.Sprintf("%06d.npz", epoch) }

// epochOf is the epoch of a checkpoint with this file name. It is not ok if no
// checkpoint has such a name.
func epochOf(name string) (epoch int, ok bool) {
	epoch, err := strconv.Atoi(strings.TrimSuffix(name, ".npz"))
	return epoch, err == nil && epoch >= 0 && checkpointName(epoch) == name
}

// encode makes the file of a checkpoint. It has the arrays
//
//	format, epoch, events, draw   integers
//	lr, seconds, gap              float64
//	sampler, config               text, as bytes; config is config.json
//	masks                         a byte a coupling: bit v is set if value v of a block is kept
//	parameters/NAME               float32, with the names of the flow's tensors
//	adam_m/NAME, adam_v/NAME      Adam's moments of the same
func (k checkpoints) encode(c checkpoint) ([]byte, error) {
	config, err := k.config.encode()
	if err != nil {
		return nil, err
	}
	a := newArchive()
	a.add("format", int64(Format))
	a.add("epoch", int64(c.Epoch))
	a.add("events", int64(c.Events))
	a.add("draw", int64(c.Draw))
	a.add("lr", c.Rate)
	a.add("seconds", c.Seconds)
	a.add("gap", c.Gap)
	a.add("sampler", []byte(c.Sampler), len(c.Sampler))
	a.add("config", config, len(config))
	a.add("masks", c.Masks, len(c.Masks))
	for _, g := range groups(&c.State) {
		for _, t := range k.tensors {
			a.add(g.prefix+t.Name, part(*g.values, t), t.Shape...)
		}
	}
	return a.seal()
}

// group is a vector of a state that is divided into tensors, and the name that
// the arrays of it begin with.
type group struct {
	prefix string
	values *[]float32
}

func groups(s *training.State) [3]group {
	return [3]group{{"parameters/", &s.Params}, {"adam_m/", &s.M}, {"adam_v/", &s.V}}
}

// part is the piece of a vector that belongs to a tensor.
func part(values []float32, t model.Tensor) []float32 {
	return values[t.Offset : t.Offset+t.Size()]
}

// decode reads the file of a checkpoint, after checking every byte of it.
func (k checkpoints) decode(file []byte) (checkpoint, error) {
	arrays, err := openArchive(file)
	if err != nil {
		return checkpoint{}, err
	}
	return k.fromArrays(arrays)
}

func (k checkpoints) fromArrays(arrays map[string][]byte) (checkpoint, error) {
	var format, epoch, events, draw int64
	if err := readArray(arrays, "format", &format); err != nil {
		return checkpoint{}, err
	}
	if format > Format {
		return checkpoint{}, newerCheckpoint(format, arrays)
	}
	if err := k.checkSettings(arrays); err != nil {
		return checkpoint{}, err
	}
	c := checkpoint{State: training.State{
		Params: make([]float32, k.params),
		M:      make([]float32, k.params),
		V:      make([]float32, k.params),
		Masks:  make([]uint8, k.masks),
	}}
	scalars := map[string]any{"epoch": &epoch, "events": &events, "draw": &draw, "lr": &c.Rate, "seconds": &c.Seconds}
	for name, dst := range scalars {
		if err := readArray(arrays, name, dst); err != nil {
			return checkpoint{}, err
		}
	}
	c.Gap = math.Inf(1)
	if _, ok := arrays["gap"]; ok { // the first programs did not write it
		if err := readArray(arrays, "gap", &c.Gap); err != nil {
			return checkpoint{}, err
		}
	}
	if err := readArray(arrays, "masks", c.Masks, k.masks); err != nil {
		return checkpoint{}, err
	}
	for _, g := range groups(&c.State) {
		for _, t := range k.tensors {
			if err := readArray(arrays, g.prefix+t.Name, part(*g.values, t), t.Shape...); err != nil {
				return checkpoint{}, err
			}
		}
	}
	sampler, err := readBytes(arrays, "sampler")
	if err != nil {
		return checkpoint{}, err
	}
	c.Epoch, c.Events, c.Draw, c.Sampler = int(epoch), int(events), int(draw), Sampler(sampler)
	return c, c.validate()
}

// newerCheckpoint refuses a checkpoint that a later program wrote.
func newerCheckpoint(format int64, arrays map[string][]byte) error {
	var writer struct {
		Version string `json:"version"`
	}
	config, _ := readBytes(arrays, "config") // as far as it is where it was
	_ = json.Unmarshal(config, &writer)
	return newerFormat(strconv.FormatInt(format, 10), writer.Version)
}

// validate refuses numbers that no run has.
func (c checkpoint) validate() error {
	if min(c.Epoch, c.Events, c.Draw) < 0 || !(c.Seconds >= 0) {
		return fmt.Errorf("epoch %d, event %d, draw %d or second %v is out of range", c.Epoch, c.Events, c.Draw, c.Seconds)
	}
	if err := validateRate(c.Rate); err != nil {
		return err
	}
	return c.Sampler.validate()
}

// save writes a checkpoint and then removes those that are no longer needed.
func (k checkpoints) save(c checkpoint) error {
	file, err := k.encode(c)
	if err != nil {
		return err
	}
	// The folder may have been removed. The run directory is not made again.
	if err := disk.mkdir(k.dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return diskProblem("cannot make "+k.dir, err)
	}
	if err := writeWhole(filepath.Join(k.dir, checkpointName(c.Epoch)), file); err != nil {
		return err
	}
	k.thin(c.Epoch)
	return nil
}

// newestKept is how many checkpoints stay, besides the best and that of epoch 0.
const newestKept = 3

// thin removes checkpoints that are old when the newest is of this epoch. What
// stands beyond it is none of this run. One that cannot be removed harms nobody.
func (k checkpoints) thin(newest int) {
	epochs, err := k.epochs()
	if err != nil {
		return
	}
	epochs = slices.DeleteFunc(epochs, func(epoch int) bool { return epoch > newest })
	old := epochs[min(newestKept, len(epochs)):]
	best := k.best(old)
	for _, epoch := range old {
		if epoch != 0 && epoch != best {
			_ = disk.remove(filepath.Join(k.dir, checkpointName(epoch)))
		}
	}
}

// best is the epoch whose checkpoint has the smallest gap, the newest of equals.
// If none of them says its gap it is 0.
func (k checkpoints) best(epochs []int) int {
	best, smallest := 0, math.Inf(1)
	for _, epoch := range epochs {
		c, err := k.read(filepath.Join(k.dir, checkpointName(epoch)))
		if err == nil && c.Gap < smallest {
			best, smallest = epoch, c.Gap
		}
	}
	return best
}

// epochs lists the epochs that have a checkpoint, the newest first. A folder
// that is not there has none.
func (k checkpoints) epochs() ([]int, error) {
	entries, err := os.ReadDir(k.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, diskProblem("cannot read "+k.dir, err)
	}
	var epochs []int
	for _, e := range entries {
		if epoch, ok := epochOf(e.Name()); ok {
			epochs = append(epochs, epoch)
		}
	}
	slices.SortFunc(epochs, func(a, b int) int { return b - a })
	return epochs, nil
}

// skipped is a checkpoint that cannot be used.
type skipped struct{ path, reason string }

func (s skipped) String() string {
	return fmt.Sprintf("checkpoint %s is not used: %s", s.path, s.reason)
}

// damaged ends the name of a checkpoint that was skipped, so that it no longer
// counts as one.
const damaged = ".damaged"

// setAside renames the file. One that keeps its name is skipped again.
func (s skipped) setAside() { _ = disk.rename(s.path, s.path+damaged) }

// load returns the newest checkpoint that is valid, and each newer one that is
// not. found is false if there are none at all. It is an error if the newest is
// of a run with other settings.
func (k checkpoints) load() (c checkpoint, found bool, bad []skipped, err error) {
	epochs, err := k.epochs()
	if err != nil {
		return checkpoint{}, false, nil, err
	}
	for _, epoch := range epochs {
		path := filepath.Join(k.dir, checkpointName(epoch))
		c, err := k.read(path)
		if err == nil && c.Epoch != epoch {
			err = fmt.Errorf("it is of epoch %d", c.Epoch)
		}
		switch {
		case err == nil:
			return c, true, bad, nil
		case errors.As(err, new(otherProblem)):
			return checkpoint{}, false, bad, err
		case errors.As(err, new(laterFormat)): // it is not damaged: to go back would lose epochs
			return checkpoint{}, false, bad, &problem{text: path, hint: hintOf(err), cause: err}
		}
		bad = append(bad, skipped{path, reason(err)})
	}
	if len(bad) > 0 {
		return checkpoint{}, false, bad, &problem{
			text: fmt.Sprintf("none of the checkpoints in %s can be used; %v", k.dir, bad[0]),
			hint: "bring one back from a copy, or start the run again in another --dir",
		}
	}
	return checkpoint{}, false, nil, nil
}

func (k checkpoints) read(path string) (checkpoint, error) {
	file, err := readFile(path)
	if err != nil {
		return checkpoint{}, err
	}
	return k.decode(file)
}
