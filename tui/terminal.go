package tui

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/colorprofile"

	"neuralrg/themes"
)

// Color says how many colours to use.
type Color string

// The depths of colour. Auto asks the terminal.
const (
	ColorAuto Color = "auto"
	ColorTrue Color = "truecolor"
	Color256  Color = "256"
	Color16   Color = "16"
	ColorNone Color = "none"
)

// Glyphs says what the lattice and the frames are made of.
type Glyphs string

// The sets of glyphs. Auto asks the locale.
const (
	GlyphsAuto    Glyphs = "auto"
	GlyphsBraille Glyphs = "braille" // as block, with curves and large lattices in dots
	GlyphsBlock   Glyphs = "block"
	GlyphsASCII   Glyphs = "ascii"
)

// Options are the user's choices about the screen. The zero value leaves
// everything to what the terminal says.
type Options struct {
	Theme  string // a name of themes.All; empty: by the background
	Liked  string // without Theme: on backgrounds that it suits, and its counterpart on others
	Color  Color
	Glyphs Glyphs
	FPS    int // frames a second at most; 0: 5, and 4 over SSH

	NoMouse        bool                // the mouse is left to the terminal at first
	Unsynchronized bool                // pictures may be seen while they are drawn
	Keys           map[string][]string // other keys for some of the names in the tables
}

// usage is an error in an option and what to write instead.
type usage struct{ problem, hint string }

func (u usage) Error() string { return u.problem }
func (u usage) Hint() string  { return u.hint }
func (u usage) Usage() bool   { return true }

// Validate reports an option that does not exist.
func (o Options) Validate() error {
	if _, ok := themes.Named(o.Theme); !ok && o.Theme != "" {
		return usage{"unknown theme " + quote(o.Theme), "the themes are " + strings.Join(themeNames(), ", ")}
	}
	switch o.Color {
	case "", ColorAuto, ColorTrue, Color256, Color16, ColorNone:
	default:
		return usage{"unknown colour depth " + quote(string(o.Color)), "use auto, truecolor, 256, 16 or none"}
	}
	switch o.Glyphs {
	case "", GlyphsAuto, GlyphsBraille, GlyphsBlock, GlyphsASCII:
	default:
		return usage{"unknown glyphs " + quote(string(o.Glyphs)), "use auto, braille, block or ascii"}
	}
	if o.FPS < 0 || o.FPS > 60 {
		return usage{fmt.Sprintf("the frame rate %d is outside 1 to 60", o.FPS), "5 suits a local terminal, 4 a slow line"}
	}
	return checkKeys(o.Keys)
}

func quote(text string) string { return `"` + Clean(text) + `"` }

func themeNames() []string {
	var names []string
	for _, t := range themes.All() {
		names = append(names, t.Name)
	}
	return names
}

// environment answers what a variable is, as os.Environ lists them.
type environment []string

func (e environment) get(name string) string {
	value := ""
	for _, pair := range e {
		if k, v, ok := strings.Cut(pair, "="); ok && k == name {
			value = v
		}
	}
	return value
}

// remote says that the terminal is at the other end of an SSH connection.
func (e environment) remote() bool { return e.get("SSH_TTY") != "" || e.get("SSH_CONNECTION") != "" }

// profile is the depth of colour to use. NO_COLOR counts with any value but
// the empty one, as its authors ask. True colour costs a slow line twice what 256
// do, and is for those who ask for it.
func (o Options) profile(out io.Writer, env environment) colorprofile.Profile {
	switch o.Color {
	case ColorTrue:
		return colorprofile.TrueColor
	case Color256:
		return colorprofile.ANSI256
	case Color16:
		return colorprofile.ANSI
	case ColorNone:
		return colorprofile.ASCII
	}
	if env.get("NO_COLOR") != "" {
		return colorprofile.ASCII
	}
	best := colorprofile.TrueColor
	if env.remote() {
		best = colorprofile.ANSI256
	}
	return min(best, max(colorprofile.Detect(out, env), colorprofile.ASCII))
}

// ascii says that blocks and lines cannot be drawn: the locale is not UTF-8.
func (o Options) ascii(env environment) bool {
	switch o.Glyphs {
	case GlyphsBraille, GlyphsBlock:
		return false
	case GlyphsASCII:
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(env.get(name)); locale != "" {
			return !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
		}
	}
	return true
}

// framesPerSecond bounds how often the screen follows the run; keys are answered
// at once. A picture takes a core some 4 ms, and each that is drawn, training
// has to share.
func (o Options) framesPerSecond(env environment) int {
	switch {
	case o.FPS > 0:
		return o.FPS
	case env.remote():
		return 4
	}
	return 5
}
