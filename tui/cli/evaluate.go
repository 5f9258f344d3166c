package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"neuralrg/training/inference"
	"neuralrg/training/run"
	"neuralrg/tui"
)

func (a *app) evaluateCommand() *cobra.Command {
	e, asJSON := inference.Evaluation{Threads: defaultThreads()}, false
	c := &cobra.Command{
		Use:   "evaluate RUN",
		Short: "evaluate the exact likelihood of fields or latents",
		Long: "Evaluate the flow of a run on fields x or latents z of shape (n, L, L), which a\n" +
			"NumPy archive has. Fields give z, logq, logq_unsymmetrised, energy and\n" +
			"energy_gradient; latents give x, logq and logdet = ln|det dx/dz|.",
		Example: "neuralrg evaluate runs/first --in fields.npz --out likelihood.npz",
		Args:    cobra.ArbitraryArgs,
		RunE: a.withRun(func(dir string) error {
			return a.evaluate(dir, e, asJSON)
		}),
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.Var((*word)(&e.In), "in", "archive with an array x or z")
	flags.Var((*word)(&e.Out), "out", "archive to write")
	flags.BoolVar(&e.Force, "force", false, "replace the file of --out")
	flags.Var((*whole)(&e.Threads), "threads", "threads that evaluate")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func (a *app) evaluate(dir string, e inference.Evaluation, asJSON bool) error {
	switch {
	case e.In == "":
		return usage("evaluate needs --in", "give an archive with fields x or latents z, as in --in fields.npz")
	case e.Out == "":
		return usage("evaluate needs --out", "say where the results shall go, as in --out likelihood.npz")
	}
	if err := checkThreads(e.Threads); err != nil {
		return err
	}
	t, err := a.load(dir)
	if err != nil {
		return err
	}
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	tell := a.counter()
	e.Progress = func(done, of int) { tell("samples", done, of) }
	done, err := inference.Evaluate(ctx, t, e)
	if err != nil {
		return err
	}
	if done.NotFinite > 0 {
		a.note(fmt.Sprintf("of %d of %d samples some result is not finite", done.NotFinite, done.Samples))
	}
	if asJSON {
		return writeJSON(a.out, struct {
			Run   string `json:"run"`
			Epoch int    `json:"epoch"`
			In    string `json:"in"`
			Out   string `json:"out"`
			inference.Evaluated
		}{dir, t.Epoch, e.In, e.Out, done})
	}
	_, err = fmt.Fprintf(a.out, "%s: %s of %d samples, by the flow of epoch %d\n",
		tui.Clean(e.Out), strings.Join(done.Arrays, ", "), done.Samples, t.Epoch)
	return output(err)
}

// load opens what a run has learnt, and tells of checkpoints passed over.
func (a *app) load(dir string) (*run.Trained, error) {
	t, err := run.Load(dir)
	if err != nil {
		return nil, err
	}
	for _, w := range t.Warnings {
		a.note(w)
	}
	return t, nil
}

// counter tells how far something is, every now and then.
func (a *app) counter() func(what string, done, of int) {
	next := time.Now().Add(pace)
	return func(what string, done, of int) {
		if now := time.Now(); now.After(next) && done < of {
			next = now.Add(pace)
			a.note(fmt.Sprintf("%d of %d %s", done, of, what))
		}
	}
}
