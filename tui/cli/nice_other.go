//go:build !linux

package cli

import "golang.org/x/sys/unix"

func raiseNiceness(n int) error {
	has, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil || has >= n {
		return err
	}
	return unix.Setpriority(unix.PRIO_PROCESS, 0, n)
}
