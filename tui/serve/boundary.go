package serve

import (
	"fmt"

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
		run.Redraw, run.Respond, run.Examine, run.Fix, run.Release, run.Inform, run.Coarsen:
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
