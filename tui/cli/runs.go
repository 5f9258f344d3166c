package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"neuralrg/training/remote"
	"neuralrg/training/run"
	"neuralrg/tui"
)

// runsDir is where runs are made and looked for.
const runsDir = "runs"

// listed is a run in the list of them.
type listed struct {
	Dir      string    `json:"dir"`
	State    run.Phase `json:"state"` // or damaged
	L        int       `json:"L,omitempty"`
	T        float64   `json:"T,omitempty"`
	Preset   string    `json:"preset,omitempty"`
	Batch    int       `json:"batch,omitempty"`
	Seed     uint64    `json:"seed"`
	Epoch    int       `json:"epoch"`
	Epochs   int       `json:"epochs,omitempty"`
	Gap      *float64  `json:"gap,omitempty"` // in nats; mean of the last epochs
	GapError *float64  `json:"gap_error,omitempty"`
	Host     string    `json:"host,omitempty"` // of the process at work
	PID      int       `json:"pid,omitempty"`
	Problem  string    `json:"problem,omitempty"`
}

// damaged is the state of a directory that cannot be read as a run.
const damaged run.Phase = "damaged"

func (a *app) runsCommand() *cobra.Command {
	asJSON, onScreen, screen := false, false, tui.Options{}
	c := &cobra.Command{
		Use:   "runs [DIR]",
		Short: "list runs, at work or over",
		Long: "List the runs in a directory or, if none is given, those in runs/ and those at\n" +
			"work anywhere: where they stand, how far the free energy is from the exact one,\n" +
			"and which process works on them.",
		Example: "neuralrg runs --json",
		Args:    cobra.ArbitraryArgs,
		RunE: a.withAtMostOne(func(dir string) error {
			if onScreen {
				return a.runsOnScreen(dir, asJSON, screen)
			}
			return a.runs(dir, asJSON)
		}),
	}
	c.Flags().SortFlags = false
	c.Flags().BoolVar(&asJSON, "json", asJSON, "print one JSON object")
	c.Flags().BoolVar(&onScreen, "screen", onScreen, "choose on the screen, to open, compare or delete them")
	screenFlags(c.Flags(), &screen)
	return c
}

// runsOnScreen shows the runs in a directory, or all that are known of, on the
// screen.
func (a *app) runsOnScreen(dir string, asJSON bool, o tui.Options) error {
	switch {
	case asJSON:
		return usage("--screen and --json are both given", "give one of them")
	case !a.hasScreen():
		return usage("--screen needs a terminal", "leave it out for a list in text")
	}
	if _, err := runsIn(firstWord(dir, runsDir)); err != nil && dir != "" {
		return cannotList(dir, err)
	}
	o, err := o.WithSettings()
	if err != nil {
		return err
	}
	return a.showRuns(firstWord(dir, runsDir), o)
}

func cannotList(dir string, err error) error {
	return usage(fmt.Sprintf("cannot list the runs in %s: %v", firstWord(dir, runsDir), bare(err)), "give a directory that has runs in it")
}

// runs lists the runs in a directory, or all that are known of if it is empty.
func (a *app) runs(dir string, asJSON bool) error {
	dirs, err := runsIn(firstWord(dir, runsDir))
	if err != nil && (dir != "" || !errors.Is(err, fs.ErrNotExist)) {
		return cannotList(dir, err)
	}
	if dir == "" {
		dirs = withLive(dirs)
	}
	list := make([]listed, len(dirs))
	for i, d := range dirs {
		list[i] = look(d)
	}
	if asJSON {
		return writeJSON(a.out, struct {
			Runs []listed `json:"runs"`
		}{list})
	}
	if len(list) == 0 {
		a.note(fmt.Sprintf("there are no runs in %s; neuralrg runs DIR looks elsewhere", firstWord(dir, runsDir)))
		return nil
	}
	return writeRuns(a.out, list)
}

func firstWord(word, otherwise string) string {
	if word != "" {
		return word
	}
	return otherwise
}

// bare is an error of the file system without the name that the sentence around
// it has already.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// look finds out where a run stands, and asks one at work.
func look(dir string) listed {
	l, o := glance(dir)
	if o != nil {
		l.ask(o)
	}
	return l
}

// glance finds out where a run stands by its files, and who is at work on it.
func glance(dir string) (listed, *run.Owner) {
	g, err := run.GlanceAt(dir, averaged)
	l := listed{Dir: dir, State: g.Phase, Epoch: g.Epoch, Problem: g.Why}
	if err != nil {
		l.Problem = err.Error()
		if l.State == "" {
			l.State = damaged
		}
	}
	owner := g.Owner
	if owner != nil && owner.Dead {
		owner = nil
	}
	if owner != nil {
		l.Host, l.PID = owner.Host, owner.PID
	}
	c := g.Config
	if c.L == 0 { // it could not be read
		return l, owner
	}
	l.L, l.T, l.Preset, l.Batch, l.Seed, l.Epochs = c.L, c.Temperature, c.Preset, c.Batch, c.Seed, c.Epochs
	if len(g.Last) > 0 {
		gap, variance, n := 0.0, 0.0, float64(len(g.Last))
		for _, m := range g.Last {
			gap += m.Gap / n
			variance += m.FreeEnergyError * m.FreeEnergyError / (n * n)
		}
		l.Gap, l.GapError = finite(gap), finite(math.Sqrt(variance))
	}
	return l, owner
}

// ask asks a run at work on this host where it stands: its files do not tell
// whether it is paused.
func (l *listed) ask(o *run.Owner) {
	if !o.Here {
		return
	}
	ctx, release := context.WithTimeout(context.Background(), askTime)
	defer release()
	v, err := remote.Open(ctx, l.Dir)
	if err != nil {
		return
	}
	defer v.Close()
	if v.Connection().How == remote.Socket {
		now := v.Feed().Latest()
		l.State, l.Epoch = now.Phase, now.Epoch
	}
}

// askTime is how long a run may take to answer before its files must do.
const askTime = 2 * time.Second

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// writeRuns prints the list as a table.
func writeRuns(w io.Writer, list []listed) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "directory\tL\tT\tsettings\tepoch\tgap (nats)\tstate\twhere")
	for _, l := range list {
		fmt.Fprintln(table, strings.Join(l.cells(), "\t"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return output(err)
		}
	}
	return nil
}

// cells are the columns of a run in the table.
func (l listed) cells() []string {
	size, temperature, settings, epoch, gap, where := "-", "-", "-", "-", "-", "-"
	if l.L > 0 {
		size, temperature = strconv.Itoa(l.L), fmt.Sprintf("%.5g", l.T)
		settings = strings.TrimPrefix(fmt.Sprintf("%s, batch %d, seed %d", l.Preset, l.Batch, l.Seed), ", ")
		epoch = fmt.Sprintf("%d/%d", l.Epoch, l.Epochs)
	}
	if l.Gap != nil && l.GapError != nil {
		gap = fmt.Sprintf("%.3f +- %.3f", *l.Gap, *l.GapError)
	}
	if l.PID > 0 {
		where = fmt.Sprintf("%s, process %d", l.Host, l.PID)
	}
	state := string(l.State)
	if l.Problem != "" {
		state += ": " + l.Problem
	}
	cells := []string{l.Dir, size, temperature, settings, epoch, gap, state, where}
	for i, c := range cells {
		cells[i] = tui.Clean(c)
	}
	return cells
}
