package run

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"neuralrg/physics"
	"neuralrg/sampling"
)

// The statistics of chains in blocks are those of the chains themselves: of
// x' = a x + noise with tau = (1+a)/(2(1-a)), of variance 1.
func TestFindingsOfBlocks(t *testing.T) {
	const a, chains, draws = 0.8, 32, 20_000 // blocks of 32
	random := rand.New(rand.NewPCG(11, 0))
	m := &measurement{record: newBlocks(chains, mostBlocks), trajectories: draws, hmc: &sampling.HMC{}, trace: newBlocks(1, tracePoints)}
	x := make([]float64, chains)
	for i := range x {
		x[i] = random.NormFloat64()
	}
	for range draws {
		for i := range x {
			x[i] = a*x[i] + math.Sqrt(1-a*a)*random.NormFloat64()
		}
		m.record.add(x)
	}
	m.diagnose()
	f := m.findings
	if m.record.size < 8 {
		t.Fatalf("blocks of %d", m.record.size)
	}
	n := float64(f.trajectories * chains)
	wantTau := (1 + a) / (2 * (1 - a))
	wantError := math.Sqrt(2 * wantTau / n)
	if math.Abs(f.tau/wantTau-1) > 0.15 || math.Abs(f.Error/wantError-1) > 0.1 || math.Abs(f.Mean) > 4*wantError || !f.Reliable {
		t.Errorf("tau %v +- %v, not %v; mean %v +- %v, not +- %v; %v", f.tau, f.tauError, wantTau, f.Mean, f.Error, wantError, f.Reasons)
	}
}

// What changes chains makes their statistics begin again, and is in the report.
func TestOrders(t *testing.T) {
	c := tiny(1).Config
	energy, err := physics.NewIsing(c.L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	s := &background{space: SamplerPhysical, config: c, energy: energy}
	m := s.measure(t.Context(), nil)
	for range 400 {
		m.trajectory()
	}
	m.diagnose()
	if r := m.report(); r.Trajectories != 400 || len(r.Trace) == 0 || len(r.Trace) > tracePoints || r.M2Error == 0 {
		t.Errorf("before: %+v", r)
	}
	m.obey(Command{Kind: SetTrajectory, Value: 0.05, Leapfrogs: 3})
	if r := m.report(); r.Trajectories != 0 || r.Step != 0.05 || r.Leapfrogs != 3 || !r.Short || r.Doubt == "" || r.M2 != 0 {
		t.Errorf("with another step: %+v", r)
	}
	for start, inside := range map[ChainStart]func(m2 float64) bool{
		Cold: func(m2 float64) bool { return m2 > 0.5 },
		Hot:  func(m2 float64) bool { return m2 < 0.3 },
	} {
		m.obey(Command{Kind: ResetChains, Start: start})
		m.trajectory()
		if r := m.report(); len(r.Trace) != 1 || !inside(float64(r.Trace[0])) {
			t.Errorf("%s start: %v", start, r.Trace)
		}
	}
	m.obey(Command{Kind: Tune})
	var tuned *sampling.Adaptation
	for range 10 * tuningTrajectories {
		if tuned = m.trajectory(); tuned != nil {
			break
		}
	}
	if r := m.report(); tuned == nil || r.Tuning != 0 || r.Trajectories != 0 || r.Step != tuned.Step || r.Step == 0.05 {
		t.Errorf("tuned to %+v, %+v", tuned, r)
	}
}

// Diagnoses are few however fast trajectories are.
func TestDiagnosesAreFew(t *testing.T) {
	m := &measurement{record: newBlocks(2, mostBlocks), trajectories: 9, findings: findings{at: time.Now().Add(patient), trajectories: -1}}
	for range 9 {
		m.record.add([]float64{1, 2})
	}
	m.diagnose()
	if m.findings.trajectories != -1 {
		t.Error("there was a diagnosis a moment ago")
	}
}
