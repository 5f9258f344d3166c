package run

import (
	"fmt"
	"time"
)

// take answers a command, or puts it off to the end of the epoch.
func (b *conductor) take(q request) {
	switch c := q.command; c.Kind {
	case Stop:
		b.stop()
	case Redraw:
		b.draw++
		b.unseen = true
		b.note("redraw", fmt.Sprintf("draw %d", b.draw))
	case Respond:
		b.inspector.ask(c.Latent)
	case SetSampler:
		b.sampler = c.Sampler
		for _, s := range b.background {
			s.enable(c.Sampler)
		}
		b.note("sampler", string(c.Sampler))
	default:
		b.pending = append(b.pending, q)
		return
	}
	q.answer <- nil
}

// serve does the commands that need the trainer at rest.
func (b *conductor) serve() {
	for _, q := range b.pending {
		q.answer <- b.do(q.command)
	}
	b.pending = b.pending[:0]
}

func (b *conductor) do(c Command) error {
	if b.stopping {
		return errOver
	}
	switch c.Kind {
	case Pause:
		b.freeze(time.Now())
		b.enter(Paused)
	case Resume:
		b.mark = time.Now()
		b.enter(Training)
	case SetRate:
		if err := b.trainer.SetRate(c.Value); err != nil {
			return err
		}
		b.rest()
		b.note("rate", fmt.Sprintf("learning rate %v", c.Value))
	case Save:
		b.requestSave()
		b.keep(time.Now())
	}
	return nil
}

// stop makes the present epoch the last.
func (b *conductor) stop() {
	b.stopping = true
	b.enter(Stopping)
}
