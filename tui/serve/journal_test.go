package serve

import (
	"bytes"
	"strings"
	"testing"
)

// A line is a line, whatever somebody calls himself, and who is refused over and
// over fills no disk.
func TestJournal(t *testing.T) {
	var text bytes.Buffer
	j := &journal{out: &text}
	j.say("logged in: name %q, %s", short("root\n2026-01-01T00:00:00Z logged in\x1b[2J"), "\x1b]0;x\a\u202e"+short(strings.Repeat("x", 1000)))
	for range 10_000 {
		j.refuse("%s", "somebody")
	}
	j.close()
	lines := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	if len(lines) != 1+mostRefusals+1 {
		t.Fatalf("%d lines", len(lines))
	}
	if strings.ContainsAny(lines[0], "\x1b\a\u202e") || len(lines[0]) > 250 {
		t.Errorf("the line is %q", lines[0])
	}
	if last := lines[len(lines)-1]; !strings.HasSuffix(last, "refused 9940 more, which are not listed") {
		t.Errorf("the last line is %q", last)
	}
}
