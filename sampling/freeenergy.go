package sampling

import (
	"fmt"
	"math"
)

// Quantity is an estimate with its standard error.
type Quantity struct {
	Value float64 `json:"value"`
	Error float64 `json:"error"`
}

// FreeEnergy is what independent draws of a density q tell of ln Z, the logarithm
// of the integral of exp(-U), by their weights w = exp(-U)/q (Nicoli et al.,
// arXiv:1910.13496). It is in nats, for the whole lattice.
type FreeEnergy struct {
	N     int      `json:"n"`
	Bound Quantity `json:"bound"` // mean of ln w: ln Z less KL(q||p)
	LnZ   Quantity `json:"lnZ"`   // ln of the mean of w
	// ESS is the reverse effective sample size as a share of the draws,
	// (mean of w)²/(mean of w²).
	ESS float64 `json:"ess"`
	// Exact is ln Z where it is known.
	Exact *float64 `json:"lnZ_exact,omitempty"`
	// Forward is nil without exact samples.
	Forward *Forward `json:"forward,omitempty"`

	// Reliable says that nothing is known against LnZ. Warnings has the reasons
	// where it is not, and what is to be said of the other numbers, a sentence
	// each.
	Reliable bool     `json:"reliable"`
	Warnings []string `json:"warnings"`

	// Misses says that exact samples give q a much smaller effective sample size
	// than its own draws do: these do not come where a part of p is.
	Misses bool `json:"-"`
}

// Forward is what independent samples of p = exp(-U)/Z tell of q. They are found
// wherever p is, also where q is not.
type Forward struct {
	N   int      `json:"n"`
	LnZ Quantity `json:"lnZ"` // from 1/Z = mean of 1/w
	KL  Quantity `json:"kl"`  // KL(p||q): mean of ln w less ln Z
	ESS Quantity `json:"ess"` // Z/(mean of w), a share as FreeEnergy.ESS is
	// Reliable says that nothing is known against LnZ. FreeEnergy has the warnings.
	Reliable bool `json:"reliable"`
}

// Reference is what is known exactly of p = exp(-U)/Z.
type Reference struct {
	LnZ float64
	// LogWeight has ln w = -U - ln q of independent samples of p; it may be nil.
	LogWeight []float64
}

const (
	// apart is a deviation that chance hardly explains, in standard errors.
	apart = 3
	// resolution is the uncertainty of ln w that single precision leaves, in
	// nats: where weights are nearly constant it exceeds their statistical error.
	resolution = 1e-3
	// fewDraws is the number of effective draws below which there is no error to
	// speak of: the spread of the weights is then itself not known.
	fewDraws = 5
	// overrated is the ratio of reverse to forward effective sample size from
	// which draws of q are said to miss what p has.
	overrated = 1.5
)

// EstimateFreeEnergy takes ln w = -U - ln q of independent draws of q, and what
// they are compared with, nil if there is nothing. It refuses fewer than two
// weights, and numbers that are not finite.
//
// The draws of q alone cannot show what q misses: a mode that is never drawn
// leaves ln Z too low and its error and the effective sample size as if all were
// well. So without a reference the estimate is not called reliable.
func EstimateFreeEnergy(logWeight []float64, r *Reference) (FreeEnergy, error) {
	if err := checkLogWeights(logWeight, "draws of the flow"); err != nil {
		return FreeEnergy{}, err
	}
	s := scale(logWeight, 1)
	ess := s.logESS()
	f := FreeEnergy{
		N: len(logWeight), Bound: meanOf(logWeight), LnZ: s.logMean(), ESS: math.Exp(ess.Value),
		Reliable: true, Warnings: []string{},
	}
	if drawn := f.ESS * float64(f.N); drawn < fewDraws {
		f.doubt("the weights leave %.3g effective draws of %d, too few for an error of ln Z", drawn, f.N)
	}
	if r == nil {
		f.doubt("ln Z is compared with nothing: the flow's own draws cannot show what it misses")
		return f, nil
	}
	if math.IsNaN(r.LnZ) || math.IsInf(r.LnZ, 0) {
		return FreeEnergy{}, &invalid{fmt.Sprintf("an exact ln Z of %v", r.LnZ), "give a number, or no reference"}
	}
	f.Exact = &r.LnZ
	if d := deviation(f.LnZ, r.LnZ); math.Abs(d) > apart {
		f.doubt("ln Z of the flow's draws is %+.3g off, %.2g of its errors: %s", f.LnZ.Value-r.LnZ, math.Abs(d), missing(d))
	}
	if r.LogWeight == nil {
		return f, nil
	}
	if err := checkLogWeights(r.LogWeight, "exact samples"); err != nil {
		return FreeEnergy{}, err
	}
	f.compare(ess, *r)
	return f, nil
}

