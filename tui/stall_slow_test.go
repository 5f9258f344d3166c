//go:build slow

package tui

import "time"

// stall is how long a terminal does not read.
const stall = 5 * time.Second
