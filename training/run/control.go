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
	case Fix, Release:
		b.fixed = fixing(c)
		b.publish() // who moves a slider looks at the lattice
	case Respond:
		b.inspector.ask(c.Latent)
	case Inform:
		b.informant.ask(c.Spacing)
	case Coarsen:
		b.coarsener.ask(b.drawing())
	case Gather:
		b.gatherer.ask(b.drawing())
	case Examine:
		b.examiner.ask(c.Latent)
	case SetSampler:
		q.answer <- b.enable(c.Sampler)
		return
	case ResetChains, SetTrajectory, Tune:
		q.answer <- b.order(c)
		return
	default:
		b.pending = append(b.pending, q)
		return
	}
	q.answer <- nil
}

// drawing is that of the lattice that is shown.
func (b *conductor) drawing() drawing { return drawing{b.draw, b.fixed} }

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

// enable lets the chosen samplers work, and the judge beside them.
func (b *conductor) enable(choice Sampler) error {
	if *b.options.SamplerShare == 0 && choice != SamplerOff {
		return &problem{
			text: "the samplers have no share of the time",
			hint: "give them one at the start, as --sampler-share 0.05",
		}
	}
	b.sampler = choice
	for _, s := range b.background {
		s.enable(choice)
	}
	b.judge.enable(choice)
	b.note(samplerEvent, string(choice))
	b.unseen = true
	return nil
}

// order passes a command on to the samplers that it is for.
func (b *conductor) order(c Command) error {
	given := false
	for _, s := range b.background {
		if !c.names(s.space) || s.part() == 0 {
			continue
		}
		select {
		case s.orders <- c:
		default:
			return &problem{
				text: fmt.Sprintf("the %s sampler is still at work on earlier commands", s.space),
				hint: "try again in a moment",
			}
		}
		wake(s.wake)
		b.note(samplerEvent, fmt.Sprintf("%s: %s", s.space, c.orderText()))
		given = true
	}
	if !given {
		return &problem{text: "the sampler is off", hint: "start it first"}
	}
	return nil
}

// orderText says in words what a sampler is to do.
func (c Command) orderText() string {
	switch c.Kind {
	case ResetChains:
		return string(c.Start) + " start"
	case SetTrajectory:
		return fmt.Sprintf("%d leapfrogs of %.4g", c.Leapfrogs, c.Value)
	}
	return "tuning"
}
