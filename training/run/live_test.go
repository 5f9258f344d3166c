package run

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestLiveRuns(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	if all := LiveRuns(); all != nil {
		t.Errorf("before the first note: %v", all)
	}
	withdraw := Announce("runs/a")
	other := Announce("runs/b")
	all := LiveRuns()
	if len(all) != 2 || !filepath.IsAbs(all[0].Dir) || all[0].PID != os.Getpid() || !all[0].Here() || all[0].Since == "" {
		t.Fatalf("of this process: %+v", all)
	}
	withdraw()
	if all = LiveRuns(); len(all) != 1 || filepath.Base(all[0].Dir) != "b" {
		t.Errorf("after one was withdrawn: %+v", all)
	}
	other()

	notes := filepath.Join(state, "neuralrg", "live")
	write := func(name string, change func(*Live)) {
		t.Helper()
		note := Live{Dir: "/nowhere/" + name, holder: self(0)}
		change(&note)
		data, err := json.Marshal(note)
		if err == nil {
			err = os.WriteFile(filepath.Join(notes, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	write("mine", func(*Live) {})
	write("gone", func(l *Live) { l.PID = 1 << 30 })
	write("reused", func(l *Live) { l.Started = "1" })
	write("reboot", func(l *Live) { l.Boot = "another" })
	write("far", func(l *Live) { l.Host = "far-away" })
	write("over", func(l *Live) { l.Host, l.Dir = "far-away", dir }) // its directory has no lease
	for name, text := range map[string]string{"rubbish": "{", "empty": "", "nothing": "{}"} {
		if err := os.WriteFile(filepath.Join(notes, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]bool{}
	for _, l := range LiveRuns() {
		got[filepath.Base(l.Dir)] = l.Here()
	}
	if here, ok := got["far"]; len(got) != 2 || !got["mine"] || !ok || here {
		t.Errorf("live are %v, want mine and far, of which the first is here", got)
	}
	for _, name := range []string{"gone", "reused", "reboot", "over"} {
		if _, err := os.Stat(filepath.Join(notes, name)); err == nil {
			t.Errorf("the note %s is still there", name)
		}
	}
}

// Notes are a convenience: that none can be written hinders nobody.
func TestNotesThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", file)
	Announce("runs/a")()
	if all := LiveRuns(); len(all) != 0 {
		t.Errorf("live are %v", all)
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_STATE_HOME", "relative") // which does not count
	defer Announce("runs/a")()
	if entries, err := os.ReadDir(filepath.Join(home, ".local/state/neuralrg/live")); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}
