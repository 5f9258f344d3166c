// Package run is one experiment: the goroutine that trains, the directory that
// keeps, and the feed that shows. Everything that leaves it is plain data.
package run

import "neuralrg/training"

// Format is the version of every file that this program writes.
const Format = 1

// Version is the program's version. Every config.json records it.
const Version = "0.1.0"

// Config is config.json: the training configuration and how it was carried out.
type Config struct {
	Format  int    `json:"format"`
	Version string `json:"version"` // of the program
	Kernels string `json:"kernels"` // the inner loops used: same bits hold for the same kernels
	training.Config
	Preset       string  `json:"preset,omitempty"`
	From         *Origin `json:"from,omitempty"` // nil if its parameters began as new
	Sampler      Sampler `json:"sampler"`
	SamplerShare float64 `json:"sampler_share"` // of the time of a core, of all of them together; 0 is off
}

// Sampler says which background samplers work.
type Sampler string

// The choices of background samplers.
const (
	SamplerOff      Sampler = "off"
	SamplerLatent   Sampler = "latent"
	SamplerPhysical Sampler = "physical"
	SamplerBoth     Sampler = "both"
)

// Phase is where a run stands.
type Phase string

// The phases, in order of life.
const (
	Starting Phase = "starting"
	Training Phase = "training"
	Paused   Phase = "paused"
	Stopping Phase = "stopping" // saving, on a user's wish
	Stopped  Phase = "stopped"  // saved before its last epoch; can be resumed
	Finished Phase = "finished" // all epochs done
	Failed   Phase = "failed"   // Snapshot.Error says why

	// Interrupted is a run that was killed, as its files show. No run says it of
	// itself. It can be resumed.
	Interrupted Phase = "interrupted"
)

// Over says that nothing more will come.
func (p Phase) Over() bool { return p == Stopped || p == Finished || p == Failed || p == Interrupted }

// Metrics is one line of metrics.jsonl: one epoch. Energies are in nats for the
// whole lattice.
type Metrics struct {
	Epoch           int     `json:"epoch"`
	Seconds         float64 `json:"seconds"` // cumulative training time, pauses excluded
	Loss            float64 `json:"loss"`
	FreeEnergy      float64 `json:"free_energy"`
	FreeEnergyStd   float64 `json:"free_energy_std"`
	FreeEnergyError float64 `json:"free_energy_error"`
	Gap             float64 `json:"gap"` // free_energy + lnZ_dual
	ESS             float64 `json:"ess"`
	Rate            float64 `json:"lr"`
	GradNorm        float64 `json:"grad_norm"`
}

// Exact holds what is known without learning. MagnetizationSquared is nil
// where it is not known.
type Exact struct {
	LnZ                  float64  `json:"lnZ"`
	LnZDual              float64  `json:"lnZ_dual"`
	MagnetizationSquared *float64 `json:"magnetization_squared,omitempty"`
}

// Snapshot is the whole visible state of a run at one moment. It is immutable:
// a reader may keep it and everything in it, and must not write to it.
type Snapshot struct {
	Phase           Phase           `json:"phase"`
	Dir             string          `json:"dir"`
	Config          Config          `json:"config"`
	Parameters      int             `json:"parameters"`
	Threads         int             `json:"threads"`
	Exact           Exact           `json:"exact"`
	Epoch           int             `json:"epoch"` // epochs done
	History         History         `json:"history"`
	Rate            float64         `json:"lr"`      // of the next epoch
	BaseRate        float64         `json:"base_lr"` // what the schedule multiplies: SetRate changes it
	EpochsPerSecond float64         `json:"epochs_per_second"`
	Remaining       float64         `json:"remaining"` // seconds to the last epoch; negative if unknown
	Saved           int             `json:"saved"`     // epoch of the newest checkpoint
	Sampler         Sampler         `json:"sampler"`   // at work now; Config has the one at the start
	Lattice         *Lattice        `json:"lattice,omitempty"`
	Latents         []float32       `json:"latents,omitempty"` // of the lattice as drawn, row-major
	Strip           *Strip          `json:"strip,omitempty"`   // the same lattice as training went
	Gallery         *Gallery        `json:"gallery,omitempty"` // it and others, when they were last asked for
	Response        *Response       `json:"response,omitempty"`
	Levels          *Levels         `json:"levels,omitempty"` // of the lattice, when they were last asked for
	Information     *Information    `json:"information,omitempty"`
	Inquiry         *Inquiry        `json:"inquiry,omitempty"` // into another Information
	Examination     *Examination    `json:"examination,omitempty"`
	Samplers        []SamplerReport `json:"samplers,omitempty"` // latent first
	Judgement       *Judgement      `json:"judgement,omitempty"`
	Events          []Event         `json:"events,omitempty"` // the newest last
	Error           string          `json:"error,omitempty"`  // why it failed
	Hint            string          `json:"hint,omitempty"`   // what to do
}

