package report

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"neuralrg/model"
	"neuralrg/training"
	"neuralrg/training/run"
)

// trainedAgain are the epochs whose flows are trained again for their samples, if
// they were not kept, and mostAgain how much work that may be: fields that are drawn
// for it, which take a second a million and core.
var trainedAgain = []int{10, 30, 100, 300}

const mostAgain = 1 << 24

// learner is a flow on its way.
type learner struct {
	epoch int
	again bool // it is no checkpoint's
	flow  *model.Flow
}

// learners are the flows of all checkpoints that are kept, and between them some of
// early epochs, when most is learnt. These are trained again from the checkpoint
// of epoch 0, which comes to the same bits.
func (m *material) learners(ctx context.Context) ([]learner, error) {
	var all []learner
	for _, k := range m.kept {
		all = append(all, learner{epoch: k.Epoch, flow: k.Flow})
	}
	first := m.kept[0]
	if first.Epoch != 0 || m.trained.Steered() {
		return all, nil
	}
	again, err := m.trainAgain(ctx, first)
	all = append(all, again...)
	slices.SortFunc(all, func(a, b learner) int { return a.epoch - b.epoch })
	return all, err
}

// trainAgain are the flows of trainedAgain before the second that is kept.
func (m *material) trainAgain(ctx context.Context, first *run.Trained) (flows []learner, err error) {
	c := first.Config
	last := min(m.secondKept()-1, mostAgain/(c.Batch*c.Sites()))
	t, err := first.Trainer(m.Threads)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	for _, epoch := range trainedAgain {
		if epoch > last {
			break
		}
		for t.Epoch() < epoch {
			m.tell(fmt.Sprintf("training again, epoch %d", t.Epoch()+1))
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if _, err := t.Step(); errors.Is(err, training.ErrDiverged) {
				return flows, nil
			} else if err != nil {
				return nil, err
			}
		}
		flow, err := model.Restore(c.Shape, slices.Clone(t.Flow().Params), slices.Clone(t.Flow().Masks))
		if err != nil {
			return nil, err
		}
		flows = append(flows, learner{epoch, true, flow})
	}
	return flows, nil
}

// secondKept is the epoch of the second checkpoint that is kept, or that of the
// only one.
func (m *material) secondKept() int { return m.kept[min(1, len(m.kept)-1)].Epoch }
