// Package rg asks a flow what it has learnt: what its latents stand for, how the
// fields respond to them, how much they know of each other, what energy they and the
// coarse fields have, and what becomes of a configuration from level to level. It is made of functions of flows, arrays and
// seeds, which know no files and no runs.
//
// Batches are site-major as everywhere, x[site*n + sample]; so one configuration
// alone is row-major.
package rg
