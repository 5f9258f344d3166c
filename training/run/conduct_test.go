package run

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"neuralrg/model"
	"neuralrg/training"
)

func TestCommandsAreChecked(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	for _, c := range []Command{
		{},
		{Kind: "reboot"},
		{Kind: SetRate},
		{Kind: SetRate, Value: -1},
		{Kind: SetRate, Value: 1.5},
		{Kind: SetRate, Value: math.NaN()},
		{Kind: SetRate, Value: math.Inf(1)},
		{Kind: SetSampler, Sampler: "wolff"},
		{Kind: Respond, Latent: -1},
		{Kind: Respond, Latent: 16},
		{Kind: Examine, Latent: 16},
		{Kind: Fix, Latent: 16},
		{Kind: Fix, Value: math.NaN()},
		{Kind: Fix, Value: MostLatent + 0.01},
		{Kind: Fix, Value: math.Inf(-1)},
		{Kind: ResetChains, Sampler: SamplerBoth},
		{Kind: ResetChains, Sampler: SamplerOff, Start: Cold},
		{Kind: ResetChains, Sampler: SamplerBoth, Start: Cold}, // they are off
		{Kind: Tune},
		{Kind: SetTrajectory, Sampler: SamplerLatent, Value: math.NaN(), Leapfrogs: 5},
		{Kind: SetTrajectory, Sampler: SamplerLatent, Value: maxStep + 1, Leapfrogs: 5},
		{Kind: SetTrajectory, Sampler: SamplerLatent, Value: 0.1},
		{Kind: SetTrajectory, Sampler: SamplerLatent, Value: 0.1, Leapfrogs: maxLeapfrogs + 1},
	} {
		if err := r.Do(c); err == nil || hintOf(err) == "" {
			t.Errorf("%+v: %v", c, err)
		}
	}
	do(t, r, Command{Kind: Stop})
	if s := r.Wait(); s.Phase != Stopped {
		t.Errorf("ended %s: %s", s.Phase, s.Error)
	}
}

// What is changed live is in the checkpoint and in the events, and not in the
// configuration.
func TestLiveChangesLast(t *testing.T) {
	const rate = 1e-30 // changes no flow, so that the lattice stays after --resume
	r := start(t, tiny(1_000_000), Options{})
	do(t, r, Command{Kind: Pause})
	do(t, r, Command{Kind: SetRate, Value: rate})
	do(t, r, Command{Kind: SetSampler, Sampler: SamplerPhysical})
	do(t, r, Command{Kind: Redraw})
	eventually(t, r, "the changes", func(s *Snapshot) bool {
		return s.BaseRate == rate && s.Sampler == SamplerPhysical && s.Lattice.Draw == 1
	})
	do(t, r, Command{Kind: Stop})
	before := r.Wait()
	r, err := Continue(t.Context(), before.Dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := r.Feed().Latest()
	if s.BaseRate != rate || s.Sampler != SamplerPhysical || s.Lattice.Draw != 1 {
		t.Errorf("after --resume: rate %v, sampler %s, draw %d", s.BaseRate, s.Sampler, s.Lattice.Draw)
	}
	if s.Config.Rate != 0.004 || s.Config.Sampler != SamplerOff {
		t.Errorf("the configuration was changed: %+v", s.Config)
	}
	if !slices.Equal(s.Lattice.X, before.Lattice.X) || !slices.Equal(s.Lattice.Spins, before.Lattice.Spins) {
		t.Error("the lattice is another one")
	}
	var kinds []string
	for _, e := range s.Events {
		if e.Kind != judgementEvent { // comes if there was time for it
			kinds = append(kinds, e.Kind)
		}
	}
	if want := []string{"start", "rate", "sampler", "redraw", "resume"}; !slices.Equal(kinds, want) {
		t.Errorf("events %v, want %v", kinds, want)
	}
	if h, err := readHolder(directory(before.Dir).path(leaseName)); err != nil || h.Attempt != 2 {
		t.Errorf("the lease is of attempt %d, %v", h.Attempt, err)
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
	events, err := os.ReadFile(directory(before.Dir).path(eventsName))
	if err != nil || strings.Count(string(events), "\n") < 5 {
		t.Errorf("events.jsonl holds %q, %v", events, err)
	}
}

func TestSaveWritesACheckpointNow(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 })
	do(t, r, Command{Kind: Save})
	s := eventually(t, r, "a checkpoint", func(s *Snapshot) bool { return s.Saved > 0 })
	if _, err := os.Stat(filepath.Join(s.Dir, checkpointsName, fmt.Sprintf("%06d.npz", s.Saved))); err != nil {
		t.Error(err)
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
}

func TestCancelledContextSavesAndStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Start(ctx, t.TempDir(), tiny(1_000_000), Options{})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 })
	cancel()
	if s := r.Wait(); s.Phase != Stopped || s.Saved != s.Epoch || s.Epoch == 0 {
		t.Errorf("ended %s at epoch %d, saved at %d", s.Phase, s.Epoch, s.Saved)
	}
}

