package remote

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"neuralrg/training/run"
)

// session is one viewer at a server. One goroutine tells it the news, another
// takes its orders.
type session struct {
	server  *Server
	conn    *net.UnixConn
	writing sync.Mutex
}

func newSession(s *Server, c *net.UnixConn) *session { return &session{server: s, conn: c} }

// attend stays with the viewer until it leaves or the run is over.
func (v *session) attend() {
	here, left := context.WithCancel(v.server.serving)
	var orders sync.WaitGroup
	orders.Go(func() {
		defer left()
		v.takeOrders()
	})
	if err := v.tell(here); err != nil {
		_ = v.conn.Close()
	}
	_ = v.conn.SetReadDeadline(time.Unix(1, 0)) // what was ordered is still answered
	orders.Wait()
}

// tell tells the viewer what is new, at the pace of the images. A viewer that
// reads slowly is told less often, and one that does not read gives an error.
func (v *session) tell(here context.Context) error {
	v.server.draw() // there may have been nobody to draw for
	number, epoch := 0, 0
	for i := range v.server.images.Follow(here) {
		n, err := i.news(number, epoch)
		if err != nil {
			return err
		}
		if err := v.send(report{News: &n}); err != nil {
			return err
		}
		number, epoch = i.number, lastEpoch(i.snapshot)
	}
	return here.Err()
}

// takeOrders has orders carried out, one after the other.
func (v *session) takeOrders() {
	for {
		var o order
		if err := decode(v.conn, &o, maxOrder); err != nil {
			return
		}
		a := newAnswer(o.Number, v.server.run.Do(o.Command))
		if o.Command.Kind == run.Fix || o.Command.Kind == run.Release {
			v.server.draw() // who moves a slider looks at the lattice
		}
		if v.send(report{Answer: a}) != nil {
			return
		}
	}
}

func (v *session) send(r report) error {
	frame, err := encode(r, maxReport)
	if err != nil {
		return err
	}
	v.writing.Lock()
	defer v.writing.Unlock()
	if err := v.conn.SetWriteDeadline(time.Now().Add(v.server.limits.write)); err != nil {
		return err
	}
	_, err = v.conn.Write(frame)
	return err
}

func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) }
