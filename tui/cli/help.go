package cli

import (
	"fmt"
	"image/color"
	"strings"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"neuralrg/themes"
)

// strictHelp makes the commands that cobra makes, help and completion, refuse what
// is no command. They write where root does by now.
func (a *app) strictHelp(root *cobra.Command) {
	a.strictCompletion(root)

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

func (a *app) strictCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd("completion")
	completion, _, err := root.Find([]string{"completion"})
	if err != nil {
		panic(err) // it has just been made
	}
	completion.Args = cobra.ArbitraryArgs
	completion.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		a.err = usage(fmt.Sprintf("unknown shell %q", args[0]), "choose one of bash, fish, powershell, zsh")
		return nil
	}
	for _, shell := range completion.Commands() {
		write := shell.RunE
		shell.Args = cobra.ArbitraryArgs
		shell.RunE = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				a.err = surplus(c, "no argument", args[0])
				return nil
			}
			return output(write(c, args))
		}
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
