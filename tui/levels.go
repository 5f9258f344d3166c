package tui

import "neuralrg/training/run"

// drawLevels shows one configuration at every level of the renormalization.
func drawLevels(_ *run.Snapshot, _ view, area size, st *styles) []string {
	return remark("the levels have not been computed", area, st)
}
