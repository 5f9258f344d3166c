package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"neuralrg/training/run"
)

// State is where a point stands.
type State string

// The states of a point.
const (
	Pending   State = "pending"   // nobody is at work on it; it may have epochs already
	Queued    State = "queued"    // it waits in the queue of a back end
	Running   State = "running"   // a process that lives carries it out
	Done      State = "done"      // its results are there
	Failed    State = "failed"    // it ended with an error
	Lost      State = "lost"      // its process ended without a word
	Cancelled State = "cancelled" // nobody shall go on with it
)

// States are all of them, in the order of a summary.
var States = []State{Done, Running, Queued, Pending, Failed, Lost, Cancelled}

// Status is where a point stands, as its files say.
type Status struct {
	Index    int        `json:"index"`
	Values   []string   `json:"values"`
	State    State      `json:"state"`
	Epoch    int        `json:"epoch"`
	Epochs   int        `json:"epochs"`
	Attempts int        `json:"attempts"`
	Gap      *float64   `json:"gap"` // nats; of the last epochs as long as it is not done
	GapError *float64   `json:"gap_error"`
	LnZDual  float64    `json:"lnZ_dual,omitempty"` // exact; 0 as long as there is no gap
	Seconds  float64    `json:"seconds"`            // of training
	Owner    *run.Owner `json:"-"`                  // of its attempt, dead or alive
	Host     string     `json:"host,omitempty"`
	PID      int        `json:"pid,omitempty"`
	Why      string     `json:"why,omitempty"` // it failed, or does not begin
	Job      *Job       `json:"job,omitempty"` // in the queue of a back end
	Result   *Result    `json:"result,omitempty"`
}

// failure is failed.json.
type failure struct {
	Format  int    `json:"format"`
	Time    string `json:"time"`
	Attempt int    `json:"attempt"`
	Epoch   int    `json:"epoch"`
	Error   string `json:"error"`
	Hint    string `json:"hint"`
}

// marker is a file that says that something was asked for.
type marker struct {
	Format int    `json:"format"`
	Time   string `json:"time"`
}

// averaged is the number of last epochs whose mean is the gap of a run at work.
const averaged = 10

// StatusOf says where a point stands.
func (s *Sweep) StatusOf(index int) Status {
	st := s.state(index)
	st.Values = s.Plan.Points[index].Values
	if c, err := s.Plan.Config(index); err == nil {
		st.Epochs = c.Epochs
	}
	st.Attempts = s.attempts(index)
	if r := st.Result; r != nil {
		st.Epoch, st.Seconds = r.Epochs, r.Seconds
		st.Gap, st.GapError, st.LnZDual = &r.Gap.Value, &r.Gap.Error, r.LnZDual
		return st
	}
	s.glance(&st)
	return st
}

// state finds the state of a point, and its results if it is done.
func (s *Sweep) state(index int) Status {
	st := Status{Index: index, State: Pending}
	switch r, err := s.result(index); {
	case err == nil:
		st.State, st.Result = Done, r
	case !errors.Is(err, fs.ErrNotExist):
		st.State, st.Why = Failed, err.Error()
	default:
		s.judge(&st)
	}
	return st
}

// judge finds the state of a point that is not done.
func (s *Sweep) judge(st *Status) {
	owner, err := run.OwnerOf(s.kept(st.Index))
	if err != nil {
		st.Why = err.Error()
	}
	if !alive(owner) { // a user may go on with the run by itself
		if o, err := run.OwnerOf(s.PointDir(st.Index)); err == nil && alive(o) {
			owner = o
		}
	}
	st.Owner = owner
	var failed failure
	switch {
	case alive(owner):
		st.State, st.Host, st.PID = Running, owner.Host, owner.PID
	case isThere(s.kept(st.Index, retryName)):
	case isThere(s.kept(st.Index, cancelledName)):
		st.State = Cancelled
	case readJSON(s.kept(st.Index, failedName), &failed) == nil:
		st.State, st.Why = Failed, failed.Error
	case owner != nil:
		st.State, st.Host = Lost, owner.Host
		st.Why = fmt.Sprintf("process %d on %s ended without a word", owner.PID, owner.Host)
	}
}

