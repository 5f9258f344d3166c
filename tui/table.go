package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// cell is a labelled value. The value has a width of its own that does not
// change from frame to frame.
type cell struct{ label, value string }

// cells lays labelled values out in as many columns as a width holds, row by
// row, with the columns aligned.
func cells(all []cell, width int, st *styles) []string {
	for n := len(all); n >= 1; n-- {
		if lines, ok := cellColumns(all, n, width, st); ok {
			return lines
		}
	}
	return nil
}

const cellGap = 3

func cellColumns(all []cell, n, width int, st *styles) ([]string, bool) {
	labels, values := make([]int, n), make([]int, n)
	for i, c := range all {
		labels[i%n] = max(labels[i%n], ansi.StringWidth(c.label))
		values[i%n] = max(values[i%n], ansi.StringWidth(c.value))
	}
	total := cellGap * (n - 1)
	for i := range n {
		total += labels[i] + 1 + values[i]
	}
	if total > width && n > 1 {
		return nil, false
	}
	rows := (len(all) + n - 1) / n
	lines := make([]string, rows)
	for i, c := range all {
		if i%n > 0 {
			lines[i/n] += strings.Repeat(" ", cellGap)
		}
		lines[i/n] += fit(st.muted.paint(c.label), labels[i%n]) + " " + fit(c.value, values[i%n])
	}
	return lines, true
}
