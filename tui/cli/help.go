package cli

import (
	"image/color"
	"strings"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"neuralrg/themes"
)

// strictHelp makes the help command, which cobra makes, refuse what is no
// command.
func (a *app) strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, err := root.Find([]string{"help"})
	if err != nil {
		panic(err) // it has just been made
	}
	show := help.Run
	help.RunE = func(c *cobra.Command, args []string) error {
		if _, rest, err := root.Find(args); err != nil || len(rest) > 0 {
			a.err = unknownCommand(root, strings.Join(args, " "))
			return nil
		}
		show(c, args)
		return nil
	}
}

// helpColors dresses the help text in the palette of the screen.
func helpColors(choose lipgloss.LightDarkFunc) fang.ColorScheme {
	light, dark := themes.For(false), themes.For(true)
	role := func(of func(themes.Theme) themes.Color) color.Color {
		return choose(rgb(of(light)), rgb(of(dark)))
	}
	text := role(func(t themes.Theme) themes.Color { return t.Text })
	muted := role(func(t themes.Theme) themes.Color { return t.Muted })
	accent := role(func(t themes.Theme) themes.Color { return t.Accent })
	exact := role(func(t themes.Theme) themes.Color { return t.Exact })
	return fang.ColorScheme{
		Base: text, Description: text, Argument: text, Help: text,
		Comment: muted, DimmedArgument: muted, FlagDefault: muted, Dash: muted,
		Title: accent, Program: accent, Command: accent,
		Flag: exact, QuotedString: exact,
		Codeblock: lipgloss.NoColor{},
	}
}

func rgb(c themes.Color) color.Color {
	return color.RGBA{R: uint8(c.RGB >> 16), G: uint8(c.RGB >> 8), B: uint8(c.RGB), A: 0xff}
}
