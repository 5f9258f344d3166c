package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Our width is the library's, for what the panes say, for each character that is
// taken to be one cell wide, and for all else that may come.
func TestWidth(t *testing.T) {
	texts := []string{
		"", "a", "é", "e\u0301", "日本", "👩‍👩‍👧", "a\x1b[1mb\x1b[m", "\x1b[38;2;1;2;3m█\x1b[m", "\x1b", "\x1b[", "\x1b[3", "a\xffb",
		"\x1b]0;title\x07x", "©\ufe0f", "→\ufe0f", "█\u0301", "\u00ad", "\t", "\x7f", "σ²",
	}
	for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ASCII} {
		m := still(sample(16, 1234), size{200, 50}, profile, false)
		texts = append(texts, strings.Split(m.View().Content, "\n")...)
	}
	for r := rune(0xa1); r <= 0x2900; r++ {
		if narrow(r) {
			texts = append(texts, string(r), "x"+string(r)+"y")
		}
	}
	for _, text := range texts {
		if got, want := widthOf(text), ansi.StringWidth(text); got != want {
			t.Errorf("%q is %d wide, not %d", text, want, got)
		}
	}
}

func BenchmarkWidth(b *testing.B) {
	line := strings.Split(still(sample(16, 1234), size{120, 40}, colorprofile.TrueColor, false).View().Content, "\n")[8]
	for b.Loop() {
		widthOf(line)
	}
}
