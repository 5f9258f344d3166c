package inference

import (
	"fmt"
	"math"

	"neuralrg/physics"
	"neuralrg/sampling"
)

const (
	// mostMeasured is the largest number of values that are kept for the
	// estimates: a gigabyte of them.
	mostMeasured = 1 << 27
	maxWarmUp    = 10_000_000
	maxLeapfrogs = 10_000
)

// settle refuses what cannot be, and chooses what is not given.
func (s *Sampling) settle(m *physics.Ising) error {
	most := mostMeasured / m.Measured()
	chains := !s.Method.independent()
	hybrid := s.Method == LatentHMC || s.Method == PhysicalHMC
	switch {
	case s.N < 1 || s.N > most:
		return asked(fmt.Sprintf("%d draws are out of range", s.N), fmt.Sprintf("choose from 1 to %d with -n", most))
	case !chains && (s.Chains != 0 || s.WarmUp != 0):
		return asked(fmt.Sprintf("draws by %s are independent", s.Method), "leave out --chains and --warm-up")
	case !hybrid && (s.Step != 0 || s.Leapfrogs != 0 || s.Target != 0):
		return asked(fmt.Sprintf("%s has no trajectories", s.Method), "leave out --step, --target and --leapfrogs, or choose latent-hmc or hmc")
	case s.Step != 0 && s.Target != 0:
		return asked("--step and --target are both given", "give one: the target is for a step that is tuned")
	case s.Target < 0 || s.Target >= 1 || math.IsNaN(s.Target):
		return asked(fmt.Sprintf("target acceptance %v is out of range", s.Target), "choose more than 0 and less than 1; 0.65 to 0.8 are good")
	case s.Chains < 0 || s.Chains > s.N || s.Chains > maxChains(m.Sites()):
		return asked(fmt.Sprintf("%d chains are out of range", s.Chains), fmt.Sprintf("choose from 1 to %d for %d draws", min(s.N, maxChains(m.Sites())), s.N))
	case s.WarmUp < 0 || s.WarmUp > maxWarmUp:
		return asked(fmt.Sprintf("%d steps of warm-up are out of range", s.WarmUp), fmt.Sprintf("choose from 1 to %d", maxWarmUp))
	case !(s.Step >= 0 && s.Step <= maxStep):
		return asked(fmt.Sprintf("step %v is out of range", s.Step), fmt.Sprintf("choose more than 0 and at most %v; the paper's is %v", maxStep, sampling.PaperStep))
	case s.Leapfrogs < 0 || s.Leapfrogs > maxLeapfrogs:
		return asked(fmt.Sprintf("%d leapfrogs are out of range", s.Leapfrogs), fmt.Sprintf("choose from 1 to %d; the paper has %d", maxLeapfrogs, sampling.PaperLeapfrogs))
	}
	s.Threads = max(1, s.Threads)
	if chains && s.Chains == 0 {
		s.Chains = usualChains(s.N, m.Sites())
	}
	if chains && s.WarmUp == 0 {
		s.WarmUp = usualWarmUp[s.Method]
	}
	switch {
	case hybrid && s.Step == 0 && s.Target == 0:
		s.Target = sampling.DefaultTarget
	case hybrid && s.Step != 0 && s.Leapfrogs == 0:
		s.Leapfrogs = sampling.PaperLeapfrogs
	}
	return nil
}

// maxStep is far beyond where any leapfrog is stable.
const maxStep = 100.0

// maxChains keeps their fields below a gigabyte.
func maxChains(sites int) int { return 1 << 28 / (8 * sites) }

// usualWarmUp is cheap beside the draws that one wants, and several times what
// chains need that start from standard normal values.
var usualWarmUp = map[Method]int{Independence: 200, LatentHMC: 200, PhysicalHMC: 500}

// usualChains is how many chains make n draws: enough for the kernels and few
// enough for chains of some length, and, if that is near, such that all have the
// same number of draws.
func usualChains(n, sites int) int {
	const shortest = 200 // draws of a chain: several times 50 autocorrelation times of a good one
	most := min(n, max(4, n/shortest), max(8, min(64, 1<<14/sites)))
	for c := most; 2*c > most; c-- {
		if n%c == 0 {
			return c
		}
	}
	return most
}