// missing is what a deviation of the importance-weighted ln Z means.
func missing(deviation float64) string {
	if deviation < 0 {
		return "the flow misses a mode or a tail"
	}
	return "a few large weights decide"
}

// elsewhere is what a deviation of ln Z from exact samples means.
func elsewhere(deviation float64) string {
	if deviation > 0 {
		return "the flow draws where they are not"
	}
	return "a few large values of 1/w decide"
}

// compare adds what exact samples tell, and where that contradicts the draws.
func (f *FreeEnergy) compare(ess Quantity, r Reference) {
	weight, inverse := scale(r.LogWeight, 1), scale(r.LogWeight, -1)
	mean, reversed, kl := weight.logMean(), inverse.logMean(), meanOf(r.LogWeight)
	reversed.Value = -reversed.Value
	kl.Value -= r.LnZ
	forward := math.Exp(r.LnZ - mean.Value)
	f.Forward = &Forward{
		N: len(r.LogWeight), LnZ: reversed, KL: kl,
		ESS:      Quantity{forward, forward * mean.Error},
		Reliable: true,
	}
	if drawn := math.Exp(inverse.logESS().Value) * float64(f.Forward.N); drawn < fewDraws {
		f.Forward.Reliable = false
		f.Warnings = append(f.Warnings, fmt.Sprintf("1/w leaves %.3g effective draws of %d exact samples, too few for an error of their ln Z", drawn, f.Forward.N))
	}
	if d := deviation(reversed, r.LnZ); math.Abs(d) > apart {
		f.Forward.Reliable = false
		f.Warnings = append(f.Warnings, fmt.Sprintf("ln Z of the exact samples is %+.3g off, %.2g of its errors: %s", reversed.Value-r.LnZ, math.Abs(d), elsewhere(d)))
	}
	// In logarithms: errors of both are relative.
	excess := ess.Value - math.Log(forward)
	if excess > math.Log(overrated) && excess > apart*math.Hypot(ess.Error, mean.Error) {
		f.Misses = true
		f.Warnings = append(f.Warnings, fmt.Sprintf("the flow misses a part of the distribution: exact samples give it an effective sample size of %s, its own draws say %s", percent(forward), percent(f.ESS)))
	}
}

// percent is a share in words. Of the smallest nothing is known but that.
func percent(share float64) string {
	if share < 1e-4 {
		return "less than 0.01 %"
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}

// doubt makes ln Z unreliable for a reason more.
func (f *FreeEnergy) doubt(format string, values ...any) {
	f.Reliable = false
	f.Warnings = append(f.Warnings, fmt.Sprintf(format, values...))
}

// deviation of an estimate of ln Z from the exact one, in standard errors.
func deviation(q Quantity, exact float64) float64 {
	return (q.Value - exact) / math.Hypot(q.Error, resolution)
}

// checkLogWeights says what is wrong with the log-weights of a kind of samples.
func checkLogWeights(logWeight []float64, samples string) error {
	if n := len(logWeight); n < 2 {
		return &invalid{fmt.Sprintf("ln Z from %d %s", n, samples), "an error needs at least 2; take 1,000 or more"}
	}
	bad := 0
	for _, v := range logWeight {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			bad++
		}
	}
	if bad > 0 {
		return &invalid{fmt.Sprintf("%d of %d %s have a weight that is not finite", bad, len(logWeight), samples), "the flow has diverged: use an earlier checkpoint, or train again with a lower learning rate"}
	}
	return nil
}
