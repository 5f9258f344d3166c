package run

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path/filepath"

	"neuralrg/model"
	"neuralrg/training"
)

// Origin says where the starting parameters of a run are from. They are in the
// run's own checkpoint of epoch 0 too, so that nothing needs the other run.
type Origin struct {
	Dir        string `json:"dir"`        // of the other run
	Epoch      int    `json:"epoch"`      // epochs that they had learnt there
	Parameters string `json:"parameters"` // checksum of what this run begins with
}

// Beginning is a flow that a new run takes its starting parameters from.
type Beginning struct {
	Config Config // of the run that it is from
	flow   *model.Flow
	origin Origin
}

// BeginFrom makes a beginning of the newest valid checkpoint of the run in dir.
func BeginFrom(dir string) (*Beginning, error) {
	t, err := Load(dir)
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		path = dir
	}
	return &Beginning{Config: t.Config, flow: t.Flow, origin: Origin{Dir: path, Epoch: t.Epoch}}, nil
}

// BeginLike makes the beginning that the run of a config.json had: it is nil if
// that began with new parameters. They are looked for in the folder of the file,
// and then where they came from.
func BeginLike(path string, c Config) (*Beginning, error) {
	if c.From == nil {
		return nil, nil
	}
	for _, place := range []struct {
		dir   string
		epoch int
	}{{filepath.Dir(path), 0}, {c.From.Dir, c.From.Epoch}} {
		if flow, err := startingFlow(place.dir, place.epoch, c); err == nil {
			return &Beginning{Config: c, flow: flow, origin: *c.From}, nil
		}
	}
	return nil, &problem{
		text: fmt.Sprintf("the parameters that the run of %s began with are neither beside it nor in %s", path, c.From.Dir),
		hint: fmt.Sprintf("put %s beside it, or name a run to begin with by --from", filepath.Join(checkpointsName, checkpointName(0))),
	}
}

// startingFlow is what a run with this configuration began with, from a
// checkpoint of the run in dir, if that has it.
func startingFlow(dir string, epoch int, c Config) (*model.Flow, error) {
	d := directory(dir)
	had, err := ReadConfig(d.path(configName))
	if err != nil {
		return nil, err
	}
	like, err := model.New(had.Shape, had.Seed)
	if err != nil {
		return nil, err
	}
	saved, err := newCheckpoints("", had, like).read(d.path(checkpointsName, checkpointName(epoch)))
	if err != nil {
		return nil, err
	}
	flow, err := model.Restore(had.Shape, saved.Params, saved.Masks)
	if err != nil {
		return nil, err
	}
	if flow, err = flow.Transfer(c.Shape); err != nil {
		return nil, err
	}
	if fingerprint(flow) != c.From.Parameters {
		return nil, fmt.Errorf("the checkpoint of epoch %d in %s has other parameters", epoch, dir)
	}
	return flow, nil
}

// StartFrom is Start with the parameters and masks of a beginning, and Adam's
// moments as new. The flow may be of a larger lattice; see model.Flow.Transfer.
func StartFrom(ctx context.Context, dir string, c Config, from *Beginning, o Options) (*Run, error) {
	flow, c, err := from.of(c)
	if err != nil {
		return nil, err
	}
	return begin(ctx, dir, c, o, func(b *conductor, ctx context.Context) error {
		if err := b.beginWith(flow); err != nil {
			return err
		}
		return b.create(ctx)
	})
}

// Of is the configuration of a run that has these settings and this beginning,
// which BeginLike finds again.
func (from *Beginning) Of(c Config) (Config, error) {
	_, c, err := from.of(c)
	return c, err
}

// of returns what a run with these settings begins with, too.
func (from *Beginning) of(c Config) (*model.Flow, Config, error) {
	flow, err := from.flow.Transfer(c.Shape)
	if err != nil {
		return nil, c, &problem{text: err.Error(), hint: hintOf(err), usage: true}
	}
	origin := from.origin
	origin.Parameters = fingerprint(flow)
	c.From = &origin
	return flow, c, nil
}

// Suits says why a run with this configuration cannot begin so, if it cannot.
func (b *Beginning) Suits(c Config) error {
	_, err := b.transfer(c)
	return err
}

func (b *Beginning) transfer(c Config) (*model.Flow, error) {
	flow, err := b.flow.Transfer(c.Shape)
	if err != nil {
		return nil, &problem{text: err.Error(), hint: hintOf(err), usage: true}
	}
	return flow, nil
}

// beginAgain makes the trainer what it was at the beginning of the run.
func (b *conductor) beginAgain() error {
	from, err := BeginLike(b.dir.path(configName), b.config)
	if err != nil || from == nil {
		return err
	}
	return b.beginWith(from.flow)
}

// beginWith gives the trainer the parameters of a flow.
func (b *conductor) beginWith(flow *model.Flow) error {
	n := len(flow.Params)
	return b.trainer.Restore(training.State{
		Rate:   b.config.Rate,
		Params: flow.Params,
		Masks:  flow.Masks,
		M:      make([]float32, n),
		V:      make([]float32, n),
	})
}

// fingerprint is a checksum of the parameters and masks of a flow.
func fingerprint(f *model.Flow) string {
	h := sha256.New()
	_ = binary.Write(h, binary.LittleEndian, f.Params) // a hash takes everything
	_, _ = h.Write(f.Masks)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
