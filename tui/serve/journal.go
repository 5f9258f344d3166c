package serve

import (
	"fmt"
	"io"
	"sync"
	"time"

	"neuralrg/tui"
)

// journal is the list of who came and who was refused, a line each. Refusals
// cost whoever causes them nothing, so only so many a minute are written, and
// of the others their number.
type journal struct {
	out io.Writer

	mu      sync.Mutex
	minute  time.Time // when the present one began
	written int       // refusals in it
	omitted int
}

// mostRefusals is how many refusals a minute are written.
const mostRefusals = 60

// say writes a line.
func (j *journal) say(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.write(time.Now(), fmt.Sprintf(format, args...))
}

// refuse writes a line about a refusal, if there were not too many.
func (j *journal) refuse(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	if now.Sub(j.minute) >= time.Minute {
		j.summarise(now)
		j.minute, j.written = now, 0
	}
	if j.written >= mostRefusals {
		j.omitted++
		return
	}
	j.written++
	j.write(now, "refused "+fmt.Sprintf(format, args...))
}

// close writes what is left to be said.
func (j *journal) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.summarise(time.Now())
}

func (j *journal) summarise(now time.Time) {
	if j.omitted > 0 {
		j.write(now, fmt.Sprintf("refused %d more, which are not listed", j.omitted))
	}
	j.omitted = 0
}

// write writes a line of what may come from anybody. There is nobody to tell of
// an error.
func (j *journal) write(now time.Time, text string) {
	_, _ = fmt.Fprintf(j.out, "%s %s\n", now.UTC().Format(time.RFC3339), tui.Clean(text))
}

// short is a text of somebody else's at a length that a line has room for.
func short(text string) string {
	if len(text) > mostValue {
		return text[:mostValue]
	}
	return text
}