// clocksDisagree is how long another host may be silent, as far as its clock and
// ours agree.
const clocksDisagree = 2 * time.Minute

// alive says whether an owner lives. One of another host does as long as it
// gives signs of life.
func alive(o *run.Owner) bool {
	if o == nil || o.Dead {
		return false
	}
	if o.Here {
		return true
	}
	heard, _ := time.Parse(time.RFC3339, o.Heartbeat) // else long ago
	return time.Since(heard) < clocksDisagree
}

// glance takes up what the run of a point says of itself.
func (s *Sweep) glance(st *Status) {
	dir := s.PointDir(st.Index)
	if !isThere(filepath.Join(dir, "config.json")) {
		return
	}
	g, err := run.GlanceAt(dir, averaged)
	if err != nil && st.Why == "" {
		st.Why = err.Error()
	}
	st.Epoch = g.Epoch
	n := len(g.Last)
	if n == 0 {
		return
	}
	gap, variance := 0.0, 0.0
	for _, m := range g.Last {
		gap += m.Gap / float64(n)
		variance += m.FreeEnergyError * m.FreeEnergyError / float64(n*n)
	}
	last := g.Last[n-1]
	st.Gap, st.GapError, st.Seconds, st.LnZDual = finite(gap), finite(root(variance)), last.Seconds, last.Gap-last.FreeEnergy
}

// Status says where all points stand.
func (s *Sweep) Status() []Status {
	all := make([]Status, len(s.Plan.Points))
	for i := range all {
		all[i] = s.StatusOf(i)
	}
	return all
}

// Join adds what a back end knows to what the files say.
func Join(all []Status, jobs map[int]Job) {
	for i := range all {
		job, known := jobs[all[i].Index]
		if !known {
			continue
		}
		st := &all[i]
		st.Job = &job
		switch {
		case job.Over:
			st.ended(job)
		case st.State == Pending || st.State == Lost:
			st.State, st.Why = Queued, job.Reason
		}
	}
}

// ended takes up that the job of a point is over. Of a process of another host
// the files would tell it only by its silence.
func (st *Status) ended(job Job) {
	if st.State == Running && st.Owner != nil && !st.Owner.Here {
		st.State = Lost
	}
	if st.State == Lost || (st.State == Pending && job.State != "COMPLETED") {
		st.Why = strings.TrimSpace(fmt.Sprintf("job %s ended: %s %s", job.ID, job.State, job.Reason))
	}
}

// result reads done.json of a point. The error is fs.ErrNotExist if there is none.
func (s *Sweep) result(index int) (*Result, error) {
	path := filepath.Join(s.PointDir(index), doneName)
	var r Result
	if err := readJSON(path, &r); err != nil {
		return nil, err
	}
	switch {
	case r.Format > Format:
		return nil, &problem{text: fmt.Sprintf("%s has format %d, and this program reads up to format %d", path, r.Format, Format), hint: "use the neuralrg that wrote it or a later one"}
	case r.Hash != s.Plan.Points[index].Hash:
		return nil, &problem{text: path + " is not of this point", hint: "see where it came from, and remove it"}
	}
	return &r, nil
}

func readJSON(path string, value any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, value); err != nil {
		return &problem{text: path + " cannot be read", hint: "remove it, and the point is measured again", cause: err}
	}
	return nil
}

func writeJSON(path string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return run.WriteWhole(path, append(data, '\n'))
}

// attempts counts how often somebody began to carry out a point.
func (s *Sweep) attempts(index int) (n int) {
	entries, _ := os.ReadDir(s.kept(index)) // none if there is no directory
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, attemptPrefix) && strings.HasSuffix(name, ".json") {
			n++
		}
	}
	return n
}
