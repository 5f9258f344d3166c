package training

import (
	"testing"

	"neuralrg/model"
)

// tail averages the last n gaps: the mean, in nats, of KL(q||p).
func tail(all []Stats, n int, lnZDual float64) (gap float64) {
	for _, s := range all[len(all)-n:] {
		gap += (s.FreeEnergy + lnZDual) / float64(n)
	}
	return gap
}

func TestTheFlowLearnsAndKeepsTheBound(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for 300 epochs")
	}
	for _, objective := range []Objective{ReverseKL, Path} {
		c := small()
		c.Shape = model.Shape{L: 4, Repeat: 1, Couplings: 6, Hidden: 8, HiddenLayers: 2}
		c.Batch, c.Rate, c.Objective = 128, 5e-3, objective
		all := steps(t, trainer(t, c, 2), 150)
		lnZ := ising(t, c).LnZDual()
		first, last := tail(all[:5], 5, lnZ), tail(all, 20, lnZ)
		if last > 1.5 || last > first/5 {
			t.Errorf("%s: the gap went from %.2f to %.2f nats in 150 epochs", objective, first, last)
		}
		for _, s := range all {
			if s.FreeEnergy+lnZ < -5*s.FreeEnergyError {
				t.Errorf("%s, epoch %d: free energy %v(%v) below the exact %v", objective, s.Epoch, s.FreeEnergy, s.FreeEnergyError, -lnZ)
			}
			if !(s.ESS > 0 && s.ESS <= 1) {
				t.Errorf("%s, epoch %d: effective sample size %v", objective, s.Epoch, s.ESS)
			}
		}
	}
}
