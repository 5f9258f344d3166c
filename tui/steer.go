package tui

import (
	"math"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// trajectory is the step of a leapfrog and how many make a trajectory.
type trajectory struct {
	step      float64
	leapfrogs int
}

// paperTrajectory is that of Li and Wang, arXiv:1802.02840.
var paperTrajectory = trajectory{0.2, 10}

// chooseSampler goes to the other sampler: the keys change that one.
func (m *screen) chooseSampler(string) tea.Cmd {
	m.view.sampler = other(m.view.sampler)
	m.trajectory = trajectory{}
	return nil
}

func other(s run.Sampler) run.Sampler {
	if s == run.SamplerLatent {
		return run.SamplerPhysical
	}
	return run.SamplerLatent
}

// turnSampler starts the chosen sampler, or stops it. The other stays as it is.
func (m *screen) turnSampler(string) tea.Cmd {
	next := map[run.Sampler]run.Sampler{
		m.view.sampler:        run.SamplerOff,
		run.SamplerBoth:       other(m.view.sampler),
		other(m.view.sampler): run.SamplerBoth,
	}[m.latest.Sampler]
	if next == "" {
		next = m.view.sampler
	}
	return m.send(run.Command{Kind: run.SetSampler, Sampler: next})
}

// resetChains lets the chosen sampler begin again.
func (m *screen) resetChains(name string) tea.Cmd {
	start := run.Hot
	if name == "cold" {
		start = run.Cold
	}
	return m.send(run.Command{Kind: run.ResetChains, Sampler: m.view.sampler, Start: start})
}

// tune lets the chosen sampler find its step itself.
func (m *screen) tune(string) tea.Cmd {
	m.trajectory = trajectory{}
	return m.send(run.Command{Kind: run.Tune, Sampler: m.view.sampler})
}

// stepFactor is that of one key press.
const stepFactor = 1.25

// changeTrajectory makes steps of the chosen sampler longer or shorter, or their
// number more or less by one. It counts from what was asked for: the sampler
// takes a new trajectory up at the end of the present one.
func (m *screen) changeTrajectory(name string) tea.Cmd {
	t, ok := m.presentTrajectory()
	if !ok {
		return m.say(notice{"the " + string(m.view.sampler) + " sampler is off", true})
	}
	switch name {
	case "up":
		t.step = min(t.step*stepFactor, 2)
	case "down":
		t.step = max(t.step/stepFactor, 1e-4)
	case "coarser":
		t.leapfrogs = min(t.leapfrogs+1, 1000)
	case "finer":
		t.leapfrogs = max(t.leapfrogs-1, 1)
	case "reset":
		t = paperTrajectory
	}
	m.trajectory = t
	return m.send(run.Command{Kind: run.SetTrajectory, Sampler: m.view.sampler, Value: t.step, Leapfrogs: t.leapfrogs})
}

// presentTrajectory is what was last asked of the chosen sampler, or what it does.
func (m *screen) presentTrajectory() (trajectory, bool) {
	for _, r := range m.latest.Samplers {
		if r.Space != m.view.sampler {
			continue
		}
		if m.trajectory.leapfrogs > 0 {
			return m.trajectory, true
		}
		return trajectory{r.Step, r.Leapfrogs}, true
	}
	return trajectory{}, false
}

// settle forgets a trajectory that was asked for once the sampler does it, or is
// off.
func (m *screen) settle() {
	for _, r := range m.latest.Samplers {
		if r.Space == m.view.sampler {
			if r.Leapfrogs == m.trajectory.leapfrogs && math.Abs(r.Step-m.trajectory.step) < 1e-9 {
				m.trajectory = trajectory{}
			}
			return
		}
	}
	m.trajectory = trajectory{}
}

// warns says what a judgement warns of, if the one before did not.
func warns(before, now *run.Snapshot) string {
	if now.Judgement == nil || before != nil && before.Judgement != nil && before.Judgement.Warning != "" {
		return ""
	}
	return now.Judgement.Warning
}
