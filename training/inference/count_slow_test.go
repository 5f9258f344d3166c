//go:build slow

package inference

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// interval counts how often those of one error and of 1.96 errors hold.
type interval struct{ repeats, one, two int }

func (v *interval) add(z float64) {
	v.repeats++
	if z < 1 {
		v.one++
	}
	if z < 1.959964 {
		v.two++
	}
}

// holds demands 68.3 % and 95 % within four binomial standard deviations.
func (v interval) holds(t *testing.T, c *tally, name string) {
	t.Helper()
	n := float64(v.repeats)
	for _, of := range []struct {
		held int
		want float64
	}{{v.one, 0.6827}, {v.two, 0.95}} {
		if math.Abs(float64(of.held)-of.want*n) > 4*math.Sqrt(of.want*(1-of.want)*n) {
			t.Errorf("L = %d, %s: intervals of %.1f %% of %s hold in %d of %d", c.L, c.method, 100*of.want, name, of.held, v.repeats)
		}
	}
}

// count is what became of the estimates of one observable.
type count struct {
	all, reliable interval
	missed, said  int // off by more than 3 errors; of these called unreliable
	rest, feared  int // the others; of these called unreliable
}

// add takes a deviation from the exact value in errors.
func (k *count) add(z float64, reliable bool) {
	k.all.add(z)
	if reliable {
		k.reliable.add(z)
	}
	switch {
	case !(z <= 3): // not a number is a miss too
		k.missed++
		if !reliable {
			k.said++
		}
	default:
		k.rest++
		if !reliable {
			k.feared++
		}
	}
}

// warns demands that nine in ten misses are called unreliable, and at most one in
// ten others, but for two binomial standard deviations. Poor flows are left out of
// the second demand: most of their estimates that are not off by three errors
// nearly are.
func (k *count) warns(t *testing.T, c *tally, name string) {
	t.Helper()
	chance := func(n int) float64 { return 2 * math.Sqrt(0.09*float64(n)) }
	if float64(k.said) < 0.9*float64(k.missed)-chance(k.missed) {
		t.Errorf("L = %d, %s flow, %s: %d misses of %s, %d of them called unreliable", c.L, c.quality, c.method, k.missed, name, k.said)
	}
	if c.quality != "poor" && float64(k.feared) > 0.1*float64(k.rest)+chance(k.rest) {
		t.Errorf("L = %d, %s flow, %s: %d of %d right %s called unreliable", c.L, c.quality, c.method, k.feared, k.rest, name)
	}
}

// percent is a share, or a dash of nothing.
func percent(part, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", 100*float64(part)/float64(of))
}

// coverageTables writes two tables in Markdown: of what must hold, and of what is
// warned of.
func coverageTables(all []*tally) string {
	hold := "| L | method | observable | 68 % | 95 % | called unreliable, % | of the others 68 % | 95 % |\n|---|---|---|---|---|---|---|---|\n"
	warn := "| L | flow | method | observable | 68 % | 95 % | off by > 3 errors | of these called unreliable | of the others, % |\n|---|---|---|---|---|---|---|---|---|\n"
	flows := "| L | flow | gap | reverse ESS of a draw |\n|---|---|---|---|\n"
	for _, c := range all {
		weighted := c.method == FlowDraws || c.method == Independence
		if c.method == FlowDraws {
			flows += fmt.Sprintf("| %d | %s | %.2f | %.2f |\n", c.L, c.quality, c.gap, c.ess)
		}
		for _, name := range c.names {
			k := c.counts[name]
			one, two := percent(k.all.one, k.all.repeats), percent(k.all.two, k.all.repeats)
			if weighted && name != "bound" {
				warn += fmt.Sprintf("| %d | %s | `%s` | %s | %s | %s | %d | %d | %s |\n", c.L, c.quality, c.method, name, one, two, k.missed, k.said, percent(k.feared, k.rest))
				continue
			}
			method := fmt.Sprintf("`%s`", c.method)
			if weighted {
				method += ", " + c.quality
			}
			r := k.reliable
			hold += fmt.Sprintf("| %d | %s | %s | %s | %s | %s | %s | %s |\n", c.L, method, name, one, two,
				percent(k.all.repeats-r.repeats, k.all.repeats), percent(r.one, r.repeats), percent(r.two, r.repeats))
		}
	}
	return strings.Join([]string{flows, hold, warn}, "\n")
}
