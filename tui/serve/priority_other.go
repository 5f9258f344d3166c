//go:build !linux

package serve

import "golang.org/x/sys/unix"

// GiveWay lowers the priority of this process, so that runs on the same cores go
// first.
func GiveWay() error { return unix.Setpriority(unix.PRIO_PROCESS, 0, niceness) }
