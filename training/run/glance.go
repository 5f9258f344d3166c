package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"
)

// Glance is a short look at the directory of a run. It costs the same whatever
// the length of the run.
type Glance struct {
	Config Config
	Phase  Phase
	Epoch  int       // the last of which there is a trace
	Last   []Metrics // the newest epochs, the oldest first
	Owner  *Owner    // nil if no process holds the run
	Why    string    // of a run that failed
}

// Lost is a run of another host that has given no sign of life for long, as far
// as its clock and ours agree. Only a Glance says so, and of itself no run does.
const Lost Phase = "lost"

const (
	glanceBytes    = 16 << 10        // of the end of a journal
	clocksDisagree = 2 * time.Minute // more than this is silence
)

// GlanceAt looks at the run in dir, of whose epochs it wants the newest n, of
// which it may give fewer. It writes nothing and locks nothing. With an error it
// returns what it has found out all the same.
func GlanceAt(dir string, n int) (g Glance, err error) {
	d := directory(dir)
	if err := d.checkOurs("give the directory of a run, such as train --dir makes"); err != nil {
		return g, err
	}
	if g.Owner, err = OwnerOf(dir); err != nil {
		return g, err
	}
	if g.Config, err = ReadConfig(d.path(configName)); err != nil {
		return g, err
	}
	if g.Last, err = lastLines[Metrics](d.path(metricsName)); err != nil {
		return g, err
	}
	g.Last = g.Last[max(0, len(g.Last)-n):]
	if saved, err := (checkpoints{dir: d.path(checkpointsName)}).epochs(); err == nil && len(saved) > 0 {
		g.Epoch = slices.Max(saved)
	}
	if n := len(g.Last); n > 0 {
		g.Epoch = max(g.Epoch, g.Last[n-1].Epoch)
	}
	events, err := lastLines[Event](d.path(eventsName))
	for _, e := range events {
		switch e.Kind {
		case "failed":
			g.Why = e.Text
		case "start", "resume":
			g.Why = ""
		}
	}
	g.Phase = g.phase(time.Now())
	return g, err
}

// phase says where the run stands. That it is paused, its files do not tell.
func (g Glance) phase(now time.Time) Phase {
	o := g.Owner
	switch {
	case o != nil && !o.Dead && !o.Here && now.Sub(o.heard()) > clocksDisagree:
		return Lost
	case o != nil && !o.Dead:
		return Training
	case g.Why != "":
		return Failed
	case g.Epoch >= g.Config.Epochs:
		return Finished
	case o != nil:
		return Interrupted
	}
	return Stopped
}

// heard is when the owner gave its last sign of life, by its own clock.
func (o *Owner) heard() time.Time {
	t, _ := time.Parse(time.RFC3339, o.Heartbeat) // else long ago
	return t
}

// lastLines decodes the lines at the end of a journal. One that is torn or has
// no meaning is left out; a file that is not there has none.
func lastLines[T any](path string) ([]T, error) {
	f, err := open(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, diskProblem("cannot read "+path, err)
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, diskProblem("cannot read "+path, err)
	}
	from := max(0, size-glanceBytes)
	data, err := io.ReadAll(io.NewSectionReader(f, from, glanceBytes))
	if err != nil {
		return nil, diskProblem("cannot read "+path, err)
	}
	if from > 0 { // it begins within a line
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	var items []T
	for line := range bytes.Lines(data) {
		var item T
		if bytes.HasSuffix(line, []byte("\n")) && json.Unmarshal(line, &item) == nil {
			items = append(items, item)
		}
	}
	return items, nil
}
