package sweep

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// Axis is a setting that differs from point to point.
type Axis struct {
	Name   string   `json:"name"`   // of a flag of training, without dashes
	Values []string `json:"values"` // as the flag takes them
}

// MaxPoints is how many points a sweep may have.
const MaxPoints = 10_000

// ParseAxis reads an axis such as T=2.0:2.8:0.1 or depth=1,2,3,4. Between commas
// stands a value or a range a:b:step, which includes both ends; its values are
// a + i step, with the decimals of the step.
func ParseAxis(text string) (Axis, error) {
	name, list, found := strings.Cut(text, "=")
	name = strings.TrimLeft(strings.TrimSpace(name), "-")
	if !found || name == "" {
		return Axis{}, asked(fmt.Sprintf("axis %q is not valid", text), "give a flag of training and its values, as in --axis T=2.0:2.8:0.1 or --axis depth=1,2,3,4")
	}
	a := Axis{Name: name}
	for part := range strings.SplitSeq(list, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			return Axis{}, asked(fmt.Sprintf("axis %s has an empty value", name), "give values with commas between them, as in --axis depth=1,2,3,4")
		}
		values, err := expand(name, part)
		if err != nil {
			return Axis{}, err
		}
		for _, v := range values {
			if slices.Contains(a.Values, v) {
				return Axis{}, asked(fmt.Sprintf("axis %s has the value %s twice", name, v), "give each value once")
			}
			a.Values = append(a.Values, v)
		}
		if len(a.Values) > MaxPoints {
			return Axis{}, tooMany(fmt.Sprintf("axis %s alone has more than %d values", name, MaxPoints))
		}
	}
	return a, nil
}

func tooMany(text string) error {
	return asked(text, "choose a larger step or fewer values, or plan several sweeps")
}

// expand returns the values of one part of an axis.
func expand(name, part string) ([]string, error) {
	bounds := strings.Split(part, ":")
	if len(bounds) == 1 {
		return bounds, nil
	}
	wrong := func(why string) error {
		return asked(fmt.Sprintf("axis %s: the range %s %s", name, part, why), "give a range as first:last:step, as in T=2.0:2.8:0.1")
	}
	if len(bounds) != 3 {
		return nil, wrong("does not have three numbers")
	}
	var at [3]*big.Rat
	for i, b := range bounds {
		var ok bool
		if at[i], ok = decimalNumber(b); !ok {
			return nil, wrong(fmt.Sprintf("has %q, which is no number", b))
		}
	}
	first, last, step := at[0], at[1], at[2]
	span := new(big.Rat).Sub(last, first)
	switch {
	case step.Sign() == 0:
		return nil, wrong("has a step of 0")
	case span.Sign()*step.Sign() < 0:
		return nil, wrong("is empty: its step leads away from its end")
	}
	steps := new(big.Rat).Quo(span, step)
	if steps.Cmp(big.NewRat(MaxPoints, 1)) >= 0 {
		return nil, tooMany(fmt.Sprintf("axis %s: the range %s has more than %d values", name, part, MaxPoints))
	}
	digits := max(decimals(first), decimals(step))
	value := func(i int64) string {
		return new(big.Rat).Add(first, new(big.Rat).Mul(big.NewRat(i, 1), step)).FloatString(digits)
	}
	n := new(big.Int).Quo(steps.Num(), steps.Denom()).Int64()
	if !steps.IsInt() {
		return nil, asked(fmt.Sprintf("axis %s: the range %s does not come to its end in whole steps", name, part),
			fmt.Sprintf("let it end at %s or %s", value(n), value(n+1)))
	}
	values := make([]string, n+1)
	for i := range values {
		values[i] = value(int64(i))
	}
	return values, nil
}

// number is what a bound of a range looks like. Its length and exponent are
// bounded: the arithmetic is exact.
var number = regexp.MustCompile(`^[+-]?[0-9]{1,20}(\.[0-9]{0,20})?([eE][+-]?[0-9])?$`)

func decimalNumber(text string) (*big.Rat, bool) {
	text = strings.TrimSpace(text)
	if !number.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// decimals is how many digits after the point a decimal number needs.
func decimals(r *big.Rat) (n int) {
	ten, scaled := big.NewRat(10, 1), new(big.Rat).Set(r)
	for ; !scaled.IsInt(); n++ {
		scaled.Mul(scaled, ten)
	}
	return n
}
