// Package remote carries a run to its viewers in other processes: over a socket
// in the run's directory with full control, and by the directory's files where
// that cannot be.
//
// The protocol is messages of JSON behind their lengths; protocol.go has them
// all. A viewer is told the whole state of the run once and then what has
// changed. Nothing that a viewer does or leaves undone makes the run wait.
package remote

import "neuralrg/training/run"

// Runner is what is served of a run: *run.Run is one.
type Runner interface {
	Feed() *run.Feed[*run.Snapshot]
	Do(run.Command) error
}

// How says by what means a run is looked at.
type How string

// The means.
const (
	Socket How = "socket" // of the run: live, with full control
	Files  How = "files"  // of a live run, read once a second
	Over   How = "over"   // the files of a run that is over
)

// Connection says how a viewer is connected to its run.
type Connection struct {
	How      How
	Host     string // of the process that trains; empty if the run is over
	PID      int    // likewise; 0 if the run is over
	ReadOnly bool
	Why      string // it is read-only, in words; empty if it is not
}
