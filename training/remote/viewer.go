package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"neuralrg/training/run"
)

// Viewer looks at a run from outside of its process. Its methods are for any
// goroutine.
type Viewer struct {
	dir    string
	record *run.Record // for the viewer's goroutine
	feed   *run.Feed[*run.Snapshot]
	leave  context.CancelFunc
	left   chan struct{} // closed when the viewer's goroutine has ended
	err    error         // why it ended; for after that

	mu         sync.Mutex
	connection Connection
	source     source
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
			return newViewer(dir, record, w, bySocket(owner), first), nil
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
	return newViewer(dir, record, newReader(record, c), c, first), nil
}

func bySocket(o *run.Owner) Connection { return Connection{How: Socket, Host: o.Host, PID: o.PID} }

// readOnly says why a live run is only read.
func readOnly(o *run.Owner, err error) string {
	if !o.Here {
		return fmt.Sprintf("it is live on %s and read by its files", o.Host)
	}
	return "it is read by its files: " + reason(err)
}

// connect connects to the socket of a run and waits for the first snapshot. A
// process of this host that has just taken the run gets a while to make it: until
// then there is no socket, or one that is just going.
func connect(ctx context.Context, dir string, owner *run.Owner) (*wire, *run.Snapshot, error) {
	deadline := time.Now().Add(patience)
	for {
		w, first, err := begin(ctx, dir)
		if err == nil {
			return w, first, nil
		}
		gone := errors.Is(err, errSilent) || hungUp(err)
		if !gone || !owner.Here || owner.Dead || time.Now().After(deadline) {
			return nil, nil, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// begin tries to connect once.
func begin(ctx context.Context, dir string) (*wire, *run.Snapshot, error) {
	c, err := dial(ctx, filepath.Join(dir, controlName))
	if err != nil {
		return nil, nil, errSilent
	}
	return newWire(ctx, c, dir, usual, peer(peerUser).trusts)
}

// errSilent says that there is no socket, or nobody at it.
var errSilent = errors.New("nobody answers at its socket")

// hungUp says that the other end closed a connection before it had said all.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// patience is how long a viewer waits for a socket.
const patience = time.Second

func newViewer(dir string, r *run.Record, s source, c Connection, first *run.Snapshot) *Viewer {
	v := &Viewer{
		dir: dir, record: r, feed: run.NewFeed[*run.Snapshot](), left: make(chan struct{}),
		source: s, connection: c,
	}
	v.feed.Publish(first)
	ctx, leave := context.WithCancel(context.Background())
	v.leave = leave
	go func() {
		defer close(v.left)
		defer v.feed.Close()
		defer r.Close()
		v.err = v.follow(ctx)
	}()
	return v
}

// follow publishes what the source has. A socket that is lost may have been lost
// because this process was suspended: then another connection is made. Else the
// files say what became of the run.
func (v *Viewer) follow(ctx context.Context) error {
	for {
		began := time.Now()
		err := v.source.follow(ctx, v.feed.Publish) // only this goroutine changes the source
		if err == nil || v.connection.How != Socket {
			return err
		}
		if time.Since(began) > patience && v.again(ctx) {
			continue
		}
		v.awaitDeath(ctx)
		return v.lastWord(err)
	}
}

// again connects once more to the run, if its process lives.
func (v *Viewer) again(ctx context.Context) bool {
	owner, err := run.OwnerOf(v.dir)
	if err != nil || owner == nil || owner.Dead {
		return false
	}
	w, first, err := connect(ctx, v.dir, owner)
	if err != nil {
		return false
	}
	v.mu.Lock()
	v.source, v.connection = w, bySocket(owner)
	v.mu.Unlock()
	v.feed.Publish(first) // now, for who sees it may give a command
	return true
}

// dying is how long a process may take to end that has closed its sockets: one
// that is killed does so first.
const dying = 10 * time.Second

// awaitDeath waits for the end of the process whose connection is lost, if it
// comes; this process has no end to wait for.
func (v *Viewer) awaitDeath(ctx context.Context) {
	for deadline := time.Now().Add(dying); time.Now().Before(deadline); {
		o, err := run.OwnerOf(v.dir)
		if err != nil || o == nil || o.Dead || !o.Here || o.PID != v.connection.PID || o.PID == os.Getpid() {
			return
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// lastWord publishes how the run ended, if it did, with the picture as it was.
// It returns an error if that is not as it should be.
func (v *Viewer) lastWord(lost error) error {
	files, err := v.record.Read()
	if err != nil || !files.Phase.Over() {
		return lost
	}
	last := *v.feed.Latest()
	last.Phase, last.Error, last.Hint = files.Phase, files.Error, files.Hint
	v.feed.Publish(&last)
	if files.Phase == run.Interrupted {
		return &problem{text: files.Error, hint: files.Hint}
	}
	return nil
}

// Feed carries the snapshots of the run. It has one from the beginning, and is
// closed when there can be no more of them: after one whose phase is over, when
// the connection is lost, and by Close. That of a run that was over at first
// stays open for the answers to what is asked of its flow.
func (v *Viewer) Feed() *run.Feed[*run.Snapshot] { return v.feed }

// Do gives the run a command, or refuses it if the viewer is read-only. What only
// looks at the flow, as run.Kind.Looks has it, a read-only viewer does itself, with
// the newest checkpoint.
func (v *Viewer) Do(c run.Command) error {
	v.mu.Lock()
	s := v.source
	v.mu.Unlock()
	return s.do(c)
}

// Connection says how the viewer is connected to the run.
func (v *Viewer) Connection() Connection {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.connection
}

// Err says why the feed was closed too early: the connection was lost, or the
// run was killed. It is nil while the feed is open, and if the run ended by
// itself or the viewer was closed.
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
