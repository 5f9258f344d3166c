package sweep

import (
	"context"
	"strconv"
)

// Queue knows of points what their files do not say, since somebody else carries
// them out.
type Queue interface {
	// Jobs is what is known of points beside their files. It may take long; that
	// it cannot be known is an error, and says nothing about the points.
	Jobs(ctx context.Context) (map[int]Job, error)
	// Cancel withdraws points that wait. Those at work hear of it by their files.
	Cancel(ctx context.Context, points []int) error
}

// Job is a point in a queue.
type Job struct {
	ID      string `json:"id"`
	State   string `json:"state"`            // in the words of the queue
	Running bool   `json:"running"`          // it has been begun there
	Over    bool   `json:"over"`             // it has ended; if neither, it waits
	Reason  string `json:"reason,omitempty"` // why it waits
	Where   string `json:"where,omitempty"`  // the host
}

// PointArgs are the arguments of the program that carry out one point, whoever
// starts its process.
func PointArgs(dir string, index, threads int) []string {
	args := []string{"sweep", "point", "--threads", strconv.Itoa(threads), "--", dir, strconv.Itoa(index)}
	if threads == 0 { // as many as the environment says
		args = append(args[:2], args[4:]...)
	}
	return args
}