// Lattice is one configuration generated from latents that stay fixed while
// the flow learns, and spins drawn from it with uniform numbers that stay fixed
// too: one sees the same configuration order itself. One latent may be fixed at a
// value of the user's.
type Lattice struct {
	Epoch int       `json:"epoch"` // of the flow that made it
	Draw  int       `json:"draw"`  // counts the fresh draws of latents
	L     int       `json:"L"`
	Sign  int8      `json:"sign"`            // of X against the flow's output; -1 only of a symmetrised flow
	Fixed *Fixed    `json:"fixed,omitempty"` // nil if all latents are as drawn
	X     []float32 `json:"x"`               // fields, row-major
	Spins []int8    `json:"spins"`           // +1 or -1, row-major

	Magnetization     float64 `json:"magnetization"`      // of the spins, per site
	CorrelationLength float64 `json:"correlation_length"` // as physics.CorrelationLength has it; 0 if it has none
}

// Fixed is a latent that has a value of the user's instead of the drawn one.
type Fixed struct {
	Latent int     `json:"latent"` // site index, row*L + column
	Value  float64 `json:"value"`
}

// Response is the change of the mean field with one latent, d<x>/dz: the mean
// over samples of the derivative dx/dz.
type Response struct {
	Epoch   int       `json:"epoch"`
	Latent  int       `json:"latent"` // site index of the latent, row*L + column
	Level   int       `json:"level"`  // the level it belongs to, 0 the finest
	Samples int       `json:"samples"`
	L       int       `json:"L"`
	Map     []float32 `json:"map"`   // row-major
	Error   []float32 `json:"error"` // standard error of Map over the samples
}

// SamplerReport is the state of one background sampler. Statistics are of the
// chains with the present settings under the present flow, without their first
// half; what they cannot tell yet is 0.
type SamplerReport struct {
	Space        Sampler   `json:"space"` // SamplerLatent or SamplerPhysical
	Epoch        int       `json:"epoch"` // of the frozen flow it works with; 0 in physical space
	Chains       int       `json:"chains"`
	Leapfrogs    int       `json:"leapfrogs"`
	Step         float64   `json:"step"`
	Jitter       float64   `json:"jitter"`       // of the step, relative
	Tuning       float64   `json:"tuning"`       // how far it has come, below 1; 0 if it is not under way
	Trajectories int       `json:"trajectories"` // since the settings or the flow changed
	Acceptance   float64   `json:"acceptance"`   // of these
	M2           float64   `json:"magnetization_squared"`
	M2Error      float64   `json:"magnetization_squared_error"`
	Tau          float64   `json:"tau"` // of m^2, in trajectories: 1/2 + the sum of correlations
	TauError     float64   `json:"tau_error"`
	ESSPerSecond float64   `json:"ess_per_second"` // of a core's time in trajectories
	RHat         float64   `json:"rhat"`           // split, rank-normalised
	Short        bool      `json:"short"`          // too few trajectories for the statistics to be trusted
	Doubt        string    `json:"doubt"`          // why they are not, whatever the reason; empty if nothing is known against them
	Seconds      float64   `json:"seconds_per_trajectory"`
	Trace        []float32 `json:"trace"`       // <m^2> over the chains since they began, a mean of so many trajectories each:
	TraceBlock   int       `json:"trace_block"` // of all, flows of the past included
}

// Judgement compares draws of a frozen flow with exact samples: the draws alone
// cannot show what the flow misses. Free energies are in nats for the whole
// lattice.
type Judgement struct {
	Epoch        int     `json:"epoch"` // of the flow
	Draws        int     `json:"draws"` // of the flow, and as many exact samples
	M2           float64 `json:"magnetization_squared"`
	M2Error      float64 `json:"magnetization_squared_error"`
	ExactM2      float64 `json:"exact_magnetization_squared"` // of the exact samples, where no formula is known
	ReverseESS   float64 `json:"reverse_ess"`                 // share, by the draws
	ForwardESS   float64 `json:"forward_ess"`                 // share, by the exact samples
	ForwardKL    float64 `json:"forward_kl"`                  // KL(p||q)
	ReverseLnZ   float64 `json:"reverse_lnZ"`                 // by the weights of the draws
	ReverseError float64 `json:"reverse_lnZ_error"`
	ForwardLnZ   float64 `json:"forward_lnZ"` // by those of the exact samples
	ForwardError float64 `json:"forward_lnZ_error"`
	Warning      string  `json:"warning"` // where the two disagree
}

// Event is one line of events.jsonl: something that happened at an epoch.
type Event struct {
	Time  string `json:"time"` // RFC 3339, UTC
	Epoch int    `json:"epoch"`
	Kind  string `json:"kind"`
	Text  string `json:"text"`
}
