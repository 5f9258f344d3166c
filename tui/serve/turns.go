package serve

import (
	"sync"
	"time"
)

// turns share out the pictures that may be drawn in a second among all screens,
// first come, first served. A screen asks for its next one when it has had the
// last, so that all get as many.
type turns struct {
	every time.Duration

	mu   sync.Mutex
	next time.Time
}

// take takes the next turn and returns how long it is until then.
func (t *turns) take() time.Duration { return t.at(time.Now()) }

func (t *turns) at(now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next.Before(now) {
		t.next = now
	}
	wait := t.next.Sub(now)
	t.next = t.next.Add(t.every)
	return wait
}
