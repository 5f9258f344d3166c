package run

import (
	"context"
	"time"
)

// What the workers beside the training have in common: somebody wakes them, and
// they rest in between.

// wake lets a worker look at once whether there is something to do.
func wake(worker chan struct{}) {
	select {
	case worker <- struct{}{}:
	default:
	}
}

// restAfter is how long a worker rests after work that took so long, to have no
// more than a share of a core's time.
func restAfter(work time.Duration, share float64) time.Duration {
	return time.Duration(float64(work) * (1/share - 1))
}

// sleep waits so long, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
