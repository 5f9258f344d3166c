package remote

import (
	"context"
	"fmt"
	"time"

	"neuralrg/training/run"
)

// reader is the source that reads files.
type reader struct {
	record     *run.Record
	connection Connection
	orders     chan request
	left       chan struct{} // closed when that goroutine has ended
}

// request is a command on its way to the goroutine that has the record.
type request struct {
	command run.Command
	answer  chan error // has room for the one answer
}

func newReader(r *run.Record, c Connection) *reader {
	return &reader{record: r, connection: c, orders: make(chan request), left: make(chan struct{})}
}

// readEvery is the time between two looks at the files of a live run.
const readEvery = time.Second

// readTries is how often in succession the files of a live run may be out of
// reach: a file server may come back.
const readTries = 5

// follow reads the files of a live run until it is over, and answers what can
// be asked of a checkpoint.
func (r *reader) follow(ctx context.Context, publish func(*run.Snapshot)) error {
	defer close(r.left)
	var tick <-chan time.Time
	if r.connection.How == Files {
		ticker := time.NewTicker(readEvery)
		defer ticker.Stop()
		tick = ticker.C
	}
	for failures := 0; ; {
		answer := func() {}
		select {
		case <-tick:
		case <-r.record.News():
		case q := <-r.orders:
			err := r.record.Do(q.command)
			answer = func() { q.answer <- err }
		case <-ctx.Done():
			return nil
		}
		s, err := r.record.Read()
		if err == nil {
			failures = 0
			publish(s)
		} else {
			failures++
		}
		answer() // now that it shows
		switch {
		case failures == readTries:
			return err
		case err == nil && r.connection.How == Files && s.Phase.Over():
			return nil
		}
	}
}

func (r *reader) do(c run.Command) error {
	if !c.Kind.Looks() {
		if r.connection.How == Over {
			return errOver
		}
		return &problem{text: "this view is read-only: " + r.connection.Why, hint: hintReadOnly(r.connection)}
	}
	q := request{c, make(chan error, 1)}
	select {
	case r.orders <- q:
		return <-q.answer
	case <-r.left:
		return errLost
	}
}

func hintReadOnly(c Connection) string {
	return fmt.Sprintf("attach on %s, where its process %d is, with the same version of the program", c.Host, c.PID)
}
