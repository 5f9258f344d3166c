//go:build slow

package serve

import (
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"neuralrg/training/run"
)

// A viewer that does not read is dropped, and no other waits for it.
func TestViewerThatDoesNotRead(t *testing.T) {
	l := eager()
	l.stall = 10 * time.Second // in which the other has to read on a busy machine
	p := serving(t, l, func(c *Config) { c.Frames = 200 })
	if err := p.run.Do(run.Command{Kind: run.Resume}); err != nil {
		t.Fatal(err)
	}
	other := look(t, p.enter(t, p.viewer), 120, 40)
	other.sees("1 lattice", "training")

	c := p.enter(t, p.viewer)
	ch, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go gossh.DiscardRequests(requests)
	if ok, err := ch.SendRequest("pty-req", true, terminalRequest("xterm-256color", 400, 150)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := ch.SendRequest("shell", true, nil); !ok || err != nil {
		t.Fatal(ok, err)
	}
	turns := 0
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		turns++
		_, _ = ch.SendRequest("window-change", false, sizeRequest(uint32(300+turns%2), 150)) // much to draw
		if strings.Contains(p.log.String(), "the client does not read") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("it is not dropped:\n%s", p.log)
		}
	}
	other.types("?")
	other.sees("any key closes this")
}
