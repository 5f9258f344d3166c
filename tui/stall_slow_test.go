//go:build slow

package tui

// snapshots is how many a run publishes while a terminal does not read.
const snapshots = 1000
