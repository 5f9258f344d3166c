package serve

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"neuralrg/training/remote"
	"neuralrg/training/run"
	"neuralrg/tui"
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

// visit opens one of the runs that are served. Few are opened at a time: that may
// take much memory for a while, and anybody who looks can ask for it on and on.
func (s *Server) visit(ctx context.Context, dir string) (*remote.Viewer, func(), error) {
	for _, one := range s.runs {
		if one.dir != dir {
			continue
		}
		select {
		case s.opening <- struct{}{}:
			defer func() { <-s.opening }()
			return one.visit(ctx)
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	return nil, nil, &problem{text: fmt.Sprintf("%q is not shown here", short(dir)), hint: "choose one of the list"}
}

// listLife is how long a list of the runs is good for: all who look have the same.
const listLife = 3 * time.Second

// list says where the runs stand.
func (s *Server) list() []tui.Entry {
	s.listing.Lock()
	defer s.listing.Unlock()
	if time.Since(s.listed) < listLife {
		return slices.Clone(s.entries)
	}
	s.entries = nil
	for _, one := range s.runs {
		s.entries = append(s.entries, s.config.Look(one.dir))
	}
	s.listed = time.Now()
	return slices.Clone(s.entries)
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
