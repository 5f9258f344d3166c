package sampling

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// shareBlocks calls do for blocks of at most size of n samples, from first to
// before last, on so many goroutines, the caller's among them. All have ended
// when it returns. What one of them panics with, the caller hears.
func shareBlocks(n, size, threads int, do func(first, last int)) {
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
		for {
			last := int(next.Add(int64(size)))
			if last-size >= n {
				return
			}
			do(last-size, min(last, n))
		}
	}
	for range min(threads, (n+size-1)/size) - 1 {
		workers.Go(work)
	}
	work()
	workers.Wait()
	if f := failure.Load(); f != nil {
		panic(*f)
	}
}
