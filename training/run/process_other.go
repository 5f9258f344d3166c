//go:build !linux && !darwin

package run

import (
	"os"
	"syscall"
)

// bootID is not known on this system.
func bootID() string { return "" }

// process says whether a process lives. When it began is not known on this
// system.
func process(pid int) (alive bool, started string) {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false, ""
	}
	return p.Signal(syscall.Signal(0)) != syscall.ESRCH, ""
}
