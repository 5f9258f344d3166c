package remote

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"neuralrg/training/run"
)

// Viewer looks at a run from outside of its process. Its methods are for any
// goroutine.
type Viewer struct {
	connection Connection
	feed       *run.Feed[*run.Snapshot]
	source     source
	leave      context.CancelFunc
	left       chan struct{} // closed when the viewer's goroutine has ended
	err        error         // why it ended; for after that
}

// source is where a viewer gets its snapshots from.
type source interface {
	// follow publishes snapshots until the run is over, or ctx is done, or it
	// cannot go on, which is an error.
	follow(ctx context.Context, publish func(*run.Snapshot)) error
	do(run.Command) error
}

// Open opens the run in a directory for looking at: by its socket if somebody
// answers there; else by its files, be it that the run lives on another host or
// speaks another protocol, or that it is over. The feed has a snapshot when Open
// returns. An error says that there is no run in the directory, or that it
// cannot be read, or that ctx is done.
func Open(ctx context.Context, dir string) (*Viewer, error) {
	record, err := run.OpenRecord(dir)
	if err != nil {
		return nil, err
	}
	owner, err := run.OwnerOf(dir)
	if err != nil {
		return nil, err
	}
	why := ""
	if owner != nil {
		w, first, err := connect(ctx, dir, owner)
		if err == nil {
			c := Connection{How: Socket, Host: owner.Host, PID: owner.PID}
			return newViewer(w, c, first), nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		why = readOnly(owner, err)
	}
	first, err := record.Read()
	if err != nil {
		return nil, err
	}
	c := Connection{How: Files, ReadOnly: true, Why: why}
	switch {
	case first.Phase.Over():
		c.How, c.Why = Over, "the run is over"
	case owner != nil:
		c.Host, c.PID = owner.Host, owner.PID
	}
	return newViewer(newReader(record, c), c, first), nil
}

// readOnly says why a live run is only read.
func readOnly(o *run.Owner, err error) string {
	if !o.Here {
		return fmt.Sprintf("it is live on %s and read by its files", o.Host)
	}
	return fmt.Sprintf("it is read by its files: %v", err)
}

// connect connects to the socket of a run and waits for the first snapshot. A
// process of this host that has just taken the run gets a while to make it.
func connect(ctx context.Context, dir string, owner *run.Owner) (*wire, *run.Snapshot, error) {
	control := filepath.Join(dir, controlName)
	deadline := time.Now().Add(patience)
	for {
		c, err := dial(ctx, control)
		if err == nil {
			return newWire(ctx, c, dir, usual, peer(peerUser).trusts)
		}
		if !owner.Here || owner.Dead || time.Now().After(deadline) {
			return nil, nil, fmt.Errorf("nobody answers at its socket")
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// patience is how long a viewer waits for a socket.
const patience = time.Second

func newViewer(s source, c Connection, first *run.Snapshot) *Viewer {
	v := &Viewer{connection: c, feed: run.NewFeed[*run.Snapshot](), source: s, left: make(chan struct{})}
	v.feed.Publish(first)
	ctx, leave := context.WithCancel(context.Background())
	v.leave = leave
	go func() {
		defer close(v.left)
		defer v.feed.Close()
		v.err = s.follow(ctx, v.feed.Publish)
	}()
	return v
}

// Feed carries the snapshots of the run. It has one from the beginning, and is
// closed when there can be no more of them: after one whose phase is over, when
// the connection is lost, and by Close. That of a run that was over at first
// stays open for the answers to what is asked of its flow.
func (v *Viewer) Feed() *run.Feed[*run.Snapshot] { return v.feed }

// Do gives the run a command, or refuses it if the viewer is read-only. The
// response of a latent and a fresh draw of the lattice are computed by a
// read-only viewer itself, of the newest checkpoint.
func (v *Viewer) Do(c run.Command) error { return v.source.do(c) }

// Connection says how the viewer is connected to the run.
func (v *Viewer) Connection() Connection { return v.connection }

// Err says why the feed was closed: nil while it is not, and if the run is over
// or the viewer was closed.
func (v *Viewer) Err() error {
	select {
	case <-v.left:
		return v.err
	default:
		return nil
	}
}

// Close leaves the run. No goroutine of the viewer is left then.
func (v *Viewer) Close() {
	v.leave()
	<-v.left
}

// errLost answers a command that can no longer be sent.
var errLost = &problem{
	text: "the connection to the run is lost",
	hint: "see whether its process lives, then attach again",
}

// errOver answers a command for a run that is over.
var errOver = &problem{text: "the run is over", hint: "continue it with --resume, if it is not finished"}
