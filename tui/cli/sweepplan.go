package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"neuralrg/training/run"
	"neuralrg/training/sweep"
	"neuralrg/tui"
)

// sweepPlanFlags are those of sweep plan.
type sweepPlanFlags struct {
	base  *trainFlags // settings of all points
	axes  []string
	seeds int
	warm  string
	out   string
	json  bool
}

func (a *app) sweepPlanCommand() *cobra.Command {
	f := &sweepPlanFlags{base: newTrainFlags(), seeds: 1}
	c := &cobra.Command{
		Use:   "plan",
		Short: "plan a grid of runs",
		Long: "Write the plan of a sweep, all combinations of the values of its axes, and say\n" +
			"what it will cost. An axis is a flag of training with values: --axis depth=1,2,3,4,\n" +
			"or --axis T=2.0:2.8:0.1, which includes both ends. Other flags of training are\n" +
			"settings of all points.",
		Example: `# the depths and temperatures of the paper
neuralrg sweep plan --out sweeps/depth --axis T=2.0:2.8:0.1 --axis depth=1,2,3,4

# three seeds of each size, with the paper's settings
neuralrg sweep plan --out sweeps/size --axis L=8,16,32 --seeds 3 --preset paper`,
		Args: cobra.ArbitraryArgs,
		RunE: a.do(func() error { return a.sweepPlan(f) }),
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.Var((*word)(&f.out), "out", "directory of the sweep to make")
	flags.StringArrayVar(&f.axes, "axis", nil, "a flag of training and its values, as T=2.0:2.8:0.1 or depth=1,2,3,4")
	flags.Var((*whole)(&f.seeds), "seeds", "seeds of each point, one after the other")
	flags.Var((*word)(&f.warm), "warm-start", "axis along which a point begins with what its neighbour has learnt (none)")
	flags.AddFlagSet(f.base.settings)
	flags.AddFlagSet(f.base.sources)
	flags.AddFlagSet(f.base.samplers)
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	return c
}

func (a *app) sweepPlan(f *sweepPlanFlags) error {
	p, err := f.plan()
	if err != nil {
		return err
	}
	s, err := sweep.Create(f.out, p)
	if err != nil {
		return err
	}
	cost, err := p.Estimate()
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(a.out, planned{s.Dir, p, cost})
	}
	return writePlan(a.out, s, cost)
}

// plan makes the plan that is asked for.
func (f *sweepPlanFlags) plan() (*sweep.Plan, error) {
	if f.out == "" {
		return nil, usage("--out is missing", "name the directory of the sweep to make, as in --out sweeps/depth")
	}
	if err := f.base.checkSources(); err != nil {
		return nil, err
	}
	var axes []sweep.Axis
	for _, text := range f.axes {
		axis, err := sweep.ParseAxis(text)
		if err == nil {
			axis.Name, err = f.base.axisName(axis.Name)
		}
		if err != nil {
			return nil, err
		}
		axes = append(axes, axis)
	}
	if f.warm != "" {
		name, err := f.base.axisName(f.warm)
		if err != nil {
			return nil, err
		}
		f.warm = name
	}
	if f.seeds != 1 {
		seeds, err := f.seedAxis()
		if err != nil {
			return nil, err
		}
		axes = append(axes, seeds)
	}
	return sweep.NewPlan(Version, axes, f.warm, f.base.at)
}

// maxSeeds is as many as a sweep may have points.
const maxSeeds = sweep.MaxPoints

// seedAxis has as many seeds as are wanted, from that of the base on.
func (f *sweepPlanFlags) seedAxis() (sweep.Axis, error) {
	if f.seeds < 1 || f.seeds > maxSeeds {
		return sweep.Axis{}, usage(fmt.Sprintf("seeds %d is out of range", f.seeds), fmt.Sprintf("choose from 1 to %d", maxSeeds))
	}
	base, err := f.base.at(nil, nil)
	if err != nil {
		return sweep.Axis{}, err
	}
	axis := sweep.Axis{Name: "seed"}
	for i := range f.seeds {
		axis.Values = append(axis.Values, strconv.FormatUint(base.Seed+uint64(i), 10))
	}
	return axis, nil
}

