package sampling

import "math"

// The rule by which exact samples judge an estimate; docs/coverage.md has what was
// measured of it.
const (
	// clearance is how much nearer than apart, in errors of the exact samples, an
	// estimate must be that is not doubted: to let a wrong one pass is the worse
	// mistake. Twice as much doubted twice as many right ones of poor flows, and
	// hardly more wrong ones.
	clearance = 0.3
	// byChance is what two right estimates differ by in a tenth of all cases, in
	// errors of their difference. It decides where the exact samples are too few
	// to decide otherwise.
	byChance = 1.645
	// sharpness is how many times smaller than the error of an estimate that of the
	// exact samples should be.
	sharpness = 24
	// evident is how far from the limit, in errors of the exact samples, a verdict
	// is clear without more of them.
	evident = 4
	// impossible is a deviation that chance does not explain in any number of
	// estimates that one may look at, in errors.
	impossible = 5
)

// Confront judges an estimate by exact samples, which are given as the estimate of
// the same observable, and by nothing else: it is reliable if they make it clear
// that it is within three of its errors. What its own draws say against it, which
// cannot know what they miss, is often wrong in both directions: it becomes a
// caution.
func (d *Diagnosis) Confront(exact Diagnosis) {
	d.Cautions = append(d.Reasons, d.Cautions...)
	d.Reliable, d.Reasons = true, nil
	limit := max(apart*d.Error-clearance*exact.Error, byChance*math.Hypot(d.Error, exact.Error))
	off := math.Abs(d.Mean - exact.Mean)
	switch {
	case !(d.Error > 0) || math.IsInf(d.Error, 0):
		d.Doubt("%d draws give no error", d.N)
	case !(d.ESS >= fewDraws):
		d.Doubt("%.2g effective draws are too few for an error", d.ESS)
	case !(off <= limit):
		d.Doubt("it is %.2g errors from %d exact samples", off/d.Error, exact.N)
	}
}

// ConfrontValue doubts an estimate that is far from the exact value: its draws are
// all of a kind, and what they have not met decides, as at low temperatures the
// rare excitations do for the heat capacity.
func (d *Diagnosis) ConfrontValue(exact float64) {
	if off := math.Abs(d.Mean-exact) / d.Error; d.Reliable && off > impossible {
		d.Doubt("it is %.2g errors from the exact value", off)
	}
}

// ExactSamples is how many exact samples Confront needs to judge all estimates,
// of which there are the estimates exact by some. None are needed for those with
// too few effective draws, nor where the verdict is clear already.
func ExactSamples(all, exact []Diagnosis) int {
	most := 0.0
	for i, d := range all {
		e := exact[i]
		open := math.Abs(math.Abs(d.Mean-e.Mean)-apart*d.Error) < evident*e.Error
		if ratio := sharpness * e.Error / d.Error; d.Error > 0 && d.ESS >= fewDraws && open {
			most = max(most, float64(e.N)*ratio*ratio)
		}
	}
	return int(min(most, math.MaxInt32))
}
