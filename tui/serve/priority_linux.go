package serve

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// GiveWay lowers the priority of this process, so that runs on the same cores go
// first. Linux has a priority for each thread, and a new one has that of the
// thread which starts it: the list of them is gone through until none is missing.
func GiveWay() error {
	done := map[string]bool{}
	for more := true; more; {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		more = false
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil || done[t.Name()] {
				continue
			}
			if err := unix.Setpriority(unix.PRIO_PROCESS, id, niceness); err != nil && err != unix.ESRCH {
				return err
			}
			done[t.Name()], more = true, true
		}
	}
	return nil
}