// The background work has its own random numbers: the trained bits are the same
// with it and without.
func TestSamplersChangeNoBit(t *testing.T) {
	c := tiny(1_000_000)
	c.Schedule = training.Constant // the same in a run that is stopped and in a shorter one
	r := start(t, c, Options{Sampler: SamplerBoth, SamplerShare: new(1.0)})
	do(t, r, Command{Kind: Respond, Latent: 3})
	do(t, r, Command{Kind: Redraw})
	do(t, r, Command{Kind: Fix, Latent: 3, Value: 2})
	do(t, r, Command{Kind: Coarsen})
	do(t, r, Command{Kind: Examine, Latent: 3})
	do(t, r, Command{Kind: SetTrajectory, Sampler: SamplerBoth, Value: 0.1, Leapfrogs: 3})
	do(t, r, Command{Kind: ResetChains, Sampler: SamplerLatent, Start: Hot})
	do(t, r, Command{Kind: Tune, Sampler: SamplerPhysical})
	eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 })
	do(t, r, Command{Kind: Pause})
	paused := eventually(t, r, "a judgement", func(s *Snapshot) bool {
		return s.Phase == Paused && s.Judgement != nil && len(s.Samplers) == 2
	})
	do(t, r, Command{Kind: Resume})
	eventually(t, r, "500 epochs more", func(s *Snapshot) bool { return s.Epoch >= paused.Epoch+500 })
	do(t, r, Command{Kind: Stop})
	s := r.Wait()
	if s.Phase != Stopped {
		t.Fatalf("ended %s: %s", s.Phase, s.Error)
	}
	c.Epochs = s.Epoch
	last, metrics := result(t, s.Dir)
	want, wantMetrics := result(t, uninterrupted(t, c, Options{}))
	last.Draw, last.Sampler = want.Draw, want.Sampler
	if !equal(last, want) || !slices.Equal(metrics, wantMetrics) {
		t.Error("the samplers changed what was learned")
	}
}

// Without a share of the time no sampler works, whatever was chosen.
func TestSamplersWithoutShareAreOff(t *testing.T) {
	c := tiny(1_000_000)
	c.Sampler, c.SamplerShare = SamplerBoth, 0
	r := start(t, c, Options{})
	if err := r.Do(Command{Kind: SetSampler, Sampler: SamplerPhysical}); err == nil || hintOf(err) == "" {
		t.Errorf("a sampler without time was started: %v", err)
	}
	s := eventually(t, r, "200 epochs", func(s *Snapshot) bool { return s.Epoch >= 200 })
	if s.Sampler != SamplerOff || len(s.Samplers) != 0 {
		t.Errorf("sampler %s with %d reports", s.Sampler, len(s.Samplers))
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
}

// A share in the options counts instead of the run's own, and none is one too.
func TestShareOfTheOptions(t *testing.T) {
	c := tiny(1_000_000)
	c.Sampler, c.SamplerShare = SamplerPhysical, 1
	r := start(t, c, Options{SamplerShare: new(0.0)})
	if s := eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 }); s.Sampler != SamplerOff {
		t.Errorf("sampler %s without a share", s.Sampler)
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
	if _, err := Start(t.Context(), t.TempDir(), c, Options{SamplerShare: new(-0.1)}); err == nil {
		t.Error("a share of -0.1 is taken")
	}
}

