package tui

import (
	"image/color"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/guptarohit/asciigraph"

	"neuralrg/themes"
	"neuralrg/tui/chart"
)

// ink paints text: the escape sequence that comes before it, or nothing.
type ink string

func (i ink) paint(text string) string {
	if i == "" || text == "" {
		return text
	}
	return string(i) + text + ansi.ResetStyle
}

// styles are a theme made ready for one terminal. Every screen has its own, so
// that several viewers with different terminals can live in one process.
type styles struct {
	theme   themes.Theme
	profile colorprofile.Profile
	ascii   bool
	liked   string      // the theme where nobody has chosen one; empty: the default
	braille bool        // curves in dots
	grain   chart.Grain // of lattices that have no room in half cells

	muted, faint, accent, border, focus, good, warn, bad ink
	curve, exact, latent, physical                       ink
	strong                                               ink              // text that stands out without a colour
	signed                                               *chart.SignedInk // fields and responses
	levels                                               *chart.SignedInk // the levels of latents, none negative
	magnitude                                            *chart.SignedInk // what is not negative
}

func newStyles(theme themes.Theme, profile colorprofile.Profile, ascii bool) *styles {
	st := &styles{theme: theme, profile: profile, ascii: ascii, grain: chart.Dots}
	for role, c := range map[*ink]themes.Color{
		&st.muted: theme.Muted, &st.faint: theme.Faint,
		&st.accent: theme.Accent, &st.border: theme.Border, &st.focus: theme.Focus,
		&st.good: theme.Good, &st.warn: theme.Warn, &st.bad: theme.Bad,
		&st.curve: theme.Curve, &st.exact: theme.Exact,
		&st.latent: theme.Latent, &st.physical: theme.Physical,
	} {
		*role = st.ink(c)
	}
	st.strong = ink(ansi.NewStyle().Bold().String())
	var convert func(color.Color) color.Color
	switch profile {
	case colorprofile.TrueColor:
		convert = func(c color.Color) color.Color { return c }
	case colorprofile.ANSI256:
		convert = func(c color.Color) color.Color {
			r, g, b, _ := c.RGBA()
			return ansi.IndexedColor(themes.Nearest(r>>8<<16 | g>>8<<8 | b>>8))
		}
	}
	st.signed = chart.NewSignedInk(theme.Signed, convert, ascii)
	st.levels = chart.NewMagnitudeInk([]uint32{theme.Ground, theme.Accent.RGB}, convert, ascii)
	st.magnitude = chart.NewMagnitudeInk(theme.Magnitude, convert, ascii)
	return st
}

// dressed is another theme for the same terminal.
func (st *styles) dressed(theme themes.Theme) *styles {
	other := newStyles(theme, st.profile, st.ascii)
	other.liked, other.braille, other.grain = st.liked, st.braille, st.grain
	return other
}

// on is what is worn on a dark or a light background as long as nobody has chosen.
func (st *styles) on(dark bool) *styles {
	theme, ok := themes.Named(st.liked)
	switch {
	case !ok:
		theme = themes.For(dark)
	case theme.Dark != dark:
		theme = theme.Turned()
	}
	return st.dressed(theme)
}

// color is a theme's colour at the depth of the terminal: nil for none.
func (st *styles) color(c themes.Color) color.Color {
	switch st.profile {
	case colorprofile.TrueColor:
		return color.RGBA{uint8(c.RGB >> 16), uint8(c.RGB >> 8), uint8(c.RGB), 0xff}
	case colorprofile.ANSI256:
		return ansi.IndexedColor(c.Index)
	case colorprofile.ANSI:
		return ansi.BasicColor(c.Basic)
	}
	return nil
}

func (st *styles) ink(c themes.Color) ink {
	if resolved := st.color(c); resolved != nil {
		return ink(ansi.NewStyle().ForegroundColor(resolved).String())
	}
	return ""
}

// graph is a colour for asciigraph, which has no 24-bit colours.
func (st *styles) graph(c themes.Color) asciigraph.AnsiColor {
	switch st.profile {
	case colorprofile.TrueColor, colorprofile.ANSI256:
		return asciigraph.AnsiColor(c.Index)
	case colorprofile.ANSI:
		return asciigraph.AnsiColor(c.Basic)
	}
	return asciigraph.Default
}

func (st *styles) spins() chart.SpinInk {
	return chart.SpinInk{Up: st.color(st.theme.SpinUp), Down: st.color(st.theme.SpinDown), ASCII: st.ascii}
}

func (st *styles) bar() chart.BarInk {
	return chart.BarInk{Done: st.color(st.theme.Accent), Left: st.color(st.theme.Faint), ASCII: st.ascii}
}

func (st *styles) interval(value themes.Color) chart.IntervalInk {
	return chart.IntervalInk{
		Value: st.color(value), Exact: st.color(st.theme.Exact), Axis: st.color(st.theme.Faint), ASCII: st.ascii,
	}
}

// plusMinus is as wide as the terminal's glyphs make it.
func (st *styles) plusMinus() string {
	if st.ascii {
		return "+-"
	}
	return "±"
}

// xi is the sign of a correlation length.
func (st *styles) xi() string {
	if st.ascii {
		return "xi"
	}
	return "ξ"
}
