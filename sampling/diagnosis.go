package sampling

import (
	"encoding/json"
	"fmt"
	"math"
)

// Diagnosis is the estimate of one observable with what is known against it.
type Diagnosis struct {
	Name string
	Estimate
	RHat     float64  // see RHat; NaN where there are no chains to compare
	Reliable bool     // nothing is known against Mean and Error
	Reasons  []string // why not, a clause each
	// Cautions are what the draws themselves say against an estimate, a clause each,
	// where that does not decide whether it is reliable.
	Cautions []string
}

// Doubt makes a diagnosis unreliable for a reason more.
func (d *Diagnosis) Doubt(format string, values ...any) {
	d.Reliable = false
	d.Reasons = append(d.Reasons, fmt.Sprintf(format, values...))
}

// beware adds a caution.
func (d *Diagnosis) beware(format string, values ...any) {
	d.Cautions = append(d.Cautions, fmt.Sprintf(format, values...))
}

// MarshalJSON writes all but the name; what is not finite becomes null.
func (d Diagnosis) MarshalJSON() ([]byte, error) {
	finite := func(v float64) *float64 {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return &v
	}
	return json.Marshal(struct {
		Mean       *float64 `json:"mean"`
		Error      *float64 `json:"error"`
		Tau        *float64 `json:"tau"`
		TauError   *float64 `json:"tau_error"`
		ESS        *float64 `json:"ess"`
		ESSPerDraw *float64 `json:"ess_per_draw"`
		RHat       *float64 `json:"rhat"`
		Short      bool     `json:"short"`
		Reliable   bool     `json:"reliable"`
		Reasons    []string `json:"reasons,omitempty"`
		Cautions   []string `json:"cautions,omitempty"`
	}{
		finite(d.Mean), finite(d.Error), finite(d.Tau), finite(d.TauError), finite(d.ESS),
		finite(d.ESS / float64(d.N)), finite(d.RHat), d.Short, d.Reliable, d.Reasons, d.Cautions,
	})
}

const (
	// agreement is the R-hat that chains of any length may have, the threshold
	// of arXiv:1903.08008.
	agreement = 1.01
	// conspicuous is the R-hat that is never let pass in silence, though many short
	// chains in equilibrium may have it.
	conspicuous = 1.1
	// unsettled is the drift from which a start is not forgotten. A drift that is
	// let pass may make the mean wrong by as many errors.
	unsettled = 2.5
)

// Diagnose estimates the mean of one observable from series[chain][draw],
// stationary chains of the same process, and judges it: too few draws for the
// autocorrelation, chains that disagree, or that still drift.
func Diagnose(name string, series [][]float64) Diagnosis {
	d := Diagnosis{Name: name, Estimate: Analyse(series), RHat: RHat(series), Reliable: true}
	switch {
	case math.IsNaN(d.Error):
		d.Doubt("%d draws give no error", d.N)
		return d
	case d.Error == 0:
		d.Doubt("all draws are the same")
		return d
	case d.Short:
		d.Doubt("the chains are too short for an autocorrelation time of %.3g draws", d.Tau)
	}
	switch limit := rHatLimit(series, d.Tau); {
	case d.RHat > limit:
		d.Doubt("the chains disagree: R-hat is %.4g", d.RHat)
	case d.RHat > conspicuous && !d.Short: // else enough is said
		d.beware("R-hat is %.4g, which chains so short may have in equilibrium too", d.RHat)
	}
	if z := drift(series); z > unsettled {
		d.Doubt("the chains have not settled: their halves differ by %.2g errors", z)
	}
	return d
}

// rHatLimit is the largest R-hat that is no reason for doubt. Even in
// equilibrium the means of m halves of n draws vary by 2 tau/n of the variance
// of a draw, to a part of sqrt(2/(m-1)): many short chains have an R-hat above
// any fixed threshold.
func rHatLimit(series [][]float64, tau float64) float64 {
	n, m := float64(len(series[0])/2), float64(2*len(series))
	between := 2 * tau * (1 + apart*math.Sqrt(2/(m-1)))
	return max(agreement, math.Sqrt(1+(between-1)/n))
}

// drift is the difference between the first and the last halves of all chains
// in units of its error: the mark of a common start that is not yet forgotten,
// which a comparison between chains cannot see.
func drift(series [][]float64) float64 {
	halves := split(series)
	var early, late [][]float64
	for c := 0; c < len(halves); c += 2 {
		early, late = append(early, halves[c]), append(late, halves[c+1])
	}
	a, b := Analyse(early), Analyse(late)
	return math.Abs(a.Mean-b.Mean) / math.Hypot(a.Error, b.Error)
}