// Both samplers give <m^2> of the exact value while the run is paused, so that
// the latent one works with one flow.
func TestSamplersFindTheMagnetization(t *testing.T) {
	if testing.Short() {
		t.Skip("it needs thousands of trajectories")
	}
	r := learnt(t, tiny(1_000_000), 50, Options{Sampler: SamplerBoth, SamplerShare: new(1.0)})
	do(t, r, Command{Kind: Pause})
	s := eventually(t, r, "enough trajectories of each", func(s *Snapshot) bool {
		return len(s.Samplers) == 2 && s.Samplers[0].Doubt == "" && s.Samplers[1].Doubt == ""
	})
	for i, space := range []Sampler{SamplerLatent, SamplerPhysical} {
		report := s.Samplers[i]
		off := math.Abs(report.M2-*s.Exact.MagnetizationSquared) / report.M2Error
		if report.Space != space || off > 5 || report.M2Error > 0.05 || report.Acceptance < 0.5 || report.Acceptance > 1 {
			t.Errorf("%+v, exact %v", report, *s.Exact.MagnetizationSquared)
		}
	}
	do(t, r, Command{Kind: SetSampler, Sampler: SamplerPhysical})
	eventually(t, r, "one sampler", func(s *Snapshot) bool {
		return len(s.Samplers) == 1 && s.Samplers[0].Space == SamplerPhysical
	})
	do(t, r, Command{Kind: Stop})
	r.Wait()
}

func TestResponse(t *testing.T) {
	r := learnt(t, tiny(1_000_000), 100, Options{})
	do(t, r, Command{Kind: Pause})
	do(t, r, Command{Kind: Respond, Latent: 5})
	s := eventually(t, r, "a response", func(s *Snapshot) bool {
		return s.Response != nil && s.Response.Latent == 5 && s.Response.Epoch == s.Epoch
	})
	if got := s.Response; len(got.Map) != 16 || got.L != 4 || got.Level != s.Config.Level(5) || got.Samples != responseSamples {
		t.Errorf("%+v", got)
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()

	// The same from the checkpoint, sample by sample.
	last, _ := result(t, s.Dir)
	flow, err := model.Restore(s.Config.Shape, last.Params, last.Masks)
	if err != nil {
		t.Fatal(err)
	}
	mean, deviation := slowResponse(flow, newResponder(s.Config.Config).z, 5)
	for site := range mean {
		if got := float64(s.Response.Map[site]); math.Abs(got-mean[site]) > 1e-5 {
			t.Errorf("site %d responds with %v, want %v", site, got, mean[site])
		}
		if got := float64(s.Response.Error[site]); math.Abs(got-deviation[site]) > 1e-5 {
			t.Errorf("site %d has the error %v, want %v", site, got, deviation[site])
		}
	}
}

// slowResponse is the response at each site to a latent and its standard error,
// one site of one sample at a time: backwards, from the field to the latents.
func slowResponse(flow *model.Flow, z []float32, latent int) (mean, err []float64) {
	sites := flow.Shape.Sites()
	tape := model.NewTape(flow.Shape, 1)
	samples := float64(len(z) / sites)
	mean, err = make([]float64, sites), make([]float64, sites)
	one, dz, logq := make([]float32, sites), make([]float32, sites), make([]float64, 1)
	for sample := range int(samples) {
		for site := range one {
			one[site] = z[site*int(samples)+sample]
		}
		flow.Generate(tape, make([]float32, sites), logq, one)
		for site := range mean {
			dx := make([]float32, sites)
			dx[site] = 1
			flow.Backward(tape, nil, dz, dx, nil)
			v := float64(dz[latent])
			mean[site] += v / samples
			err[site] += v * v / samples
		}
	}
	for site, square := range err {
		variance := (square - mean[site]*mean[site]) * samples / (samples - 1)
		err[site] = math.Sqrt(max(0, variance) / samples)
	}
	return mean, err
}

func TestNothingIsLeftRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	r := start(t, tiny(30), Options{Threads: 4, Sampler: SamplerBoth})
	r.Wait()
	r = launchAfter(t, tiny(30), func(b *conductor) { b.trainer.Flow().Params[0] = float32(math.NaN()) })
	r.Wait()
	// The last of them may be between its last statement and its end.
	for end := time.Now().Add(patient); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return
		}
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
}

