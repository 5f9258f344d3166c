package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"neuralrg/training"
)

func TestDefaultDir(t *testing.T) {
	base := t.TempDir()
	c := tiny(1)
	c.L, c.Temperature = 16, 2.269185314213022
	day := time.Date(2026, 11, 3, 4, 5, 6, 0, time.UTC)
	for _, want := range []string{"L16-T2.269-2026-11-03-1", "L16-T2.269-2026-11-03-2"} {
		got := DefaultDir(base, c, day)
		if got != filepath.Join(base, want) {
			t.Errorf("DefaultDir = %s, want %s", got, want)
		}
		if err := directory(got).create(); err != nil {
			t.Fatal(err)
		}
	}
	c.Temperature = 4
	if got := filepath.Base(DefaultDir(base, c, day)); got != "L16-T4-2026-11-03-1" {
		t.Errorf("DefaultDir at T=4 is %s", got)
	}
}

func TestForeignDirectories(t *testing.T) {
	mk := func(names ...string) string {
		dir := t.TempDir()
		for _, name := range names {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	file := filepath.Join(mk("file"), "file")
	for name, c := range map[string]struct{ dir, say string }{
		"another's files":       {mk("thesis.tex"), "thesis.tex"},
		"another's checkpoints": {mk("checkpoints/000001.npz"), "checkpoints"},
		"a run":                 {mk(configName), "already holds a run"},
		"a file":                {file, "not a directory"},
		"below a file":          {filepath.Join(file, "run"), "not a directory"},
		"the kernel's":          {"/proc/neuralrg", "/proc/neuralrg"},
	} {
		_, err := Start(t.Context(), c.dir, tiny(1), Options{})
		if err == nil || hintOf(err) == "" || !strings.Contains(err.Error(), c.say) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Start in %s: %v", name, err)
		}
	}
	for name, dir := range map[string]string{
		"nothing":  filepath.Join(t.TempDir(), "nothing"),
		"an empty": t.TempDir(),
		"a file":   file,
	} {
		_, err := Continue(t.Context(), dir, Options{})
		if err == nil || hintOf(err) == "" || strings.Contains(err.Error(), "\n") {
			t.Errorf("Continue in %s: %v", name, err)
		}
	}
}

// A start that ended before its config.json leaves a directory that the next
// start may use.
func TestUnfinishedStartIsNoObstacle(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, checkpointsName), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, configName+temporary), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Start(t.Context(), dir, tiny(2), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Wait(); s.Phase != Finished {
		t.Errorf("ended %s: %s", s.Phase, s.Error)
	}
}

// A pipe under a name of the run directory must not make a reader wait for a
// writer that never comes.
func TestPipesAreNotOpened(t *testing.T) {
	c := tiny(20)
	c.Schedule = training.Constant
	for name, say := range map[string]string{
		configName:                      configName,
		metricsName:                     metricsName,
		eventsName:                      eventsName,
		leaseName:                       leaseName,
		checkpointsName + "/000099.npz": "",
	} {
		dir := directory(uninterrupted(t, c, Options{}))
		extend(t, string(dir), 30)
		_ = os.Remove(dir.path(name))
		if err := unix.Mkfifo(dir.path(name), 0o600); err != nil {
			t.Skip("pipes cannot be made here")
		}
		ended := make(chan error, 1)
		go func() {
			r, err := Continue(t.Context(), string(dir), Options{})
			if err == nil {
				r.Wait()
			}
			ended <- err
		}()
		select {
		case err := <-ended:
			if say == "" {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			} else if err == nil || hintOf(err) == "" || !strings.Contains(err.Error(), say) || !strings.Contains(err.Error(), "regular file") {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(patient):
			t.Fatalf("%s: the run waits for the pipe", name)
		}
	}
}
