package serve

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asPolite makes this test binary lower its priority and say what it has come to.
const asPolite = "NEURALRG_TEST_GIVE_WAY"

func TestMain(m *testing.M) {
	if os.Getenv(asPolite) != "" {
		os.Exit(polite())
	}
	os.Exit(m.Run())
}

// polite starts threads before and after it gives way, and returns how many of
// all have another priority.
func polite() (bad int) {
	wait := make(chan bool)
	for range 8 {
		go busy(wait)
	}
	if err := GiveWay(); err != nil {
		return 100
	}
	for range 8 {
		go busy(wait)
	}
	for range 16 {
		<-wait
	}
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil || len(threads) < 2 {
		return 101
	}
	for _, thread := range threads {
		text, err := os.ReadFile("/proc/self/task/" + thread.Name() + "/stat")
		_, fields, _ := strings.Cut(string(text), ") ")
		if all := strings.Fields(fields); err == nil && all[16] != "15" { // nice, the 19th field
			bad++
		}
	}
	return bad
}

// busy keeps a thread of its own for a while.
func busy(done chan<- bool) {
	_ = unix.Nanosleep(&unix.Timespec{Nsec: 50e6}, nil)
	done <- true
}

// Every thread of a process that gives way does, also those that begin later.
func TestGiveWay(t *testing.T) {
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), asPolite+"=1")
	if text, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