// settingSets are the sets of flags that an axis may be named after.
func (f *trainFlags) settingSets() []*pflag.FlagSet {
	return []*pflag.FlagSet{f.settings, f.samplers, f.sources}
}

// lookup finds a setting by the name of its flag or by its letter, and the set
// that it is in.
func (f *trainFlags) lookup(name string) (*pflag.Flag, *pflag.FlagSet) {
	for _, set := range f.settingSets() {
		flag := set.Lookup(name)
		if len(name) == 1 {
			flag = set.ShorthandLookup(name)
		}
		if flag != nil {
			return flag, set
		}
	}
	return nil, nil
}

// axisName is the name of an axis: the letter of its flag, if it has one. It
// refuses what is no setting, and what is given as a flag too.
func (f *trainFlags) axisName(name string) (string, error) {
	flag, _ := f.lookup(name)
	if flag == nil {
		var names []string
		for _, set := range f.settingSets() {
			set.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		}
		hint := "choose a flag of training: L, T, " + strings.Join(names, ", ")
		if near := nearest(name, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		return "", usage(fmt.Sprintf("axis %q is no flag of training", name), hint)
	}
	name = flag.Name
	if flag.Shorthand != "" {
		name = flag.Shorthand
	}
	if flag.Changed {
		return "", usage(fmt.Sprintf("%s is an axis and --%s is given too", name, flag.Name), "leave the flag out: the axis has its values")
	}
	return name, nil
}

// at is the configuration of these settings with values of axes in their place.
func (f *trainFlags) at(axes []sweep.Axis, values []string) (run.Config, error) {
	g := newTrainFlags()
	for i, set := range f.settingSets() {
		if err := flagsGiven(set).apply(g.settingSets()[i]); err != nil {
			return run.Config{}, err
		}
	}
	for i, axis := range axes {
		flag, set := g.lookup(axis.Name)
		if err := set.Set(flag.Name, values[i]); err != nil {
			return run.Config{}, usage(fmt.Sprintf("axis %s: %q is not valid", axis.Name, values[i]), valueHint(flag))
		}
	}
	if err := g.checkSources(); err != nil {
		return run.Config{}, err
	}
	from, err := g.resolve(false)
	if err != nil || from == nil {
		return g.config, err
	}
	return from.Of(g.config)
}

// planned is the object that --json prints.
type planned struct {
	Dir string `json:"dir"`
	*sweep.Plan
	Cost sweep.Cost `json:"cost"`
}

// mostRows is how many points a table of a plan has; plan.json has all.
const mostRows = 200

// writePlan prints the points of a plan and what they will cost.
func writePlan(w io.Writer, s *sweep.Sweep, cost sweep.Cost) error {
	p := s.Plan
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	head := "point"
	for _, axis := range p.Axes {
		head += "\t" + axis.Name
	}
	fmt.Fprintf(table, "%s\tepochs\ttime on one core\n", head)
	for i, point := range p.Points[:min(len(p.Points), mostRows)] {
		c, err := p.Config(i)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%d\t%s\t%d\t%s\n", i, strings.Join(point.Values, "\t"), c.Epochs, duration(cost.Points[i]))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if more := len(p.Points) - mostRows; more > 0 {
		fmt.Fprintf(&text, "and %d more\n", more)
	}
	cores := defaultThreads()
	fmt.Fprintf(&text, "%s in %s: %s of training on one core, %s on the %d of this machine\n", count(len(p.Points), "point"), tui.Clean(s.Dir),
		duration(cost.Total), duration(cost.Total/float64(min(cores, len(p.Points)))), cores)
	how := fmt.Sprintf("processor time measured now: some epochs of each of %d kinds, on one thread", cost.Kinds)
	if cost.Measured < cost.Kinds {
		how = fmt.Sprintf("processor time measured now: some epochs of %d of %d kinds, on one thread, and scaled by the arithmetic of the others", cost.Measured, cost.Kinds)
	}
	fmt.Fprintf(&text, "%s\ncarry them out with: neuralrg sweep run %s\n", how, run.ShellWord(tui.Clean(s.Dir)))
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return output(err)
		}
	}
	return nil
}
