package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"neuralrg/sampling"
	"neuralrg/training/compare"
	"neuralrg/training/run"
)

// compareTable is a comparison as text: a label, and a column for each method and
// its settings.
type compareTable struct {
	text strings.Builder
	r    *compare.Report
}

func writeCompared(w io.Writer, t *run.Trained, r *compare.Report) error {
	table := &compareTable{r: r}
	fmt.Fprintf(&table.text, "%d chains, L=%d, T=%.6g, flow of epoch %d, %s\n",
		r.Chains, t.Config.L, t.Config.Temperature, t.Epoch, threadCount(r.Threads))
	table.clusters()
	table.results()
	table.curves()
	table.notes()
	_, err := io.WriteString(w, table.text.String())
	return output(err)
}

// clusters are what Wolff's algorithm came to, and with it what <m²> shall be.
func (t *compareTable) clusters() {
	w := t.r.Wolff
	if w == nil {
		return
	}
	how := "exact"
	if !t.r.Exact {
		how = fmt.Sprintf("+- %.6f, by Wolff's clusters", t.r.Equilibrium.Error)
	}
	fmt.Fprintf(&t.text, "<m^2> in equilibrium: %.6f %s\n", t.r.Equilibrium.Value, how)
	fmt.Fprintf(&t.text, "Wolff: %s%s us a draw of %d clusters, tau %.2f draws, %s independent/s\n",
		noisy(w.Draw), number(1e6*w.Draw.Seconds), w.Between, w.Tau, number(w.PerCoreSecond))
}

// row has a cell of each result.
func (t *compareTable) row(label string, cell func(compare.Result) string) {
	line := fmt.Sprintf("%-20s", label)
	for _, r := range t.r.HMC {
		line += fmt.Sprintf(" %14s", cell(r))
	}
	t.text.WriteString(strings.TrimRight(line, " ") + "\n")
}

func (t *compareTable) results() {
	if len(t.r.HMC) == 0 {
		return
	}
	t.text.WriteString("\n")
	t.row("", func(r compare.Result) string { return string(r.Method) })
	t.row("settings", func(r compare.Result) string { return r.Settings })
	t.row("step", func(r compare.Result) string { return fmt.Sprintf("%.3g", r.Step) })
	t.row("leapfrogs", func(r compare.Result) string { return fmt.Sprint(r.Leapfrogs) })
	t.row("acceptance", func(r compare.Result) string { return fmt.Sprintf("%.3f", r.Acceptance) })
	for _, start := range []string{"cold", "hot"} {
		t.row("thermalised, "+start, func(r compare.Result) string { return thermalised(r, start) })
	}
	stationary := func(label string, cell func(compare.Stationary) string) {
		t.row(label, func(r compare.Result) string {
			if r.Stationary == nil {
				return "-"
			}
			return cell(*r.Stationary)
		})
	}
	stationary("tau", func(s compare.Stationary) string {
		star := ""
		if s.Short {
			star = "!"
		}
		return fmt.Sprintf("%s%s+-%s", star, number(s.Tau), number(s.TauError))
	})
	stationary("<m^2>", func(s compare.Stationary) string { return fmt.Sprintf("%.4f+-%.4f", s.Mean, s.Error) })
	t.row("ms a trajectory", func(r compare.Result) string {
		return noisy(r.Trajectory) + number(1e3*r.Trajectory.Seconds)
	})
	stationary("independent/s", func(s compare.Stationary) string { return number(s.PerCoreSecond) })
}

// relaxation is that of chains from a start, empty if there are none.
func relaxation(r compare.Result, start string) (compare.Relaxation, bool) {
	for _, s := range r.Starts {
		if s.Start == start {
			return s, true
		}
	}
	return compare.Relaxation{}, false
}

// thermalised is the trajectory at which chains from a start were in equilibrium.
func thermalised(r compare.Result, start string) string {
	s, ok := relaxation(r, start)
	switch {
	case !ok:
		return "-"
	case s.Thermalisation == nil:
		return fmt.Sprintf("not in %d", s.Trajectories)
	}
	return interval(*s.Thermalisation)
}

// interval is a time and what may be less or more of it.
func interval(t sampling.Thermalisation) string {
	if t.Low == t.High {
		return fmt.Sprint(t.Time)
	}
	return fmt.Sprintf("%d -%d +%d", t.Time, t.Time-t.Low, t.High-t.Time)
}

// curves are <m²> at some trajectories, from both starts.
func (t *compareTable) curves() {
	at := map[int]bool{}
	for _, r := range t.r.HMC {
		for _, s := range r.Starts {
			for _, p := range s.Points {
				at[p.Trajectory] = true
			}
		}
	}
	if len(at) == 0 {
		return
	}
	t.text.WriteString("\n")
	t.row("<m^2>, cold and hot", func(r compare.Result) string { return string(r.Method) })
	t.row("after trajectories", func(r compare.Result) string { return r.Settings })
	for _, trajectory := range slices.Sorted(maps.Keys(at)) {
		t.row(fmt.Sprint(trajectory), func(r compare.Result) string {
			return fmt.Sprintf("%6s %6s", meanAt(r, "cold", trajectory), meanAt(r, "hot", trajectory))
		})
	}
}

// meanAt is <m²> of chains from a start after so many trajectories.
func meanAt(r compare.Result, start string, trajectory int) string {
	s, _ := relaxation(r, start)
	for _, p := range s.Points {
		if p.Trajectory == trajectory {
			return fmt.Sprintf("%.3f", p.M2)
		}
	}
	return "-"
}

// noisy is a star before a time during which something else was at work.
func noisy(c compare.Cost) string {
	if c.Noisy() {
		return "*"
	}
	return ""
}

// notes say what the numbers alone do not.
func (t *compareTable) notes() {
	t.text.WriteString("\nTimes are in trajectories; - and + are what an error of the mean leaves open.\n" +
		"tau is that of m^2. A trajectory is one of all chains; its milliseconds, and the\n" +
		"independent values of m^2 a second, are of one core.\n")
	var busy, short bool
	for _, r := range t.r.HMC {
		busy = busy || r.Trajectory.Noisy()
		short = short || r.Stationary != nil && r.Stationary.Short
	}
	if busy || t.r.Wolff != nil && t.r.Wolff.Draw.Noisy() {
		t.text.WriteString("* noisy: the median is more than 10 % above; something else was at work\n")
	}
	if short {
		t.text.WriteString("! the chains are too short for this time to be trusted\n")
	}
	if t.r.Interrupted {
		t.text.WriteString("interrupted: this is what was measured by then\n")
	}
}
