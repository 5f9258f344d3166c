package tui

import (
	"slices"
	"testing"

	"neuralrg/training/run"
)

// The keys of the sampler pane change the chosen sampler, and only there.
func TestSamplerKeys(t *testing.T) {
	c := newConsole(16, size{120, 40})
	c.press("o", "up", "0", "H") // another pane has the focus
	c.press("4", "up", "up", "]", "right", "[", "0", "C", "H", "a", "o", "o", "left", "down")
	both, latent, physical := run.SamplerBoth, run.SamplerLatent, run.SamplerPhysical
	want := []run.Command{
		{Kind: run.SetTrajectory, Sampler: latent, Value: 0.2 * 1.25, Leapfrogs: 10},
		{Kind: run.SetTrajectory, Sampler: latent, Value: 0.2 * 1.25 * 1.25, Leapfrogs: 10},
		{Kind: run.SetTrajectory, Sampler: latent, Value: 0.2 * 1.25 * 1.25, Leapfrogs: 11},
		{Kind: run.SetTrajectory, Sampler: physical, Value: 0.2, Leapfrogs: 9},
		{Kind: run.SetTrajectory, Sampler: physical, Value: 0.2, Leapfrogs: 10},
		{Kind: run.ResetChains, Sampler: physical, Start: run.Cold},
		{Kind: run.ResetChains, Sampler: physical, Start: run.Hot},
		{Kind: run.Tune, Sampler: physical},
		{Kind: run.SetSampler, Sampler: latent},
		{Kind: run.SetSampler, Sampler: both},
		{Kind: run.SetTrajectory, Sampler: latent, Value: 0.2 * 1.25, Leapfrogs: 11},
	}
	got := slices.DeleteFunc(c.fake.asked(), asksToLook)
	if !slices.EqualFunc(got, want, func(a, b run.Command) bool {
		near := a.Value-b.Value < 1e-12 && b.Value-a.Value < 1e-12
		a.Value, b.Value = 0, 0
		return near && a == b
	}) {
		t.Errorf("commands\n%v, want\n%v", got, want)
	}
}

// Presses that come faster than the sampler takes them up add up.
func TestStepsAddUp(t *testing.T) {
	c := newConsole(16, size{120, 40})
	c.press("4")
	before := c.latest
	c.tell(key("]"))
	c.tell(snapshotMsg{before})
	c.tell(key("]"))
	asked := c.fake.asked()
	if last := asked[len(asked)-1]; last.Leapfrogs != 12 {
		t.Errorf("two presses ask for %+v", last)
	}
	c.show()
	if c.trajectory != (trajectory{}) {
		t.Errorf("%+v is still waited for", c.trajectory)
	}
}

// Each of the states of two samplers leads to another, and back.
func TestSamplersTurn(t *testing.T) {
	for _, step := range []struct{ chosen, from, to run.Sampler }{
		{run.SamplerLatent, run.SamplerOff, run.SamplerLatent},
		{run.SamplerLatent, run.SamplerLatent, run.SamplerOff},
		{run.SamplerLatent, run.SamplerPhysical, run.SamplerBoth},
		{run.SamplerLatent, run.SamplerBoth, run.SamplerPhysical},
		{run.SamplerPhysical, run.SamplerBoth, run.SamplerLatent},
		{run.SamplerPhysical, run.SamplerOff, run.SamplerPhysical},
	} {
		c := newConsole(16, size{120, 40})
		c.fake.state.Sampler = step.from
		c.fake.publish()
		c.show()
		c.view.sampler = step.chosen
		c.press("4", "o")
		if c.latest.Sampler != step.to {
			t.Errorf("%s from %s leads to %s, not %s", step.chosen, step.from, c.latest.Sampler, step.to)
		}
	}
}

// A warning is said once when it comes up, not with every judgement.
func TestWarningIsSaidOnce(t *testing.T) {
	c := newConsole(16, size{120, 40})
	for range 2 {
		c.fake.state.Judgement = &run.Judgement{Warning: "the flow magnetises too much"}
		c.fake.publish()
		c.show()
		if c.said == 1 && c.notice.text != "the flow magnetises too much" {
			t.Errorf("the notice is %q", c.notice.text)
		}
	}
	if c.said != 1 {
		t.Errorf("it was said %d times", c.said)
	}
}
