package sampling

import "math"

// dualAveraging finds the step size at which a mean acceptance is reached, as
// Hoffman and Gelman, arXiv:1111.4246, section 3.2, with their constants. Steps
// move much at first and less and less later; what counts in the end is their
// average, in which late ones weigh more.
type dualAveraging struct {
	target  float64 // delta
	mu      float64 // ln of the size to which steps are drawn, ten times the first
	t       float64 // updates so far
	excess  float64 // H bar: mean of target less acceptance
	average float64 // ln of the average step, ln(epsilon bar)
}

// Constants of the method.
const (
	shrinkage = 0.05 // gamma: of steps towards mu
	patience  = 10.0 // t0: dampens the first updates
	decay     = 0.75 // kappa: of the weights of the average
)

// Limits of the step, in case that none is accepted, or all are.
var (
	lowestLogStep  = math.Log(1e-6)
	highestLogStep = math.Log(1e3)
)

func newDualAveraging(step, target float64) dualAveraging {
	return dualAveraging{target: target, mu: math.Log(10 * step), average: math.Log(step)}
}

// update takes the acceptance of one more trajectory and returns the step of the
// next.
func (d *dualAveraging) update(acceptance float64) (step float64) {
	d.t++
	share := 1 / (d.t + patience)
	d.excess += share * (d.target - acceptance - d.excess)
	log := d.mu - math.Sqrt(d.t)/shrinkage*d.excess
	log = min(max(log, lowestLogStep), highestLogStep)
	d.average += math.Pow(d.t, -decay) * (log - d.average)
	return math.Exp(log)
}

// step is the averaged step.
func (d *dualAveraging) step() float64 { return math.Exp(d.average) }
