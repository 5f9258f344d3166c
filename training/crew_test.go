package training

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func newTestCrew(workers int) *crew {
	all := make([]*worker, workers)
	for i := range all {
		all[i] = new(worker)
	}
	return newCrew(all)
}

// TestCrewDoesEveryPartOnce also wants no part to be done after its job.
func TestCrewDoesEveryPartOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 5} {
		c := newTestCrew(workers)
		var at atomic.Int64 // the job that runs
		for number := range 2000 {
			parts := number % 17
			done := make([]atomic.Int64, parts)
			at.Store(int64(number))
			c.run(job{parts, func(_ *worker, part int) {
				if part%3 == 0 {
					runtime.Gosched()
				}
				if at.Load() != int64(number) {
					t.Errorf("a part of job %d is done in job %d", number, at.Load())
				}
				done[part].Add(1)
			}})
			for part := range done {
				if n := done[part].Load(); n != 1 {
					t.Fatalf("%d workers, job %d: part %d was done %d times", workers, number, part, n)
				}
			}
		}
		c.close()
	}
}

func TestCrewGoesOnAfterAPanic(t *testing.T) {
	before := runtime.NumGoroutine()
	c := newTestCrew(4)
	for number := range 200 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a panic was lost")
				}
			}()
			c.run(job{9, func(_ *worker, part int) {
				if part == number%9 {
					panic("broken")
				}
			}})
		}()
		var done atomic.Int64
		c.run(job{9, func(*worker, int) { done.Add(1) }})
		if done.Load() != 9 {
			t.Fatalf("%d of 9 parts done after a panic", done.Load())
		}
	}
	c.close()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return
		}
	}
	t.Errorf("%d goroutines, %d before the crew", runtime.NumGoroutine(), before)
}