// A follower that stops reading holds nobody up.
func TestBlockedFollowerDoesNotSlowTraining(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	reading, release := make(chan struct{}), make(chan struct{})
	ended := make(chan Phase)
	go func() {
		var last Phase
		for s := range r.Feed().Follow(t.Context()) {
			if last == "" {
				close(reading)
				<-release
			}
			last = s.Phase
		}
		ended <- last
	}()
	<-reading
	first := r.Feed().Latest().Epoch
	eventually(t, r, "100 epochs more", func(s *Snapshot) bool { return s.Epoch > first+100 })
	do(t, r, Command{Kind: Stop})
	r.Wait()
	close(release)
	if last := <-ended; last != Stopped {
		t.Errorf("the blocked follower ended with phase %s", last)
	}
}

// However fast the epochs are, snapshots keep their pace, and epochs are written
// without a checkpoint or a command.
func TestPace(t *testing.T) {
	began := time.Now()
	r := start(t, tiny(1_000_000), Options{saveEvery: time.Hour})
	before := r.feed.newest.Load().number
	time.Sleep(1500 * time.Millisecond)
	number := r.feed.newest.Load().number - before
	if most := int(time.Since(began)/publishEvery) + 2; int(number) > most {
		t.Errorf("%d snapshots in the time of %d", number, most)
	}
	s := r.Feed().Latest()
	for end := time.Now().Add(patient); ; time.Sleep(50 * time.Millisecond) {
		metrics, err := allMetrics(directory(s.Dir).path(metricsName))
		if n := len(metrics); err == nil && n > 0 && metrics[n-1].Epoch >= s.Epoch {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("metrics.jsonl is late: %d lines of %d epochs, %v", len(metrics), s.Epoch, err)
		}
	}
	if saved := r.Feed().Latest().Saved; saved != 0 {
		t.Errorf("there is a checkpoint of epoch %d", saved)
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
}

func TestSpeed(t *testing.T) {
	var history []Metrics
	for e := range 100 { // two epochs a second
		history = append(history, Metrics{Epoch: e + 1, Seconds: 0.5 * float64(e+1)})
	}
	if perSecond, remaining := speed(history, 200); math.Abs(perSecond-2) > 1e-12 || math.Abs(remaining-50) > 1e-9 {
		t.Errorf("%v epochs a second, %v s remain", perSecond, remaining)
	}
	slow := []Metrics{{Epoch: 1, Seconds: 10}, {Epoch: 2, Seconds: 30}}
	if perSecond, remaining := speed(slow, 4); perSecond != 0.05 || remaining != 40 {
		t.Errorf("%v epochs a second, %v s remain", perSecond, remaining)
	}
	if _, remaining := speed(slow[:1], 4); remaining >= 0 {
		t.Errorf("%v s remain after one epoch", remaining)
	}
}
