package compare

import (
	"fmt"

	"neuralrg/sampling"
)

const (
	fewestChains = 8
	// mostValues is the largest number of values of m² that are kept of a method:
	// a gigabyte of them.
	mostValues   = 1 << 27
	maxLeapfrogs = 10_000
	maxStep      = 100.0 // far beyond where any leapfrog is stable

	fewestTrajectories = 20
)

// usualTrajectories are the most of a start. Those of latents go through the flow,
// and cost a hundred times as much.
var (
	usualTrajectories = map[Method]int{PhysicalHMC: 10_000, LatentHMC: 2000}
	briefTrajectories = map[Method]int{PhysicalHMC: 2000, LatentHMC: 300}
)

// settle refuses what cannot be.
func (p *Plan) settle(sites int) error {
	p.Threads = max(1, p.Threads)
	if mostChains := maxChains(sites); p.Chains < fewestChains || p.Chains > mostChains {
		return asked(fmt.Sprintf("%d chains are out of range", p.Chains),
			fmt.Sprintf("choose from %d to %d with --chains; the paper has 512", fewestChains, mostChains))
	}
	most := mostValues / len(starts) / p.Chains
	switch {
	case p.Trajectories != 0 && (p.Trajectories < fewestTrajectories || p.Trajectories > most):
		return asked(fmt.Sprintf("%d trajectories are out of range", p.Trajectories),
			fmt.Sprintf("choose from %d to %d for %d chains", fewestTrajectories, most, p.Chains))
	case !(p.Step > 0 && p.Step <= maxStep):
		return asked(fmt.Sprintf("step %v is out of range", p.Step),
			fmt.Sprintf("choose more than 0 and at most %v; the paper's is %v", maxStep, sampling.PaperStep))
	case p.Leapfrogs < 1 || p.Leapfrogs > maxLeapfrogs:
		return asked(fmt.Sprintf("%d leapfrogs are out of range", p.Leapfrogs),
			fmt.Sprintf("choose from 1 to %d; the paper has %d", maxLeapfrogs, sampling.PaperLeapfrogs))
	}
	return nil
}

// mostTrajectories is the largest number of trajectories of a start.
func (p *Plan) mostTrajectories(method Method) int {
	if p.Trajectories != 0 {
		return p.Trajectories
	}
	usual := usualTrajectories
	if p.Brief {
		usual = briefTrajectories
	}
	return min(usual[method], mostValues/len(starts)/p.Chains)
}

// settings are those that are measured, in this order.
func (p *Plan) settings() []string {
	if p.Brief {
		return []string{Equal}
	}
	return []string{Equal, Tuned}
}

// maxChains keeps their fields and what goes with them below a gigabyte, and
// leaves room for a thousand trajectories.
func maxChains(sites int) int { return min(1<<28/(8*sites), mostValues/len(starts)/1000) }
