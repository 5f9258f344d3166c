package cli

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"neuralrg/sampling"
	"neuralrg/training/inference"
	"neuralrg/training/run"
	"neuralrg/tui"
)

func (a *app) sampleCommand() *cobra.Command {
	s := inference.Sampling{N: 1000, Method: inference.FlowDraws, Threads: defaultThreads()}
	seed, asJSON := natural(0), false
	c := &cobra.Command{
		Use:   "sample RUN",
		Short: "draw fields and estimate what they tell",
		Long: "Draw fields of the Ising model's dual, and estimate observables with errors\n" +
			"that are judged: by the flow of a run and its weights, by Metropolis with the\n" +
			"flow's draws as proposals, by hybrid Monte Carlo of latents or fields, or by\n" +
			"Wolff clusters lifted to fields, which are exact.",
		Example: `# independent draws of the flow, kept with ln q, energy and weight
neuralrg sample runs/first -n 10000 --out samples.npz

# Monte Carlo in the latents, for a script
neuralrg sample runs/first -n 10000 --method latent-hmc --json`,
		Args: cobra.ArbitraryArgs,
		RunE: a.withRun(func(dir string) error {
			s.Seed = uint64(seed)
			return a.sample(dir, s, asJSON)
		}),
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.VarP((*whole)(&s.N), "number", "n", "draws, of all chains together")
	addChoice(flags, &s.Method, "method", "how to draw", inference.Methods...)
	flags.Var(&seed, "seed", "seed of every random number")
	flags.Var((*word)(&s.Out), "out", "archive to write, as NumPy reads it (none)")
	flags.BoolVar(&s.Force, "force", false, "replace the file of --out")
	flags.Var((*whole)(&s.Chains), "chains", "chains (by the number of draws)")
	flags.Var((*whole)(&s.WarmUp), "warm-up", "steps of a chain before its first draw (by the method)")
	flags.Float64Var(&s.Step, "step", 0, "step of the leapfrog (tuned during the warm-up)")
	flags.Float64Var(&s.Target, "target", 0, "mean acceptance to tune the step to (0.8)")
	flags.Var((*whole)(&s.Leapfrogs), "leapfrogs", "steps of a trajectory (tuned with the step; 10 for a step that is given)")
	flags.Var((*whole)(&s.Threads), "threads", "threads that evaluate the flow")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func (a *app) sample(dir string, s inference.Sampling, asJSON bool) error {
	if err := checkThreads(s.Threads); err != nil {
		return err
	}
	t, err := a.load(dir)
	if err != nil {
		return err
	}
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	s.Progress = a.counter()
	r, err := inference.Sample(ctx, t, s)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(a.out, newDrawn(dir, t, r))
	}
	return writeSampled(a.out, t, r)
}

// drawn is the object that --json prints.
type drawn struct {
	Run           string                          `json:"run"`
	Epoch         int                             `json:"epoch"`
	L             int                             `json:"L"`
	T             float64                         `json:"T"`
	Method        inference.Method                `json:"method"`
	N             int                             `json:"n"`
	Interrupted   bool                            `json:"interrupted"`
	Seed          uint64                          `json:"seed"`
	Out           string                          `json:"out,omitempty"`
	Seconds       float64                         `json:"seconds"`
	Acceptance    float64                         `json:"acceptance"`
	Chains        int                             `json:"chains,omitempty"`
	WarmUp        int                             `json:"warm_up,omitempty"`
	WarmUpSeconds float64                         `json:"warm_up_seconds"`
	Step          float64                         `json:"step,omitempty"`
	Leapfrogs     int                             `json:"leapfrogs,omitempty"`
	Adaptation    *sampling.Adaptation            `json:"adaptation,omitempty"`
	Observables   map[string]inference.Observable `json:"observables"`
	OfFlow        map[string]inference.Observable `json:"flow_observables,omitempty"`
	FreeEnergy    any                             `json:"free_energy"`
	Warnings      []string                        `json:"warnings"`
}

func newDrawn(dir string, t *run.Trained, r *inference.Sampled) drawn {
	return drawn{
		Run: dir, Epoch: t.Epoch, L: t.Config.L, T: t.Config.Temperature,
		Method: r.Method, N: r.N, Interrupted: r.Interrupted, Seed: r.Seed, Out: r.Out,
		Seconds: r.Seconds, Acceptance: r.Acceptance,
		Chains: r.Chains, WarmUp: r.WarmUp, WarmUpSeconds: r.WarmUpSeconds, Step: r.Step, Leapfrogs: r.Leapfrogs, Adaptation: r.Adaptation,
		Observables: byName(r.Observables), OfFlow: byName(r.OfFlow), FreeEnergy: r.FreeEnergy,
		Warnings: append([]string{}, r.Warnings...),
	}
}

func byName(all []inference.Observable) map[string]inference.Observable {
	named := make(map[string]inference.Observable, len(all))
	for _, o := range all {
		named[o.Name] = o
	}
	return named
}

// writeSampled prints estimates as text. A star marks those that are not
// reliable, a question mark those to be taken with care.
func writeSampled(w io.Writer, t *run.Trained, r *inference.Sampled) error {
	text := fmt.Sprintf("%s by %s in %.3g s, L=%d, T=%.6g, flow of epoch %d\n", count(r.N, "draw"), r.Method, r.Seconds, t.Config.L, t.Config.Temperature, t.Epoch)
	if r.Chains > 0 {
		text += fmt.Sprintf("%d chains, %d steps of warm-up, acceptance %.3f", r.Chains, r.WarmUp, r.Acceptance)
		if r.Leapfrogs > 0 {
			text += fmt.Sprintf(", step %.4g, %d leapfrogs", r.Step, r.Leapfrogs)
		}
		text += "\n"
	}
	text += fmt.Sprintf("\n%-23s %10s %9s %10s %7s %8s %5s\n", "", "estimate", "error", "exact", "tau", "ess", "R-hat")
	last := fmt.Sprintf("correlation_%d", t.Config.L/2)
	for _, o := range r.Observables {
		if strings.HasPrefix(o.Name, "correlation_") && o.Name != "correlation_1" && o.Name != last {
			continue // there are many; --json has them
		}
		text += sampledRow(o)
	}
	for _, o := range r.OfFlow {
		if o.Name == "magnetization_squared" { // the known case of a flow that goes wrong
			o.Name = "m^2 of the flow itself"
			text += sampledRow(o)
		}
	}
	text += freeEnergyRows(r)
	if r.Out != "" {
		text += fmt.Sprintf("\nwritten to %s\n", tui.Clean(r.Out))
	}
	if len(r.Warnings) > 0 {
		text += "\n"
	}
	for _, warning := range r.Warnings {
		text += wrapped("warning: "+warning, 80)
	}
	_, err := io.WriteString(w, text)
	return output(err)
}

func sampledRow(o inference.Observable) string {
	name, exact := o.Name, "-"
	switch {
	case !o.Reliable:
		name = "*" + name
	case len(o.Cautions) > 0:
		name = "?" + name
	}
	if o.Exact != nil {
		exact = fmt.Sprintf("%.6f", *o.Exact)
	}
	return fmt.Sprintf("%-23s %10s %9s %10s %7s %8s %5s\n", name, cell("%.6f", o.Mean), cell("%.6f", o.Error), exact,
		cell("%.2f", o.Tau), cell("%.0f", o.ESS), cell("%.2f", o.RHat))
}

// cell is a number, or a dash where there is none.
func cell(format string, v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf(format, v)
}

// freeEnergyRows has lnZ of the dual, in nats.
func freeEnergyRows(r *inference.Sampled) string {
	f := r.FreeEnergy
	if f == nil {
		return ""
	}
	marked := func(name string, reliable bool) string {
		if reliable {
			return name
		}
		return "*" + name
	}
	row := func(name string, value, err float64) string {
		return fmt.Sprintf("%-23s %10.4f %9.4f %10.4f\n", name, value, err, *f.Exact)
	}
	text := row("lnZ, lower bound", f.Bound.Value, f.Bound.Error) + row(marked("lnZ, by weights", f.Reliable), f.LnZ.Value, f.LnZ.Error)
	if f.Forward != nil {
		text += row(marked("lnZ, by exact samples", f.Forward.Reliable), f.Forward.LnZ.Value, f.Forward.LnZ.Error)
		text += fmt.Sprintf("a draw of the flow is worth %.2g by its draws, %.2g by exact samples\n", f.ESS, f.Forward.ESS.Value)
	}
	return text
}

// wrapped breaks a text into lines of at most so many characters.
func wrapped(text string, width int) string {
	var lines []string
	for word := range strings.FieldsSeq(tui.Clean(text)) {
		if n := len(lines); n > 0 && len(lines[n-1])+1+len(word) <= width {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
