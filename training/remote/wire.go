package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"neuralrg/training/run"
)

// wire is the source that has the socket of a run.
type wire struct {
	conn    *net.UnixConn
	dir     string // of the run, as it is known here
	limits  limits
	latest  *run.Snapshot
	over    bool // latest is the last
	writing sync.Mutex

	asking  sync.Mutex
	waiting map[uint64]chan error // of those who wait for an answer; nil when there are no more
	orders  uint64
}

// newWire greets the server at the other end and waits for the first snapshot.
// It closes the connection if there is none.
func newWire(ctx context.Context, c *net.UnixConn, dir string, l limits, trusts func(*net.UnixConn) error) (*wire, *run.Snapshot, error) {
	w := &wire{conn: c, dir: dir, limits: l, latest: new(run.Snapshot), waiting: map[uint64]chan error{}}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	first, err := w.begin(trusts)
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		_ = c.Close()
		return nil, nil, err
	}
	return w, first, nil
}

// begin waits for no part of the beginning for ever.
func (w *wire) begin(trusts func(*net.UnixConn) error) (*run.Snapshot, error) {
	if err := trusts(w.conn); err != nil {
		return nil, err
	}
	if err := w.conn.SetDeadline(time.Now().Add(w.limits.hello)); err != nil {
		return nil, err
	}
	frame, err := encode(newHello(), maxOrder)
	if err != nil {
		return nil, err
	}
	_, unsent := w.conn.Write(frame)
	var theirs hello
	if err := decode(w.conn, &theirs, maxReport); err != nil {
		return nil, err
	}
	if err := theirs.check(); err != nil {
		return nil, err
	}
	if unsent != nil { // for another reason than that who refuses had hung up
		return nil, unsent
	}
	first, err := w.next()
	if err != nil {
		return nil, err
	}
	if first == nil {
		return nil, errors.New("it answers what was not asked")
	}
	return first, w.conn.SetDeadline(time.Time{})
}

// next waits for the next report: a snapshot, or nil if it was an answer.
func (w *wire) next() (*run.Snapshot, error) {
	var r report
	if err := decode(w.conn, &r, maxReport); err != nil {
		return nil, err
	}
	if r.Answer != nil {
		w.deliver(*r.Answer)
	}
	if r.News == nil {
		return nil, nil
	}
	s, err := r.News.apply(w.latest)
	if err != nil {
		return nil, fmt.Errorf("what the run says makes no sense: %w", err)
	}
	s.Dir = w.dir
	w.latest, w.over = s, r.News.Last
	shown := *s
	shown.History = s.History.Clip() // only latest has room for more
	return &shown, nil
}

func (w *wire) follow(ctx context.Context, publish func(*run.Snapshot)) error {
	stop := context.AfterFunc(ctx, func() { _ = w.conn.Close() })
	defer stop()
	defer w.conn.Close()
	defer w.hangUp()
	for {
		s, err := w.next()
		switch {
		case err == nil && s != nil:
			publish(s)
		case err == nil:
		case w.over || ctx.Err() != nil:
			return nil
		case errors.Is(err, io.EOF):
			return errLost
		default:
			return &problem{text: errLost.text, hint: errLost.hint, cause: err}
		}
	}
}

// deliver gives an answer to who waits for it.
func (w *wire) deliver(a answer) {
	w.asking.Lock()
	defer w.asking.Unlock()
	if c := w.waiting[a.Number]; c != nil {
		c <- a.err()
		delete(w.waiting, a.Number)
	}
}

// forget takes back an order that was not sent.
func (w *wire) forget(number uint64) {
	w.asking.Lock()
	defer w.asking.Unlock()
	delete(w.waiting, number)
}

// hangUp tells all who wait that there will be no answer.
func (w *wire) hangUp() {
	w.asking.Lock()
	defer w.asking.Unlock()
	for _, c := range w.waiting {
		c <- w.gone()
	}
	w.waiting = nil
}

func (w *wire) gone() error {
	if w.over {
		return errOver
	}
	return errLost
}

// ask registers an order.
func (w *wire) ask() (number uint64, answer chan error, err error) {
	w.asking.Lock()
	defer w.asking.Unlock()
	if w.waiting == nil {
		return 0, nil, w.gone()
	}
	w.orders++
	answer = make(chan error, 1)
	w.waiting[w.orders] = answer
	return w.orders, answer, nil
}

func (w *wire) do(c run.Command) error {
	number, answer, err := w.ask()
	if err != nil {
		return err
	}
	frame, err := encode(order{number, c}, maxOrder)
	if err == nil {
		err = w.write(frame)
	}
	if err != nil {
		w.forget(number)
		return &problem{text: "the command could not be sent", hint: errLost.hint, cause: err}
	}
	return <-answer
}

func (w *wire) write(frame []byte) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	if err := w.conn.SetWriteDeadline(time.Now().Add(w.limits.write)); err != nil {
		return err
	}
	_, err := w.conn.Write(frame)
	return err
}
