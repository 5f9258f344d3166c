package serve

import (
	"context"
	"fmt"

	"neuralrg/training/remote"
	"neuralrg/training/run"
	"neuralrg/tui"
)

// role is what somebody may do, by the key that they have proved to hold. The
// zero value may do nothing.
type role string

// The roles.
const (
	viewer     role = "viewer"     // may look
	controller role = "controller" // may steer too
)

// permits says whether a command of this kind is taken from a role. What only
// looks at the flow changes what all others see as well, so that it is for those
// who steer. A kind that is not named here is for nobody.
func (r role) permits(k run.Kind) bool {
	switch k {
	case run.Pause, run.Resume, run.SetRate, run.SetSampler, run.Save, run.Stop,
		run.ResetChains, run.SetTrajectory, run.Tune,
		run.Redraw, run.Respond, run.Examine, run.Fix, run.Release, run.Inform, run.Coarsen, run.Gather:
		return r == controller
	}
	return false
}

// guarded is a run at the boundary: whatever a screen asks for, or whoever is in
// the place of one, only what the role permits gets to the run.
type guarded struct {
	run  tui.Runner
	role role
}

func (g guarded) Feed() *run.Feed[*run.Snapshot] { return g.run.Feed() }

func (g guarded) Do(c run.Command) error {
	if !g.role.permits(c.Kind) {
		return &problem{
			text: fmt.Sprintf("a %s may not %s", firstWord(string(g.role), "stranger"), firstWord(string(c.Kind), "ask for nothing")),
			hint: "log in with a key of --control-keys to steer",
		}
	}
	return g.run.Do(c)
}

// shelf is the runs that are served, as somebody with a role may see them. It has
// no way to make, to continue or to delete one, for anybody; and no way to name a
// directory that is not served.
type shelf struct {
	server *Server
	role   role
}

// List says where the runs stand.
func (s shelf) List(context.Context) ([]tui.Entry, error) { return s.server.list(), nil }

// Open opens one of the runs to look at or, by the role, to steer.
func (s shelf) Open(ctx context.Context, dir string) (tui.Opened, error) {
	v, leave, err := s.server.visit(ctx, dir)
	if err != nil {
		return tui.Opened{}, err
	}
	return tui.Opened{Run: guarded{v, s.role}, Link: s.link(v.Connection()), Close: leave}, nil
}

// Read is one of the runs as it stands.
func (s shelf) Read(ctx context.Context, dir string) (*run.Snapshot, error) {
	v, leave, err := s.server.visit(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer leave()
	return v.Feed().Latest(), nil
}

// link says on the screen how it is connected.
func (s shelf) link(c remote.Connection) tui.Link {
	l := tui.Link{Away: true, ReadOnly: c.ReadOnly, Watching: s.role != controller, How: "over SSH"}
	if l.Watching {
		l.How = "over SSH, to look at"
	}
	if c.How == remote.Files {
		l.How, l.Greeting = fmt.Sprintf("%s, by files of %s", l.How, c.Host), c.Why
	}
	return l
}
