package sweep

import (
	"encoding/json"
	"math"

	"neuralrg/sampling"
	"neuralrg/training/inference"
	"neuralrg/training/run"
)

// Result is done.json: what a point came to. Free energies are of the dual, in
// nats for the whole lattice.
type Result struct {
	Format  int    `json:"format"`
	Version string `json:"version"` // of the program
	Kernels string `json:"kernels"` // the inner loops: same bits hold for the same ones
	Index   int    `json:"index"`
	Hash    string `json:"hash"` // of the point
	Attempt int    `json:"attempt"`

	L       int     `json:"L"`
	T       float64 `json:"T"`
	Epochs  int     `json:"epochs"`
	Seconds float64 `json:"seconds"` // of training
	Draws   int     `json:"draws"`   // of the flow, for the estimates, and of exact samples where they are estimates too

	LnZDual       float64           `json:"lnZ_dual"` // exact
	FreeEnergy    sampling.Quantity `json:"free_energy"`
	Gap           sampling.Quantity `json:"gap"`            // of the free energy from the exact value
	RelativeError sampling.Quantity `json:"relative_error"` // gap/|lnZ_dual|
	ESS           float64           `json:"ess"`            // reverse, as a share of the draws

	M2           Measured `json:"magnetization_squared"`
	HeatCapacity Measured `json:"heat_capacity"` // k_B per site
}

// Measured is what a point says of an observable.
type Measured struct {
	Flow     Estimate `json:"flow"`     // of the flow's draws as they are
	Weighted Estimate `json:"weighted"` // with their importance weights
	Exact    *float64 `json:"exact"`    // nil where it is not known
	Samples  Estimate `json:"samples"`  // of exact samples, by Wolff's clusters
}

// Estimate is a number with its standard error, null where they are not known.
type Estimate struct {
	Value    *float64 `json:"value"`
	Error    *float64 `json:"error"`
	Reliable bool     `json:"reliable"`
	Reasons  []string `json:"reasons,omitempty"` // why it is not
}

func newEstimate(o inference.Observable) Estimate {
	return Estimate{Value: finite(o.Mean), Error: finite(o.Error), Reliable: o.Reliable, Reasons: o.Reasons}
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// write writes done.json.
func (r *Result) write(path string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return run.WriteWhole(path, append(data, '\n'))
}
