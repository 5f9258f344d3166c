package run

import (
	"fmt"

	"neuralrg/model"
	"neuralrg/physics"
)

// Trained is what a run has learnt so far.
type Trained struct {
	Config   Config
	Epoch    int // epochs done
	Flow     *model.Flow
	Energy   *physics.Ising
	Warnings []string // of checkpoints that were passed over
}

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
			hint: fmt.Sprintf("train it first: neuralrg train --resume --dir %s", d),
		}
	}
	flow, err := model.Restore(config.Shape, c.Params, c.Masks)
	if err != nil {
		return nil, err
	}
	t := &Trained{Config: config, Epoch: c.Epoch, Flow: flow, Energy: energy}
	for _, s := range bad {
		t.Warnings = append(t.Warnings, s.String())
	}
	return t, nil
}
