package run

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// availableMemory is how many bytes this process can still have: what the
// kernel estimates, and no more than the limits of its control groups.
func availableMemory() (available int, known bool) {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	_, rest, _ := bytes.Cut(info, []byte("MemAvailable:"))
	if _, err := fmt.Sscanf(string(rest), "%d kB", &available); err != nil {
		return 0, false
	}
	groups, _ := os.ReadFile("/proc/self/cgroup") // none without it
	return groupLimit("/sys/fs/cgroup", string(groups), available<<10), true
}

// groupLimit is the smallest limit of memory among those of the control groups of a
// process, from its own up to the root, and most: a job of a scheduler has its limit
// some levels above its processes. The groups are as /proc/self/cgroup has them, see
// cgroups(7).
func groupLimit(root, groups string, most int) int {
	for line := range strings.Lines(groups) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		hierarchy, name := root, "memory.max"
		if fields[1] != "" { // of version 1
			hierarchy, name = filepath.Join(root, "memory"), "memory.limit_in_bytes"
			if !slices.Contains(strings.Split(fields[1], ","), "memory") {
				continue
			}
		}
		for group := filepath.Clean("/" + fields[2]); ; group = filepath.Dir(group) {
			limit, err := os.ReadFile(filepath.Join(hierarchy, group, name))
			if n, bad := strconv.Atoi(string(bytes.TrimSpace(limit))); err == nil && bad == nil { // else it has none
				most = min(most, n)
			}
			if group == "/" {
				break
			}
		}
	}
	return most
}
