package tui

import "strings"

// cell is a labelled value. The value has a width of its own that does not
// change from frame to frame.
type cell struct{ label, value string }

// cellGap is between columns of labelled values.
const cellGap = 3

// cells lays out groups of labelled values, each with as many: a group a
// column if a width holds that, else the first groups so and the last in a row
// under them, else all below each other.
func cells(groups [][]cell, width int, st *styles) []string {
	last := len(groups) - 1
	rows := make([][]cell, 0, len(groups)*len(groups[0]))
	for i := range groups[0] {
		row := make([]cell, 0, len(groups))
		for _, g := range groups {
			row = append(row, g[i])
		}
		rows = append(rows, row)
	}
	if lines, ok := aligned(rows, width, st); ok {
		return lines
	}
	for i := range rows {
		rows[i] = rows[i][:last]
	}
	if lines, ok := aligned(append(rows, groups[last]), width, st); ok {
		return lines
	}
	rows = rows[:0]
	for _, g := range groups {
		for _, c := range g {
			rows = append(rows, []cell{c})
		}
	}
	lines, _ := aligned(rows, width, st)
	return lines
}

// aligned writes rows of labelled values with aligned columns, and says whether
// they fit into a width.
func aligned(rows [][]cell, width int, st *styles) ([]string, bool) {
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	labels, values := make([]int, columns), make([]int, columns)
	for _, row := range rows {
		for i, c := range row {
			labels[i] = max(labels[i], widthOf(c.label))
			values[i] = max(values[i], widthOf(c.value))
		}
	}
	lines := make([]string, len(rows))
	widest := 0
	for j, row := range rows {
		for i, c := range row {
			if i > 0 {
				lines[j] += strings.Repeat(" ", cellGap)
			}
			lines[j] += fit(st.muted.paint(c.label), labels[i]) + " " + fit(c.value, values[i])
		}
		widest = max(widest, widthOf(lines[j]))
	}
	return lines, widest <= width
}
