package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// size is an area in cells.
type size struct{ width, height int }

// border is the frame of a pane: its tabs at the top left, a note at the top
// right.
type border struct {
	tabs    []tab
	note    string
	stale   bool // the note says that what is shown is old, and goes before the tabs' names
	focused bool
}

// tab names a pane in a border. The one shown has its name; the others may have
// to do with their number. A title that is no choice has no number.
type tab struct {
	number, name string
	shown        bool
}

// box draws a rounded frame of exactly the given size round lines, with one
// empty column at either side. Lines that are too long are cut, missing ones
// are empty.
func box(lines []string, b border, area size, st *styles) []string {
	edge := st.border
	if b.focused {
		edge = st.focus
	}
	inner := inside(area)
	out := make([]string, 0, area.height)
	out = append(out, b.top(area.width, edge, st))
	for i := range area.height - 2 {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		out = append(out, edge.paint("│")+" "+fit(line, inner.width)+" "+edge.paint("│"))
	}
	return append(out, edge.paint("╰"+strings.Repeat("─", area.width-2)+"╯"))
}

// inside is what a box leaves for its lines.
func inside(area size) size { return size{max(area.width-4, 0), max(area.height-2, 0)} }

// top is the upper edge. The note gives way to the tabs' names unless
// something is stale, and these from the last to the width.
func (b border) top(width int, edge ink, st *styles) string {
	room := width - 6
	title, spare := b.title(len(b.tabs), st), room
	if b.stale {
		spare -= widthOf(b.note) + 3
	}
	for names := len(b.tabs) - 1; names >= 0 && widthOf(title) > spare; names-- {
		title = b.title(names, st)
	}
	title = ansi.Truncate(title, max(room, 0), "…")
	rule := width - 5 - widthOf(title)
	end := "╮"
	if n := widthOf(b.note); n > 0 && rule-n-3 >= 1 {
		rule -= n + 3
		ink := st.muted
		if b.stale {
			ink = st.warn
		}
		end = " " + ink.paint(b.note) + edge.paint(" ─╮")
	} else {
		end = edge.paint(end)
	}
	return edge.paint("╭─ ") + title + edge.paint(" "+strings.Repeat("─", max(rule, 0))) + end
}

// title names the tab shown, and the first of the others, so many in all; the
// rest have to do with their number.
func (b border) title(names int, st *styles) string {
	parts := make([]string, len(b.tabs))
	for i, t := range b.tabs {
		switch {
		case t.number == "":
			parts[i] = st.strong.paint(t.name)
		case t.shown && b.focused:
			parts[i] = st.accent.paint(t.number) + " " + st.strong.paint(t.name)
		case t.shown:
			parts[i] = st.accent.paint(t.number) + " " + t.name
		case i < names:
			parts[i] = st.muted.paint(t.number + " " + t.name)
		default:
			parts[i] = st.muted.paint(t.number)
		}
	}
	return strings.Join(parts, "  ")
}

// beside joins blocks of lines from left to right; all lines of a block have
// its width.
func beside(blocks ...[]string) []string {
	rows := 0
	for _, b := range blocks {
		rows = max(rows, len(b))
	}
	out := make([]string, rows)
	for _, b := range blocks {
		width := 0
		if len(b) > 0 {
			width = widthOf(b[0])
		}
		for i := range out {
			if i < len(b) {
				out[i] += b[i]
			} else {
				out[i] += strings.Repeat(" ", width)
			}
		}
	}
	return out
}

// blank is an empty block.
func blank(width, rows int) []string {
	lines := make([]string, rows)
	for i := range lines {
		lines[i] = strings.Repeat(" ", width)
	}
	return lines
}

// cut brings lines to a number: empty ones at the end, or fewer.
func cut(lines []string, rows int) []string {
	for len(lines) < rows {
		lines = append(lines, "")
	}
	return lines[:rows]
}

// over puts a block in the middle of a screen whose own lines step back.
func over(screen, block []string, area size, st *styles) []string {
	out := make([]string, len(screen))
	for i, line := range screen {
		out[i] = st.faint.paint(ansi.Strip(line))
	}
	if len(block) == 0 {
		return out
	}
	width := widthOf(block[0])
	left, top := (area.width-width)/2, max((area.height-len(block))/2, 0)
	for i, line := range block {
		if top+i >= len(out) {
			break
		}
		behind := ansi.Strip(screen[top+i])
		out[top+i] = st.faint.paint(ansi.Cut(behind, 0, left)) + line +
			st.faint.paint(ansi.Cut(behind, left+width, area.width))
	}
	return out
}
