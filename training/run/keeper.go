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

	metricsKept atomic.Int64 // lines that are in the file
	eventsKept  atomic.Int64 // likewise
	written     *checkpoint  // the newest in a file
	saved       atomic.Int64
}

// ledger is what the directory should hold and may not hold yet. No line leaves
// a backlog before the keeper says that it is in the file, and save stays until
// another takes its place, so a keeper that is slow may miss a ledger, but
// nothing that was in it.
type ledger struct {
	metrics backlog[Metrics]
	events  backlog[Event]
	save    *checkpoint
}

// same says that two ledgers of one run end with the same.
func (l ledger) same(o ledger) bool {
	return l.metrics.end() == o.metrics.end() && l.events.end() == o.events.end() && l.save == o.save
}

// openKeeper opens the journals of a directory, which hold so many lines of
// metrics and events.
func openKeeper(d directory, l *lease, k checkpoints, metricsKept, eventsKept int) (*keeper, error) {
	metrics, err := openJournal(d.path(metricsName))
	if err != nil {
		return nil, err
	}
	events, err := openJournal(d.path(eventsName))
	if err != nil {
		return nil, errors.Join(err, metrics.close())
	}
	kept := &keeper{lease: l, checkpoints: k, metrics: metrics, events: events}
	kept.metricsKept.Store(int64(metricsKept))
	kept.eventsKept.Store(int64(eventsKept))
	return kept, nil
}

// follow writes each ledger until the feed ends, and calls progress after each
// checkpoint. What cannot be written for want of a descriptor waits for the next
// ledger. When something else cannot be written it calls fail and leaves the
// rest, but for the last checkpoint: the journals may lack room for a line where
// the state still fits.
func (k *keeper) follow(ledgers *Feed[ledger], progress func(), fail func(error)) {
	defer k.close()
	failed := false
	var last ledger
	for last = range ledgers.Follow(context.Background()) {
		if failed {
			continue
		}
		before := k.written
		if err := k.write(last); err != nil && !passes(err) {
			failed = true
			fail(err)
		}
		if k.written != before {
			progress()
		}
	}
	if failed && k.lease.check() == nil {
		_ = k.save(last.save) // why the run failed is known already
	}
	if !failed {
		if err := k.write(last); err != nil { // nothing comes after it
			fail(err)
		}
	}
}

// write brings the directory up to a ledger: the lines first, and on the disk
// itself, so that a checkpoint never stands without the epochs before it.
func (k *keeper) write(l ledger) error {
	if err := k.lease.check(); err != nil {
		return err
	}
	if err := catchUp(k.metrics, l.metrics, &k.metricsKept); err != nil {
		return err
	}
	if err := catchUp(k.events, l.events, &k.eventsKept); err != nil {
		return err
	}
	if l.save == nil || l.save == k.written {
		return nil
	}
	if err := errors.Join(k.metrics.sync(), k.events.sync()); err != nil {
		return err
	}
	if err := k.lease.check(); err != nil { // to sync may have taken long
		return err
	}
	return k.save(l.save)
}

// catchUp writes the lines of a backlog that are not in the file yet, and says
// how many are there then.
func catchUp[T any](j *journal, b backlog[T], kept *atomic.Int64) error {
	if err := appendLines(j, b.after(int(kept.Load()))); err != nil {
		return err
	}
	kept.Store(int64(b.end()))
	return nil
}

// save writes a checkpoint, unless it is written or there is none.
func (k *keeper) save(c *checkpoint) error {
	if c == nil || c == k.written {
		return nil
	}
	if err := k.checkpoints.save(*c); err != nil {
		return err
	}
	k.written = c
	k.saved.Store(int64(c.Epoch))
	return nil
}

// close closes the journals: every line is in them already.
func (k *keeper) close() { _ = errors.Join(k.metrics.close(), k.events.close()) }
