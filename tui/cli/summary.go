package cli

import (
	"fmt"
	"io"
	"math"
	"path/filepath"

	"neuralrg/physics"
	"neuralrg/training/run"
	"neuralrg/tui"
)

// averaged is the number of last epochs whose mean is the final estimate. Each
// epoch's batch is drawn afresh, so its mean is an independent estimate of an
// upper bound on -lnZ, and so is the mean of them.
const averaged = 10

// summary is what a run came to. Free energies are -lnZ in nats, for the whole
// lattice; the learned ones are upper bounds.
type summary struct {
	Dir        string    `json:"dir"`
	Phase      run.Phase `json:"phase"`
	Epoch      int       `json:"epoch"`
	Epochs     int       `json:"epochs"`
	Seconds    float64   `json:"seconds"`
	L          int       `json:"L"`
	T          float64   `json:"T"`
	Parameters int       `json:"parameters"`
	LnZ        float64   `json:"lnZ"`
	LnZDual    float64   `json:"lnZ_dual"`
	*estimate            // nil before the first epoch
}

// estimate is the learned part of a summary.
type estimate struct {
	first, last     int     // epochs
	Averaged        int     `json:"averaged_epochs"`
	FreeEnergy      float64 `json:"free_energy"` // of the dual
	FreeEnergyError float64 `json:"free_energy_error"`
	FreeEnergyExact float64 `json:"free_energy_exact"` // -lnZ_dual
	IsingFreeEnergy float64 `json:"ising_free_energy"` // of the spins, -lnZ
	IsingError      float64 `json:"ising_free_energy_error"`
	IsingExact      float64 `json:"ising_free_energy_exact"` // -lnZ
	PerSite         float64 `json:"ising_free_energy_per_site"`
	PerSiteError    float64 `json:"ising_free_energy_per_site_error"`
	PerSiteExact    float64 `json:"ising_free_energy_per_site_exact"` // -T lnZ / N, in units of J
	Gap             float64 `json:"gap"`
	GapError        float64 `json:"gap_error"`
	RelativeError   float64 `json:"relative_error"` // gap / |lnZ_dual|
	ESS             float64 `json:"ess"`            // reverse effective sample size / batch
}

func summarise(s *run.Snapshot) summary {
	sum := summary{
		Dir: s.Dir, Phase: s.Phase, Epoch: s.Epoch, Epochs: s.Config.Epochs,
		L: s.Config.L, T: s.Config.Temperature, Parameters: s.Parameters,
		LnZ: s.Exact.LnZ, LnZDual: s.Exact.LnZDual,
	}
	if recent := s.History.Recent; len(recent) > 0 {
		sum.Seconds = s.History.Last().Seconds
		sum.estimate = newEstimate(recent[max(0, len(recent)-averaged):], s)
	}
	return sum
}

// finishedRun is the last snapshot of a run that has ended, from its files. If
// its metrics are damaged, the snapshot has those that can be read.
func finishedRun(dir string) (last *run.Snapshot, damage, err error) {
	c, err := run.ReadConfig(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil, nil, err
	}
	history, damage := run.ReadHistory(filepath.Join(dir, "metrics.jsonl"))
	exact, err := physics.Solve(c.L, c.Temperature)
	if err != nil {
		return nil, nil, err
	}
	return &run.Snapshot{
		Phase: run.Finished, Dir: dir, Config: c, Parameters: c.Parameters(), Epoch: c.Epochs, History: history,
		Exact: run.Exact{LnZ: exact.LnZ, LnZDual: exact.LnZDual, MagnetizationSquared: exact.MagnetizationSquared},
	}, damage, nil
}

// newEstimate averages epochs. The spins' free energy differs from the dual's
// by a constant, lnZ_dual - lnZ, so the gap in nats is the same.
func newEstimate(epochs []run.Metrics, s *run.Snapshot) *estimate {
	n := float64(len(epochs))
	mean, variance, ess := 0.0, 0.0, 0.0
	for _, m := range epochs {
		mean += m.FreeEnergy / n
		variance += m.FreeEnergyError * m.FreeEnergyError / (n * n)
		ess += m.ESS / n
	}
	exact, err := s.Exact, math.Sqrt(variance)
	ising := mean + exact.LnZDual - exact.LnZ
	perSite := s.Config.Temperature / float64(s.Config.Sites())
	return &estimate{
		first:           epochs[0].Epoch,
		last:            epochs[len(epochs)-1].Epoch,
		Averaged:        len(epochs),
		FreeEnergy:      mean,
		FreeEnergyError: err,
		FreeEnergyExact: -exact.LnZDual,
		IsingFreeEnergy: ising,
		IsingError:      err,
		IsingExact:      -exact.LnZ,
		PerSite:         perSite * ising,
		PerSiteError:    perSite * err,
		PerSiteExact:    -perSite * exact.LnZ,
		Gap:             mean + exact.LnZDual,
		GapError:        err,
		RelativeError:   (mean + exact.LnZDual) / math.Abs(exact.LnZDual),
		ESS:             ess,
	}
}

// write prints the summary as text.
func (s summary) write(w io.Writer) error {
	text := fmt.Sprintf("\n%s after %d of %d epochs, %s of training\n", s.Phase, s.Epoch, s.Epochs, duration(s.Seconds))
	if e := s.estimate; e != nil {
		header := fmt.Sprintf("mean of epochs %d to %d", e.first, e.last)
		text += fmt.Sprintf("%-27s %23s %14s\n", header, "learned bound", "exact")
		text += fmt.Sprintf("dual, -lnZ (nats)      %14.4f +- %-9.4f %14.4f\n", e.FreeEnergy, e.FreeEnergyError, e.FreeEnergyExact)
		text += fmt.Sprintf("Ising, -lnZ (nats)     %14.4f +- %-9.4f %14.4f\n", e.IsingFreeEnergy, e.IsingError, e.IsingExact)
		text += fmt.Sprintf("Ising, -T lnZ/N (J)    %14.6f +- %-9.6f %14.6f\n", e.PerSite, e.PerSiteError, e.PerSiteExact)
		text += fmt.Sprintf("gap (nats)             %14.4f +- %.4f\n", e.Gap, e.GapError)
		text += fmt.Sprintf("relative error         %14.4f %% of lnZ_dual\n", 100*e.RelativeError)
		text += fmt.Sprintf("ESS / batch            %14.4f\n", e.ESS)
	}
	text += fmt.Sprintf("directory %s\n", tui.Clean(s.Dir))
	if s.Phase == run.Stopped {
		text += fmt.Sprintf("go on with: neuralrg train --resume --dir %s\n", run.ShellWord(tui.Clean(s.Dir)))
	}
	_, err := io.WriteString(w, text)
	return output(err)
}
