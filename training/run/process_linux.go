package run

import (
	"bytes"
	"fmt"
	"os"
)

// bootID names the present boot of this host.
func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return string(bytes.TrimSpace(id))
}

// process says whether a process lives, and when it began, in clock ticks
// since boot: a number that a later process with the same pid does not have.
// See proc_pid_stat(5): the name in parentheses may itself hold parentheses and
// spaces; the state is the first field after it, the start time the 20th.
func process(pid int) (alive bool, started string) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false, ""
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 {
		return true, ""
	}
	state := fields[0][0]
	return state != 'Z' && state != 'X', string(fields[19])
}
