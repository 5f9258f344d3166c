package run

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// bootID names the present boot of this host.
func bootID() string {
	id, _ := unix.Sysctl("kern.bootsessionuuid")
	return id
}

// process says whether a process lives, and when it began, in microseconds
// since 1970.
func process(pid int) (alive bool, started string) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil || int(info.Proc.P_pid) != pid {
		return false, ""
	}
	return true, strconv.FormatInt(info.Proc.P_starttime.Nano()/1000, 10)
}
