package rg

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// share hands out the numbers from 0 to before n, on at most so many threads, the
// caller's among them; every one of them calls worker for a function that does the
// work of a number, in a workspace of its own. When ctx is done it hands out no
// more and returns its error. All threads have ended when it returns; what one of
// them panics with, the caller hears.
func share(ctx context.Context, n, threads int, worker func() func(i int)) error {
	var (
		next    atomic.Int64
		failure atomic.Pointer[string]
		workers sync.WaitGroup
	)
	work := func() {
		defer func() {
			if p := recover(); p != nil {
				text := fmt.Sprintf("%v\n%s", p, debug.Stack())
				failure.Store(&text)
			}
		}()
		do := worker()
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			do(i)
		}
	}
	for range min(threads, n) - 1 {
		workers.Go(work)
	}
	work()
	workers.Wait()
	if f := failure.Load(); f != nil {
		panic(*f)
	}
	return ctx.Err()
}
