package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"neuralrg/training/bench"
)

func (a *app) benchCommand() *cobra.Command {
	threads, asJSON := defaultThreads(), false
	c := &cobra.Command{
		Use:   "bench",
		Short: "measure the speed of this machine",
		Long: "Measure what training and sampling cost on this machine, with each\n" +
			"implementation of the inner loops that it has: the loops and the peak of one\n" +
			"core, the energy, an epoch of the paper's run, a trajectory of latent hybrid\n" +
			"Monte Carlo, and larger lattices. It takes about half a minute.",
		Example: "neuralrg bench --json",
		Args:    cobra.ArbitraryArgs,
		RunE: a.do(func() error {
			if err := checkThreads(threads); err != nil {
				return err
			}
			plan, err := bench.Paper(threads)
			if err != nil {
				return err
			}
			report, err := bench.Run(plan, func(what string) { a.note("measuring " + what) })
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(a.out, report)
			}
			return writeBench(a.out, report)
		}),
	}
	c.Flags().Var((*whole)(&threads), "threads", "the most threads that train")
	c.Flags().BoolVar(&asJSON, "json", asJSON, "print one JSON object")
	return c
}

// benchTable is a report as text: a label, and two numbers for each
// implementation.
type benchTable struct {
	text  strings.Builder
	noisy bool
	r     *bench.Report
}

func writeBench(w io.Writer, r *bench.Report) error {
	t, first := &benchTable{r: r}, r.Implementations[0]
	names := make([]string, len(r.Implementations))
	for i, impl := range r.Implementations {
		names[i] = impl.Name
	}
	fmt.Fprintf(&t.text, "neuralrg %s, %s, %s, up to %s\n\n", Version, r.System, r.Go, threadCount(r.Threads))
	t.head(names)
	t.row("peak of one core, GFLOP/s", func(i bench.Implementation) (string, string, bench.Time) {
		return number(i.Peak), "", bench.Time{}
	})
	t.units(fmt.Sprintf("inner loops, %d columns", first.Kernels[0].Columns), "ns/col", "GFLOP/s")
	for n, k := range first.Kernels {
		t.row(k.Name, func(i bench.Implementation) (string, string, bench.Time) {
			k := i.Kernels[n]
			return number(k.NsPerColumn), number(k.GFLOPS), k.Time
		})
	}
	t.units(fmt.Sprintf("epoch, L=%d, batch %d", first.Epochs[0].Size, first.Epochs[0].Batch), "ms", "of peak")
	for n, e := range first.Epochs {
		t.row(threadCount(e.Threads), func(i bench.Implementation) (string, string, bench.Time) {
			e := i.Epochs[n]
			return number(1e3 * e.Least), percent(e.PeakShare), e.Time
		})
	}
	h := first.Trajectories[0]
	t.units(fmt.Sprintf("latent HMC, %d x %d leapfrogs", h.Chains, h.Leapfrogs), "ms", "of peak")
	for n, h := range first.Trajectories {
		t.row(h.Form+", "+threadCount(h.Threads), func(i bench.Implementation) (string, string, bench.Time) {
			h := i.Trajectories[n]
			return number(1e3 * h.Least), percent(h.PeakShare), h.Time
		})
	}
	t.units("energy with gradient", "us/sample", "")
	t.row(fmt.Sprintf("L=%d", first.Energy.Size), func(i bench.Implementation) (string, string, bench.Time) {
		return number(1e6 * i.Energy.Least), "", i.Energy.Time
	})
	t.units("epoch, "+threadCount(first.Sizes[0].Threads), "ns/site", "ratio")
	for n, s := range first.Sizes {
		t.row(fmt.Sprintf("L=%d, batch %d", s.Size, s.Batch), func(i bench.Implementation) (string, string, bench.Time) {
			s := i.Sizes[n]
			return number(s.NsPerSiteSample), number(s.Ratio), s.Time
		})
	}
	t.notes()
	_, err := io.WriteString(w, t.text.String())
	return output(err)
}

// head names the implementations.
func (t *benchTable) head(names []string) {
	line := fmt.Sprintf("%31s", "")
	for _, name := range names {
		line += fmt.Sprintf("%16s", name)
	}
	t.text.WriteString(line + "\n")
}

// units heads a part of the table.
func (t *benchTable) units(label, first, second string) {
	line := fmt.Sprintf("\n%-31s", label)
	for range t.r.Implementations {
		line += fmt.Sprintf("%8s%8s", first, second)
	}
	t.text.WriteString(strings.TrimRight(line, " ") + "\n")
}

// row is two numbers for each implementation, with a star where they are noisy.
func (t *benchTable) row(label string, of func(bench.Implementation) (first, second string, m bench.Time)) {
	line := fmt.Sprintf("  %-29s", label)
	for _, i := range t.r.Implementations {
		first, second, m := of(i)
		if m.Noisy() {
			t.noisy = true
			first = "*" + first
		}
		line += fmt.Sprintf("%8s%8s", first, second)
	}
	t.text.WriteString(strings.TrimRight(line, " ") + "\n")
}

// notes say what the numbers alone do not.
func (t *benchTable) notes() {
	t.text.WriteString("\nns/site is the time of an epoch per site and sample. A share of the peak counts\n" +
		"the matrix products only, against all the cores in use.\n")
	if t.noisy {
		t.text.WriteString("* noisy: the median is more than 10 % above the least\n")
	}
	for _, i := range t.r.Implementations {
		if n := slices.IndexFunc(i.Trajectories, func(h bench.Trajectory) bool { return h.Measured < h.Chains }); n >= 0 {
			fmt.Fprintf(&t.text, "latent HMC with %s was measured with %d chains\n", i.Name, i.Trajectories[n].Measured)
		}
	}
}

// number has three significant digits, or all before the point.
func number(x float64) string {
	if x == 0 {
		return "-"
	}
	_, exponent, _ := strings.Cut(fmt.Sprintf("%.2e", x), "e")
	power, err := strconv.Atoi(exponent)
	if err != nil { // NaN
		return fmt.Sprint(x)
	}
	return fmt.Sprintf("%.*f", max(0, 2-power), x)
}

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }

func threadCount(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", n)
}
