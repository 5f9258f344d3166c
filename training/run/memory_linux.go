package run

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// availableMemory is how many bytes this process can still have: what the
// kernel estimates, and no more than the limit of the control group.
func availableMemory() (available int, known bool) {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	_, rest, _ := bytes.Cut(info, []byte("MemAvailable:"))
	if _, err := fmt.Sscanf(string(rest), "%d kB", &available); err != nil {
		return 0, false
	}
	available <<= 10
	limit, err := os.ReadFile("/sys/fs/cgroup/memory.max")
	if err != nil {
		return available, true
	}
	if n, err := strconv.Atoi(string(bytes.TrimSpace(limit))); err == nil { // else it says "max"
		available = min(available, n)
	}
	return available, true
}
