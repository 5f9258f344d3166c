package tui

import "github.com/charmbracelet/x/ansi"

// widthOf is how many cells a text takes, as ansi.StringWidth has it. A screen
// asks that of each of its lines again and again, and nearly all are made of
// narrow characters and of colours, for which this is many times as fast.
func widthOf(text string) int {
	const (
		plain = iota
		escape
		sequence
	)
	n, state := 0, plain
	for _, r := range text {
		switch {
		case state == sequence:
			if r >= '@' && r <= '~' {
				state = plain
			}
		case state == escape && r == '[':
			state = sequence
		case state == plain && r == '\x1b':
			state = escape
		case state == plain && narrow(r):
			n++
		default:
			return ansi.StringWidth(text)
		}
	}
	return n
}

// narrow says that a character is one cell wide, whatever is beside it: ASCII,
// letters with accents, Greek, arrows, lines and blocks, dots, brackets.
func narrow(r rune) bool {
	if r == 0xa9 || r == 0xad || r == 0xae { // emoji if told so; a soft hyphen
		return false
	}
	return r >= ' ' && r < 0x7f || r >= 0xa1 && r <= 0x17f || r >= 0x391 && r <= 0x3c9 || r >= 0x2190 && r <= 0x2193 ||
		r >= 0x2200 && r <= 0x22ff || r >= 0x2500 && r <= 0x259f || r >= 0x2800 && r <= 0x28ff ||
		r == 0x27e8 || r == 0x27e9
}
