package physics

import (
	"fmt"
	"math"
)

// The range of sizes and temperatures in which the exact solution is tested
// against an independent one: at MaxSize at low, critical and high temperature,
// at smaller sizes over the whole range. L = 2 would have doubled bonds
// between neighbours on the torus, another model, and odd sizes frustrate the
// staggered mode that fixes the diagonal of the coupling.
const (
	MinSize        = 4
	MaxSize        = 256
	MinTemperature = 0.1
	MaxTemperature = 100
)

// invalid is a parameter out of range.
type invalid struct{ problem, hint string }

func (e *invalid) Error() string { return e.problem }

// Hint says what to do about the error.
func (e *invalid) Hint() string { return e.hint }

// check accepts the sizes and temperatures of this package.
func check(l int, t float64) error {
	sizes := fmt.Sprintf("choose an even size from %d to %d", MinSize, MaxSize)
	switch {
	case l < MinSize:
		return &invalid{fmt.Sprintf("size L=%d is too small", l), sizes}
	case l > MaxSize:
		return &invalid{fmt.Sprintf("size L=%d is too large", l), sizes}
	case l%2 != 0:
		return &invalid{fmt.Sprintf("size L=%d is odd", l), sizes}
	}
	if problem := temperatureProblem(t); problem != "" {
		return &invalid{
			fmt.Sprintf("temperature T=%v %s", t, problem),
			fmt.Sprintf("choose a temperature from %v to %v; the critical one is %.6f", MinTemperature, MaxTemperature, Tc),
		}
	}
	return nil
}

func temperatureProblem(t float64) string {
	switch {
	case math.IsNaN(t) || math.IsInf(t, 0):
		return "is not a finite number"
	case t <= 0:
		return "is not positive"
	case t < MinTemperature:
		return "is too low"
	case t > MaxTemperature:
		return "is too high"
	}
	return ""
}
