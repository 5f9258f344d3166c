package run

import (
	"fmt"
	"path/filepath"
	"slices"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/training"
)

// Trained is what a run has learnt so far.
type Trained struct {
	Config   Config
	Epoch    int // epochs done
	Flow     *model.Flow
	Energy   *physics.Ising
	Warnings []string // of checkpoints that were passed over

	state training.State
}

// Trainer goes on from there, by so many threads, as the run did or would have.
// It has no part in the run. The caller closes it.
func (t *Trained) Trainer(threads int) (*training.Trainer, error) {
	trainer, err := training.New(t.Config.Config, t.Energy, threads)
	if err != nil {
		return nil, err
	}
	if err := trainer.Restore(t.state); err != nil {
		trainer.Close()
		return nil, err
	}
	return trainer, nil
}

// Steered says that the learning rate was changed while the run was at work, so that
// its settings alone do not repeat it.
func (t *Trained) Steered() bool { return t.state.Rate != t.Config.Rate }

// Load returns what the newest valid checkpoint of the run in dir has, whether
// the run is over or at work. It changes nothing there.
func Load(dir string) (*Trained, error) {
	d := directory(dir)
	if err := d.checkOurs("give the directory of a run, such as train --dir makes"); err != nil {
		return nil, err
	}
	config, err := ReadConfig(d.path(configName))
	if err != nil {
		return nil, err
	}
	like, err := model.New(config.Shape, config.Seed)
	if err != nil {
		return nil, err
	}
	energy, err := physics.NewIsing(config.L, config.Temperature)
	if err != nil {
		return nil, err
	}
	c, found, bad, err := newCheckpoints(d.path(checkpointsName), config, like).load()
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &problem{
			text: fmt.Sprintf("%s has no checkpoint", d),
			hint: fmt.Sprintf("train it first: neuralrg train --resume --dir %s", ShellWord(string(d))),
		}
	}
	flow, err := model.Restore(config.Shape, c.Params, c.Masks)
	if err != nil {
		return nil, err
	}
	t := &Trained{Config: config, Epoch: c.Epoch, Flow: flow, Energy: energy, state: c.State}
	for _, s := range bad {
		t.Warnings = append(t.Warnings, s.String())
	}
	return t, nil
}

// LoadKept returns what the run in dir had learnt at each of the checkpoints
// that it has kept and that are valid, the oldest first. The last is that of
// Load, which says what is wrong with the others.
func LoadKept(dir string) ([]*Trained, error) {
	newest, err := Load(dir)
	if err != nil {
		return nil, err
	}
	k := newCheckpoints(directory(dir).path(checkpointsName), newest.Config, newest.Flow)
	epochs, err := k.epochs()
	if err != nil {
		return nil, err
	}
	var kept []*Trained
	for _, epoch := range slices.Backward(epochs) {
		if epoch >= newest.Epoch {
			break
		}
		c, err := k.read(filepath.Join(k.dir, checkpointName(epoch)))
		if err != nil || c.Epoch != epoch {
			continue
		}
		flow, err := model.Restore(newest.Config.Shape, c.Params, c.Masks)
		if err != nil {
			return nil, err
		}
		kept = append(kept, &Trained{Config: newest.Config, Epoch: epoch, Flow: flow, Energy: newest.Energy, state: c.State})
	}
	return append(kept, newest), nil
}
