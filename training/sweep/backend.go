package sweep

import (
	"context"
	"io"
	"strconv"
)

// Backend sees to it that points are carried out, each by a process of the
// hidden command that PointArgs gives, and knows what their files do not say.
type Backend interface {
	// Name is what --backend calls it.
	Name() string
	// Dry writes what Run would do with these points, and does nothing.
	Dry(w io.Writer, points []int) error
	// Run carries points out and returns when there is nothing more to do, or
	// hands them to a queue and returns then. When ctx is done it lets what is at
	// work here save and stop.
	Run(ctx context.Context, points []int) error
	// Jobs is what is known of points beside their files. It may take long; that
	// it cannot be known is an error, and says nothing about the points.
	Jobs(ctx context.Context) (map[int]Job, error)
	// Cancel withdraws points that wait in a queue. Those at work hear of it by
	// their files.
	Cancel(ctx context.Context, points []int) error
}

// Job is a point in the queue of a back end.
type Job struct {
	ID      string `json:"id"`
	State   string `json:"state"`            // in the words of the back end
	Running bool   `json:"running"`          // it has been begun there
	Over    bool   `json:"over"`             // it has ended; if neither, it waits
	Reason  string `json:"reason,omitempty"` // why it waits
	Where   string `json:"where,omitempty"`  // the host
}

// PointArgs are the arguments of the program that carry out one point, the same
// for all back ends.
func PointArgs(dir string, index, threads int) []string {
	args := []string{"sweep", "point", "--threads", strconv.Itoa(threads), "--", dir, strconv.Itoa(index)}
	if threads == 0 { // as many as the environment says
		args = append(args[:2], args[4:]...)
	}
	return args
}
