package tui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes one line of text that comes from files, names or errors, so that
// it can neither steer the terminal nor look like another text: control and
// format characters (Unicode Cc and Cf) and what is not UTF-8 are left out, and
// what ends a line becomes a space.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
}

// fit brings a line to exactly a width: spaces at its end, or a cut.
func fit(line string, width int) string {
	w := widthOf(line)
	if w > width {
		line = ansi.Truncate(line, max(width, 0), "…")
		w = widthOf(line)
	}
	return line + strings.Repeat(" ", max(width-w, 0))
}

// center puts a line in the middle of a width.
func center(line string, width int) string {
	return fit(strings.Repeat(" ", max((width-widthOf(line))/2, 0))+line, width)
}

// right puts a line at the end of a width.
func right(line string, width int) string {
	return strings.Repeat(" ", max(width-widthOf(line), 0)) + line
}

// spread puts one text at the beginning and one at the end of a line. What does
// not fit beside the first is left out.
func spread(first, last string, width int) string {
	gap := width - widthOf(first) - widthOf(last)
	if gap < 1 {
		return fit(first, width)
	}
	return first + strings.Repeat(" ", gap) + last
}

// sequence joins as many parts as fit into a width, from the first.
func sequence(parts []string, separator string, width int) string {
	line := ""
	for i, part := range parts {
		longer := line + separator + part
		if i == 0 {
			longer = part
		}
		if widthOf(longer) > width && i > 0 {
			break
		}
		line = longer
	}
	return line
}

// count writes a whole number with separators of thousands.
func count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// number writes a value with a fixed number of decimals in at least a width;
// values too long for it go over to an exponent.
func number(v float64, decimals, width int) string {
	switch {
	case math.IsNaN(v):
		return right("-", width)
	case math.Abs(v) >= 1e7:
		return fmt.Sprintf("%*.2e", width, v)
	}
	return fmt.Sprintf("%*.*f", width, decimals, v)
}

// rate writes a learning rate.
func rate(v float64) string { return fmt.Sprintf("%.2e", v) }

// duration writes seconds in the two largest units that matter, in a width that
// does not change within them.
func duration(seconds float64) string {
	if !(seconds >= 0) || seconds > 1e9 {
		return "unknown"
	}
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case h >= 24:
		return fmt.Sprintf("%d d %02d h", h/24, h%24)
	case h > 0:
		return fmt.Sprintf("%d h %02d min", h, m)
	case m > 0:
		return fmt.Sprintf("%d min %02d s", m, s)
	}
	return fmt.Sprintf("%d s", s)
}

// ago says how many epochs ago something was.
func ago(epochs int) string {
	switch {
	case epochs == 1:
		return "1 epoch ago"
	case epochs > 1:
		return count(epochs) + " epochs ago"
	}
	return "this epoch"
}

// wrap breaks text into lines of at most a width.
func wrap(text string, width int) []string {
	return strings.Split(ansi.Wrap(text, max(width, 1), " "), "\n")
}

// plain replaces what is not ASCII by something as wide.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII {
			return r
		}
		if simple, ok := ascii[r]; ok {
			return simple
		}
		return '?'
	}, text)
}

var ascii = map[rune]rune{
	'·': '-', '×': 'x', '²': '2', '⟨': '<', '⟩': '>', '…': '.', '●': '*', '±': '~',
	'─': '-', '━': '=', '│': '|', '╭': '.', '╮': '.', '╰': '\'', '╯': '\'', '◆': '*',
	'—': '-', '•': '*', '‹': '<', '›': '>', '▏': '|',
	'▸': '>', '◂': '<', 'σ': 's', '█': '#', '←': '<', '→': '>', '↑': '^', '↓': 'v', '∂': 'd',
}
