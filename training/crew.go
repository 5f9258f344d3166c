package training

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// job is work in independent parts: any worker may do any of them, in any order.
type job struct {
	parts int
	do    func(w *worker, part int)
}

// crew does jobs: the goroutine that calls run, and a fixed number of others,
// each with a worker of its own.
type crew struct {
	own  *worker
	wake chan struct{} // a token for each other goroutine that may join in

	// Who reads the job holds gate for reading; between jobs it is locked. Who
	// wakes late finds it locked, and joins in the next job: nobody waits for a
	// goroutine that has not begun.
	gate    sync.RWMutex
	job     job
	next    atomic.Int64           // the first part that nobody has taken yet
	failure atomic.Pointer[string] // what a part panicked with
}

// newCrew starts the goroutines for all workers but the first.
func newCrew(workers []*worker) *crew {
	c := &crew{own: workers[0], wake: make(chan struct{}, len(workers)-1)}
	c.gate.Lock()
	for _, w := range workers[1:] {
		go func() {
			for range c.wake {
				c.gate.RLock()
				c.take(w)
				c.gate.RUnlock()
			}
		}()
	}
	return c
}

// close ends the goroutines.
func (c *crew) close() {
	c.job = job{}
	c.gate.Unlock()
	close(c.wake)
}

// run returns when all parts of a job are done. What a part panics with comes
// out here, where the caller can recover, once all workers are at rest.
func (c *crew) run(j job) {
	c.job = j
	c.next.Store(0)
	c.failure.Store(nil)
	c.gate.Unlock()
	for range min(cap(c.wake), j.parts-1) {
		select {
		case c.wake <- struct{}{}:
		default: // somebody is still to come for an earlier one
		}
	}
	c.take(c.own)
	c.gate.Lock()
	if f := c.failure.Load(); f != nil {
		panic(*f)
	}
}

// take does parts until none is left.
func (c *crew) take(w *worker) {
	defer func() {
		if p := recover(); p != nil {
			f := fmt.Sprintf("%v\n%s", p, debug.Stack())
			c.failure.CompareAndSwap(nil, &f)
			c.next.Store(int64(c.job.parts))
		}
	}()
	for {
		part := int(c.next.Add(1)) - 1
		if part >= c.job.parts {
			return
		}
		c.job.do(w, part)
	}
}
