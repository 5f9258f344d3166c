package run

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// What the files tell of a run that is over is what the run itself said last.
func TestRecordOfAFinishedRun(t *testing.T) {
	last := start(t, tiny(30), Options{}).Wait()
	got := look(t, last.Dir)
	same := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %+v, want %+v", what, got, want)
		}
	}
	same("phase", got.Phase, Finished)
	same("config", got.Config, last.Config)
	same("parameters", got.Parameters, last.Parameters)
	same("exact", got.Exact, last.Exact)
	same("epoch", got.Epoch, last.Epoch)
	same("saved", got.Saved, last.Saved)
	same("history", got.History, last.History)
	same("events", got.Events, last.Events)
}

func look(t *testing.T, dir string) *Snapshot {
	t.Helper()
	r, err := OpenRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRecordKnowsHowARunEnded(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	dir := directory(r.Feed().Latest().Dir)
	if s := look(t, string(dir)); s.Phase != Training {
		t.Errorf("at work it is %s", s.Phase)
	}
	do(t, r, Command{Kind: Stop})
	if s := r.Wait(); s.Phase != Stopped {
		t.Fatalf("ended %s: %s", s.Phase, s.Error)
	}
	if s := look(t, string(dir)); s.Phase != Stopped {
		t.Errorf("stopped it is %s", s.Phase)
	}
	leaseOf := func(h holder) {
		t.Helper()
		if err := os.WriteFile(dir.path(leaseName), h.encode(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dead := self(1)
	dead.Boot = "another"
	leaseOf(dead)
	if s := look(t, string(dir)); s.Phase != Interrupted || s.Hint == "" {
		t.Errorf("with the lease of a dead process it is %s, hint %q", s.Phase, s.Hint)
	}
	events, err := openJournal(dir.path(eventsName))
	if err != nil {
		t.Fatal(err)
	}
	if err := appendLines(events, []Event{{Kind: "failed", Text: "no space"}}); err != nil {
		t.Fatal(err)
	}
	if s := look(t, string(dir)); s.Phase != Failed || s.Error != "no space" {
		t.Errorf("after a failure it is %s: %s", s.Phase, s.Error)
	}
}

// Another host is alive while its heartbeat moves.
func TestRecordOfAnotherHost(t *testing.T) {
	dir := directory(uninterrupted(t, tiny(5), Options{}))
	extend(t, string(dir), 50)
	far := holder{Format: Format, Host: "far-away", PID: 1, Attempt: 1, Heartbeat: "1"}
	if err := os.WriteFile(dir.path(leaseName), far.encode(), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRecord(string(dir))
	if err != nil {
		t.Fatal(err)
	}
	phase := func() Phase {
		t.Helper()
		s, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		return s.Phase
	}
	if p := phase(); p != Training {
		t.Errorf("it is %s", p)
	}
	r.heard = time.Now().Add(-2 * patience)
	if p := phase(); p != Interrupted {
		t.Errorf("after a long silence it is %s", p)
	}
	far.Heartbeat = "2"
	if err := os.WriteFile(dir.path(leaseName), far.encode(), 0o600); err != nil {
		t.Fatal(err)
	}
	if p := phase(); p != Training {
		t.Errorf("after a heartbeat it is %s", p)
	}
}

// A record reads on as the journals grow, waits for the rest of a torn line,
// and begins again when a resume has cut them.
func TestRecordFollowsGrowingFiles(t *testing.T) {
	dir := directory(uninterrupted(t, tiny(5), Options{}))
	r, err := OpenRecord(string(dir))
	if err != nil {
		t.Fatal(err)
	}
	epochs := func(want int) *Snapshot {
		t.Helper()
		s, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		if s.History.Epochs != want {
			t.Fatalf("%d epochs, want %d", s.History.Epochs, want)
		}
		return s
	}
	grow := func(text string) {
		t.Helper()
		f, err := os.OpenFile(dir.path(metricsName), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	before := epochs(5)
	grow("{\"epoch\":6}\n{\"epoch\":")
	epochs(6)
	grow("7}\n")
	epochs(7)
	grow("rubbish\n{\"epoch\":7}\n" + strings.Repeat("x", 2*longestLine) + "\n{\"epoch\":8}\n")
	if e := epochs(8).Events; !strings.Contains(e[len(e)-1].Text, "3 lines") {
		t.Errorf("the damage is told as %+v", e[len(e)-1])
	}
	if before.History.Epochs != 5 || before.History.Recent[4].Epoch != 5 {
		t.Error("an earlier snapshot changed")
	}
	if err := os.Truncate(dir.path(metricsName), 0); err != nil {
		t.Fatal(err)
	}
	epochs(0)
	grow("{\"epoch\":1}\n")
	epochs(1)
}

func TestRecordOfDamagedDirectories(t *testing.T) {
	dir := directory(uninterrupted(t, tiny(5), Options{}))
	r, err := OpenRecord(string(dir))
	if err != nil {
		t.Fatal(err)
	}
	epochs, err := r.checkpoints.epochs()
	if err != nil {
		t.Fatal(err)
	}
	for _, epoch := range epochs {
		if err := os.Truncate(dir.path(checkpointsName, checkpointName(epoch)), 100); err != nil {
			t.Fatal(err)
		}
	}
	s, err := r.Read()
	if err != nil || s.Lattice != nil || s.Epoch != 5 || s.Phase != Finished {
		t.Fatalf("without a checkpoint: %+v, %v", s, err)
	}
	if e := s.Events[len(s.Events)-1]; e.Kind != "warning" || !strings.Contains(e.Text, "not used") {
		t.Errorf("the damage is told as %+v", e)
	}
	if err := r.Do(Command{Kind: Respond}); !errors.Is(err, errNoFlow) {
		t.Errorf("a response without a flow: %v", err)
	}
	if err := os.RemoveAll(string(dir)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(); err == nil || hintOf(err) == "" {
		t.Errorf("a directory that is gone: %v", err)
	}
	if _, err := OpenRecord(string(dir)); err == nil || hintOf(err) == "" {
		t.Errorf("a directory that is gone: %v", err)
	}
}

func TestRecordAnswersWhatItCan(t *testing.T) {
	run := start(t, tiny(1_000_000), Options{})
	do(t, run, Command{Kind: Respond, Latent: 3})
	do(t, run, Command{Kind: Pause})
	s := eventually(t, run, "a response of the flow as it stands", func(s *Snapshot) bool {
		return s.Phase == Paused && s.Response != nil && s.Response.Epoch == s.Epoch
	})
	do(t, run, Command{Kind: Stop})
	run.Wait()
	r, err := OpenRecord(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	before, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []Command{{Kind: Respond, Latent: 3}, {Kind: Redraw}} {
		if err := r.Do(c); err != nil {
			t.Fatal(err)
		}
	}
	after, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before.Lattice, s.Lattice) {
		t.Errorf("the lattice is %+v, of the run it was %+v", before.Lattice, s.Lattice)
	}
	if !reflect.DeepEqual(after.Response, s.Response) {
		t.Errorf("the response is %+v, of the run it was %+v", after.Response, s.Response)
	}
	if after.Lattice.Draw != before.Lattice.Draw+1 || reflect.DeepEqual(after.Lattice.X, before.Lattice.X) {
		t.Error("the lattice was not drawn afresh")
	}
	for _, c := range []Command{{Kind: Stop}, {Kind: Respond, Latent: -1}} {
		if err := r.Do(c); err == nil || hintOf(err) == "" {
			t.Errorf("%s: %v", c.Kind, err)
		}
	}
}

// A record examines a latent in the background, and its Close ends that.
func TestRecordExamines(t *testing.T) {
	r, err := OpenRecord(uninterrupted(t, tiny(5), Options{}))
	if err != nil {
		t.Fatal(err)
	}
	read := func() *Snapshot {
		t.Helper()
		s, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	read()
	if err := r.Do(Command{Kind: Examine, Latent: 5}); err != nil {
		t.Fatal(err)
	}
	for end := time.After(patient); ; {
		if x := read().Examination; x != nil && x.Done() {
			if x.Latent != 5 || x.Epoch != 5 || x.Error != "" || len(x.Partners) == 0 {
				t.Errorf("it is %+v", x)
			}
			break
		}
		select {
		case <-r.News():
		case <-end:
			t.Fatal("no examination")
		}
	}
	if err := r.Do(Command{Kind: Examine, Latent: 6}); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if err := r.Do(Command{Kind: Examine, Latent: 16}); err == nil || hintOf(err) == "" {
		t.Errorf("a latent that does not exist: %v", err)
	}
}

func TestOwner(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	dir := directory(r.Feed().Latest().Dir)
	if o, err := OwnerOf(string(dir)); err != nil || !o.Self() || o.Attempt != 1 {
		t.Errorf("the owner is %+v, %v", o, err)
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
	if o, err := OwnerOf(string(dir)); err != nil || o != nil || o.Self() {
		t.Errorf("of a run that is over the owner is %+v, %v", o, err)
	}
	if err := os.WriteFile(dir.path(leaseName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OwnerOf(string(dir)); err == nil || hintOf(err) == "" {
		t.Errorf("a lease without meaning: %v", err)
	}
}

func TestWarn(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	r.Warn("no viewer can come")
	eventually(t, r, "the warning", func(s *Snapshot) bool {
		return slices.ContainsFunc(s.Events, func(e Event) bool { return e.Kind == "warning" && e.Text == "no viewer can come" })
	})
	do(t, r, Command{Kind: Stop})
	r.Wait()
	r.Warn("too late")
}
