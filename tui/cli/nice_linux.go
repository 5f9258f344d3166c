package cli

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// raiseNiceness sets it thread by thread, as Linux has it. A new thread is as nice
// as the one that made it, so none is left once all those that there are have it.
func raiseNiceness(n int) error {
	for done := false; !done; {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		done = true
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil {
				continue
			}
			raised, err := raiseThread(id, n)
			if err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
				return err
			}
			done = done && !raised
		}
	}
	return nil
}

func raiseThread(id, n int) (raised bool, err error) {
	has, err := unix.Getpriority(unix.PRIO_PROCESS, id)
	if err != nil || 20-has >= n { // the system call counts the other way
		return false, err
	}
	return true, unix.Setpriority(unix.PRIO_PROCESS, id, n)
}
