package cli_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"neuralrg/training"
	"neuralrg/training/remote"
	"neuralrg/training/run"
)

// mute is a run that takes no command before it is released.
type mute struct {
	*run.Run
	release chan struct{}
}

func (m mute) Do(run.Command) error {
	<-m.release
	return nil
}

// A run that does not answer at its socket is stopped by a signal.
func TestStopBySignal(t *testing.T) {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	defer signal.Stop(terminated)
	c, err := training.Preset("quick")
	if err != nil {
		t.Fatal(err)
	}
	c.L, c.Couplings, c.Hidden, c.HiddenLayers, c.Batch, c.Epochs = 4, 2, 4, 1, 16, 1_000_000
	dir := t.TempDir()
	r, err := run.Start(t.Context(), filepath.Join(dir, "run"), run.Config{Config: c}, run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	m := mute{r, make(chan struct{})}
	server, err := remote.Serve(m, filepath.Join(dir, "run"))
	if err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() {
		<-terminated
		stopped <- r.Do(run.Command{Kind: run.Stop})
		r.Wait()
		close(m.release)
		server.Close()
	}()
	var words strings.Builder
	stop := command(t, dir, "stop", "run")
	stop.Stdout, stop.Stderr = &words, &words
	if err := stop.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(patient, func() { _ = stop.Process.Kill() }).Stop()
	if err := stop.Wait(); err != nil || !strings.HasPrefix(words.String(), "run is saved: stopped at epoch ") {
		t.Errorf("%v, %q", err, words.String())
	}
	select {
	case err := <-stopped:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patient):
		t.Error("no signal came")
	}
}
