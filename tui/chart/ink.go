// Package chart turns data into lines of coloured text: lattices, signed maps,
// curves, bars. It knows no program and no terminal: the caller says how wide,
// which colours, and whether blocks can be drawn. A nil colour is the
// terminal's own; every line has exactly the width asked for and ends with its
// colours reset.
package chart

import (
	"image/color"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const reset = ansi.ResetStyle

// foreground is the escape sequence that sets the colour of glyphs.
func foreground(c color.Color) string {
	if c == nil {
		return ""
	}
	return ansi.NewStyle().ForegroundColor(c).String()
}

// background is the escape sequence that sets the colour behind glyphs.
func background(c color.Color) string {
	if c == nil {
		return ""
	}
	return ansi.NewStyle().BackgroundColor(c).String()
}

// paint colours one piece of text.
func paint(c color.Color, text string) string {
	if c == nil || text == "" {
		return text
	}
	return foreground(c) + text + reset
}

// shades are the five levels of darkness for screens without colours.
func shades(ascii bool) []string {
	if ascii {
		return strings.Split(" .:*#", "")
	}
	return strings.Split(" ░▒▓█", "")
}
