package tui

import (
	"context"

	"neuralrg/training/sweep"
)

// Study is a sweep to look at. Its methods are for any goroutine, and may take
// their time.
type Study interface {
	// Look says where the sweep stands.
	Look(ctx context.Context) (Survey, error)

	// Retry lets a point be tried again, and Cancel lets nobody go on with it. Both
	// say what becomes of it.
	Retry(ctx context.Context, point int) (said string, err error)
	Cancel(ctx context.Context, point int) (said string, err error)
}

// Survey is where a sweep stands at one moment.
type Survey struct {
	Name   string
	Axes   []sweep.Axis
	Points []sweep.Status
	Dirs   []string // of the runs of the points
	Tally  string   // how many points are in which state
	Who    string   // carries it out; empty if nobody does
	Plots  []StudyPlot
}

// StudyPlot is a quantity of all points against an axis.
type StudyPlot struct {
	Title  string
	X      string // the abscissa,
	First  float64
	Last   float64
	Log    bool // its ordinate is logarithmic where that can be
	Curves []sweep.Curve
	Exact  []sweep.Curve
}
