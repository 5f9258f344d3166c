package tui

import (
	"context"

	"neuralrg/training/run"
)

// Library is what runs there are to look at beside the one on the screen, as far
// as whoever looks may know of them. Whether something is allowed it decides
// itself. Its methods are for any goroutine, and may take their time.
type Library interface {
	// List says what runs there are and where they stand.
	List(ctx context.Context) ([]Entry, error)

	// Open opens a run of the list to look at, at work or over.
	Open(ctx context.Context, dir string) (Opened, error)

	// Read is a run of the list as it stands, to be compared with another.
	Read(ctx context.Context, dir string) (*run.Snapshot, error)
}

// Workshop is a library in which runs are also made and removed.
type Workshop interface {
	Library

	// Plan settles the run that some settings make, which are given by their names
	// as on the command line; of the others it says what they come to. It says what
	// is wrong with them, and begins nothing.
	Plan(ctx context.Context, given map[string]string) Plan

	// Start begins the run of such settings in a process of its own, and says in
	// which directory.
	Start(ctx context.Context, given map[string]string) (dir string, err error)

	// Branch makes a new run of another as it stands, which can go on from there
	// by Continue, and says in which directory.
	Branch(ctx context.Context, dir string) (branch string, err error)

	// Continue goes on with a run that is not at work, in a process of its own.
	Continue(ctx context.Context, dir string) error

	// Delete removes the directory of a run that is not at work.
	Delete(ctx context.Context, dir string) error
}

// Entry is a run in the list of them. What is not known is the zero value.
type Entry struct {
	Dir           string
	State         run.Phase // or a word of the library's own
	Live          bool      // a process is at work on it
	L             int
	T             float64
	Settings      string // in a few words
	Epoch, Epochs int
	Gap, GapError *float64 // in nats
	Where         string   // the process at work on it
	Problem       string   // why it failed, or what cannot be read
}

// Opened is a run that has been opened to look at.
type Opened struct {
	Run   Runner
	Link  Link
	Close func() // lets go of it; may be nil
}

// Plan is a run that could be started, as a form shows it.
type Plan struct {
	Fields  []Field
	Problem string // of the settings together; empty if the run can be
	Hint    string
}

// Field is one setting of a plan.
type Field struct {
	Name    string // as on the command line, without dashes
	Help    string
	Value   string // in force: as given, or what it comes to
	Choices []string
	Given   bool
	Problem string // of the value given; empty if it is right
}
