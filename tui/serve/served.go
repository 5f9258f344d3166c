package serve

import (
	"context"
	"sync"

	"neuralrg/training/remote"
	"neuralrg/training/run"
)

// served is a run that is shown. All its screens share one connection, which is
// there while somebody looks, so that a run has no more to do for twenty than for
// one.
type served struct {
	dir string

	mu    sync.Mutex
	now   *remote.Viewer // nil while nobody looks
	users map[*remote.Viewer]int
}

// visit opens the run, or joins who looks at it. The visit ends with leave.
func (s *served) visit(ctx context.Context) (v *remote.Viewer, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == nil || past(s.now, s.dir) {
		if v, err = remote.Open(ctx, s.dir); err != nil {
			return nil, nil, err
		}
		s.now = v
	}
	v = s.now
	if s.users == nil {
		s.users = map[*remote.Viewer]int{}
	}
	s.users[v]++
	return v, sync.OnceFunc(func() { s.leave(v) }), nil
}

// leave closes a connection with its last visitor.
func (s *served) leave(v *remote.Viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[v]--; s.users[v] > 0 {
		return
	}
	delete(s.users, v)
	if s.now == v {
		s.now = nil
	}
	v.Close()
}

// past says that a connection is of the past: it is lost, or the run is over, or
// was and has been resumed.
func past(v *remote.Viewer, dir string) bool {
	if v.Err() != nil {
		return true
	}
	if v.Connection().How != remote.Over {
		return v.Feed().Latest().Phase.Over()
	}
	owner, err := run.OwnerOf(dir)
	return err == nil && owner != nil && !owner.Dead
}
