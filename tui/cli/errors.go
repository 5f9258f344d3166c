package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"neuralrg/tui"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// failure is an error with a hint.
type failure struct {
	problem, hint string
	usage         bool
}

func (f *failure) Error() string { return f.problem }

// Hint says what to do.
func (f *failure) Hint() string { return f.hint }

// Usage says whether what was asked for is wrong, rather than that it failed.
func (f *failure) Usage() bool { return f.usage }

// failed is an error of the work.
func failed(problem, hint string) error { return &failure{problem, hint, false} }

// usage is an error of what was asked for.
func usage(problem, hint string) error { return &failure{problem, hint, true} }

// wrong turns an error about a value that the user gave into one of usage, and
// keeps its hint.
func wrong(err error) error { return usage(err.Error(), hintOf(err)) }

// hintOf is the hint that an error carries, if any.
func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

// report prints an error and returns its exit code. A reader of standard output
// that went away is told nothing: it did not want more.
func report(stderr io.Writer, err error) int {
	var quiet *told
	switch {
	case err == nil || errors.As(err, new(*lostOutput)) && errors.Is(err, syscall.EPIPE):
		return exitDone
	case errors.As(err, &quiet):
		return quiet.code
	}
	fmt.Fprintf(stderr, "error: %s\n", tui.Clean(err.Error()))
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", tui.Clean(hint))
	}
	return exitCode(err)
}

// exitCode tells an error of what was asked for, which says so itself, from one
// of the work.
func exitCode(err error) int {
	var asked interface{ Usage() bool }
	if errors.As(err, &asked) && asked.Usage() {
		return exitUsage
	}
	return exitFailed
}

// flagError puts an error of the flag parser into our words.
func flagError(c *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if len(name) == 1 {
			return usage(fmt.Sprintf("unknown flag -%s", name), helpHint(c))
		}
		return usage(fmt.Sprintf("unknown flag --%s", name), flagHint(c, name))
	case errors.As(err, &missing):
		return usage(fmt.Sprintf("flag --%s needs a value", missing.GetFlag().Name), valueHint(missing.GetFlag()))
	case errors.As(err, &invalid) && invalid.GetValue() == "":
		return usage(fmt.Sprintf("flag --%s is empty", invalid.GetFlag().Name), valueHint(invalid.GetFlag()))
	case errors.As(err, &invalid):
		return usage(fmt.Sprintf("flag --%s: %q is not valid", invalid.GetFlag().Name, invalid.GetValue()), valueHint(invalid.GetFlag()))
	}
	return usage(err.Error(), helpHint(c))
}

// valueHint says what a flag takes.
func valueHint(f *pflag.Flag) string {
	if lister, ok := f.Value.(interface{ choices() []string }); ok {
		return "choose one of " + strings.Join(lister.choices(), ", ")
	}
	hints := map[string]string{
		"--axis":       "give a flag of training and its values, as in --axis T=2.0:2.8:0.1",
		"--sbatch-arg": "give an option of sbatch, as in --sbatch-arg=--qos=long",

		"int":         "give a whole number",
		"uint64":      "give a whole number that is not negative",
		"epoch":       "give a whole number that is not negative, such as 1000",
		"float64":     "give a number such as 0.001",
		"temperature": "give a number such as 2.3, or Tc for the critical temperature",
		"bool":        "give true or false",
		"duration":    "give a time such as 30m or 12h",
		"string":      "give a name",
		"row,column":  "give its row and its column, as in 8,8",
	}
	if hint, own := hints["--"+f.Name]; own {
		return hint
	}
	return hints[f.Value.Type()]
}

func helpHint(c *cobra.Command) string {
	return fmt.Sprintf("%s --help lists what there is", c.CommandPath())
}

func flagHint(c *cobra.Command, name string) string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean --%s?", near)
	}
	return helpHint(c)
}

// unknownCommand is the error of a name that is no command of the root's.
func unknownCommand(root *cobra.Command, name string) error {
	return usage(fmt.Sprintf("unknown command %q", name), commandHint(root, name))
}

func commandHint(root *cobra.Command, name string) string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %s %s?", root.CommandPath(), near)
	}
	return helpHint(root)
}

// nearest is the name that is at most two slips from what was typed, or that
// begins with it; else empty.
func nearest(typed string, names []string) string {
	for _, name := range names {
		if len(typed) > 1 && strings.HasPrefix(name, typed) {
			return name
		}
	}
	best := ""
	for _, name := range names {
		if d := slips(typed, name); d <= min(2, len(typed)-1) && (best == "" || d < slips(typed, best)) {
			best = name
		}
	}
	return best
}

// slips is the Levenshtein distance of two words, by rows of the usual table.
func slips(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
