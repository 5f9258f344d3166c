package tui

import "neuralrg/training/run"

// drawInformation shows the mutual information of fields and of latents.
func drawInformation(_ *run.Snapshot, _ view, area size, st *styles) []string {
	return remark("no mutual information has been computed", area, st)
}
