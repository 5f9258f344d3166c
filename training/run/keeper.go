package run

import (
	"context"
	"errors"
	"sync/atomic"
)

// keeper is the follower of a run that writes its directory. It is the only
// one that writes there once the run has begun, except for the heartbeat.
type keeper struct {
	lease       *lease
	checkpoints checkpoints
	metrics     *journal
	events      *journal

	metricsKept int         // lines of the ledger that are in the file
	eventsKept  int         // likewise
	written     *checkpoint // the newest in a file
	saved       atomic.Int64
}

// ledger is what the directory should hold. The slices only grow from one
// ledger to the next, and save stays until another takes its place, so a keeper
// that is slow may miss a ledger, but nothing that was in it.
type ledger struct {
	metrics []Metrics
	events  []Event
	save    *checkpoint
}

// same says that two ledgers of one run hold the same.
func (l ledger) same(o ledger) bool {
	return len(l.metrics) == len(o.metrics) && len(l.events) == len(o.events) && l.save == o.save
}

// openKeeper opens the journals of a directory that hold the first lines of a
// ledger already.
func openKeeper(d directory, l *lease, k checkpoints, kept ledger) (*keeper, error) {
	metrics, err := openJournal(d.path(metricsName))
	if err != nil {
		return nil, err
	}
	events, err := openJournal(d.path(eventsName))
	if err != nil {
		return nil, errors.Join(err, metrics.close())
	}
	return &keeper{
		lease: l, checkpoints: k, metrics: metrics, events: events,
		metricsKept: len(kept.metrics), eventsKept: len(kept.events),
	}, nil
}

// follow writes each ledger until the feed ends, or until something cannot be
// written. progress is called after each checkpoint.
func (k *keeper) follow(ledgers *Feed[ledger], progress func()) error {
	defer k.close()
	for l := range ledgers.Follow(context.Background()) {
		before := k.written
		if err := k.write(l); err != nil {
			return err
		}
		if k.written != before {
			progress()
		}
	}
	return nil
}

// write brings the directory up to a ledger: the lines first, and on the disk
// itself, so that a checkpoint never stands without the epochs before it.
func (k *keeper) write(l ledger) error {
	if err := k.lease.check(); err != nil {
		return err
	}
	if err := appendLines(k.metrics, l.metrics[k.metricsKept:]); err != nil {
		return err
	}
	k.metricsKept = len(l.metrics)
	if err := appendLines(k.events, l.events[k.eventsKept:]); err != nil {
		return err
	}
	k.eventsKept = len(l.events)
	if l.save == nil || l.save == k.written {
		return nil
	}
	if err := errors.Join(k.metrics.sync(), k.events.sync()); err != nil {
		return err
	}
	if err := k.checkpoints.save(*l.save); err != nil {
		return err
	}
	k.written = l.save
	k.saved.Store(int64(l.save.Epoch))
	return nil
}

// close closes the journals: every line is in them already.
func (k *keeper) close() { _ = errors.Join(k.metrics.close(), k.events.close()) }
