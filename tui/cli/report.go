package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	figures "neuralrg/training/report"
	"neuralrg/tui"
)

func (a *app) reportCommand() *cobra.Command {
	p := figures.Plan{Samples: 4096, Threads: defaultThreads()}
	seed, asJSON := natural(0), false
	c := &cobra.Command{
		Use:   "report RUN...",
		Short: "make figures of what a run has learnt",
		Long: "Make the figures of a run, as SVG and PNG with the numbers that they show, and a\n" +
			"page that puts them in order, in RUN/report: the free energy against the exact\n" +
			"value, what the flow is to Monte Carlo, and the renormalization group that it has\n" +
			"learnt. Other runs are compared with the first.",
		Example: `# the figures of a run
neuralrg report runs/first

# two of its latents too, and the energy along both
neuralrg report runs/first --latent 8,8 --latent 0,8

# with runs of other depths beside it
neuralrg report runs/depth4 runs/depth3 runs/depth2 runs/depth1 --out depths`,
		Args: cobra.ArbitraryArgs,
		RunE: a.withRuns(func(dirs []string) error {
			p.Seed = uint64(seed)
			return a.report(dirs, p, asJSON)
		}),
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.Var((*word)(&p.Out), "out", "directory to write (RUN/report)")
	flags.BoolVar(&p.Force, "force", false, "replace a report")
	flags.Var((*whole)(&p.Samples), "samples", "samples of the model, and of the flow")
	flags.Var((*latents)(&p.Latents), "latent", "a latent to look at closely, by row,column; can be given more than once")
	flags.BoolVar(&p.Full, "full", false, "compare Monte Carlo at length, with tuned settings too")
	flags.Var(&seed, "seed", "seed of every random number")
	flags.Var((*whole)(&p.Threads), "threads", "threads at work")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// latents is the value of a flag that names a latent by its row and column each
// time that it is given.
type latents []figures.Latent

func (l *latents) String() string { return "" }

func (l *latents) Set(s string) error {
	row, column, found := strings.Cut(s, ",")
	i, err := strconv.Atoi(row)
	j, other := strconv.Atoi(column)
	if !found || err != nil || other != nil {
		return errors.New("no row and column")
	}
	*l = append(*l, figures.Latent{Row: i, Column: j})
	return nil
}

func (l *latents) Type() string { return "row,column" }

func (a *app) report(dirs []string, p figures.Plan, asJSON bool) error {
	if err := checkThreads(p.Threads); err != nil {
		return err
	}
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	p.Progress = a.drawing()
	out, r, err := figures.Write(ctx, dirs, p)
	if err != nil {
		return err
	}
	for _, w := range r.Warnings {
		a.note(w)
	}
	if asJSON {
		return writeJSON(a.out, reported{Run: dirs[0], Out: out, Report: r})
	}
	return writeReported(a.out, out, r)
}

// reported is the object that --json prints.
type reported struct {
	Run string `json:"run"`
	Out string `json:"out"`
	*figures.Report
}

// drawing tells of every figure, and how far it is every now and then.
func (a *app) drawing() func(title, far string) {
	var next time.Time
	return func(title, far string) {
		now := time.Now()
		if far != "" && now.Before(next) {
			return
		}
		next = now.Add(pace)
		if far != "" {
			title += ": " + far
		}
		a.note(title)
	}
}

// writeReported lists what a report has, and what it has not.
func writeReported(w io.Writer, out string, r *figures.Report) error {
	text := fmt.Sprintf("%s: %d figures, L=%d, T=%.6g, flow of epoch %d\n", tui.Clean(out), len(r.Figures), r.L, r.T, r.Epoch)
	for _, f := range r.Figures {
		text += fmt.Sprintf("  %-22s %s\n", f.Name, f.Title)
	}
	for _, m := range r.Missing {
		text += wrapped(fmt.Sprintf("not made: %s: %s", m.Title, m.Reason), 80)
	}
	_, err := io.WriteString(w, text+fmt.Sprintf("begin with %s/%s\n", tui.Clean(out), r.Index))
	return output(err)
}
