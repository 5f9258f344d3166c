package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"neuralrg/physics"
)

// choice is the value of a flag that takes one of a few words.
type choice[T ~string] struct {
	value *T
	words []T
}

func (c choice[T]) String() string {
	if c.value == nil { // pflag makes an empty one to know the zero value
		return ""
	}
	return string(*c.value)
}

func (c choice[T]) Set(s string) error {
	if !slices.Contains(c.words, T(s)) {
		return errors.New("not one of the choices")
	}
	*c.value = T(s)
	return nil
}

// Type names the choices for the help text.
func (c choice[T]) Type() string { return strings.Join(c.choices(), "|") }

func (c choice[T]) choices() []string {
	words := make([]string, len(c.words))
	for i, w := range c.words {
		words[i] = string(w)
	}
	return words
}

// addChoice adds a flag that takes one of a few words.
func addChoice[T ~string](flags *pflag.FlagSet, value *T, name, about string, words ...T) {
	c := choice[T]{value, words}
	flags.Var(c, name, fmt.Sprintf("%s: %s", about, strings.Join(c.choices(), ", ")))
}

// word is the value of a flag that takes a text, but not an empty one: that is
// what a variable of the shell gives if it is not set.
type word string

func (w *word) String() string { return string(*w) }

func (w *word) Set(s string) error {
	if s == "" {
		return errors.New("empty")
	}
	*w = word(s)
	return nil
}

func (w *word) Type() string { return "string" }

// whole is the value of a flag that takes a whole number, in decimal digits
// only: 010 is ten.
type whole int

func (w *whole) String() string { return strconv.Itoa(int(*w)) }

func (w *whole) Set(s string) error {
	value, err := strconv.Atoi(s)
	*w = whole(value)
	return err
}

func (w *whole) Type() string { return "int" }

// natural is the value of a flag that takes a whole number that is not
// negative, in decimal digits only.
type natural uint64

func (n *natural) String() string { return strconv.FormatUint(uint64(*n), 10) }

func (n *natural) Set(s string) error {
	value, err := strconv.ParseUint(s, 10, 64)
	*n = natural(value)
	return err
}

func (n *natural) Type() string { return "uint64" }

// temperature is the value of a flag that takes a number or the word Tc.
type temperature float64

func (t *temperature) String() string {
	if *t == temperature(physics.Tc) {
		return "Tc"
	}
	return strconv.FormatFloat(float64(*t), 'g', -1, 64)
}

func (t *temperature) Set(s string) error {
	if strings.EqualFold(s, "Tc") {
		*t = temperature(physics.Tc)
		return nil
	}
	value, err := strconv.ParseFloat(s, 64)
	*t = temperature(value)
	return err
}

func (t *temperature) Type() string { return "temperature" }

// given holds the flags of a set that the user gave, by name, as text.
type given map[string]string

func flagsGiven(flags *pflag.FlagSet) given {
	g := given{}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			g[f.Name] = f.Value.String()
		}
	})
	return g
}

// apply sets the given flags once more, after the variables behind them got
// other values from a preset or a file.
func (g given) apply(flags *pflag.FlagSet) error {
	for name, text := range g {
		if err := flags.Set(name, text); err != nil {
			return fmt.Errorf("flag --%s: %w", name, err)
		}
	}
	return nil
}

// conflicts names the given flags whose values differ from those that the
// variables behind them have now, with these.
func (g given) conflicts(flags *pflag.FlagSet) []string {
	var differing []string
	for name, text := range g {
		if has := flags.Lookup(name).Value.String(); has != text {
			differing = append(differing, fmt.Sprintf("--%s %s, not %s", name, has, text))
		}
	}
	slices.Sort(differing)
	return differing
}
