package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"neuralrg/training"
	"neuralrg/training/run"
	"neuralrg/tui"
)

// trainFlags are the variables behind the flags of train.
type trainFlags struct {
	config     run.Config
	preset     string
	configFile string
	from       string
	dir        string
	resume     bool
	detach     bool
	plain      bool
	json       bool
	threads    int
	nice       int
	screen     tui.Options

	settings *pflag.FlagSet // those that decide the bits of a run
	samplers *pflag.FlagSet // those in config.json that do not
	sources  *pflag.FlagSet // where the settings come from
}

// newTrainFlags has the defaults of the first preset.
func newTrainFlags() *trainFlags {
	f := &trainFlags{
		preset:  training.Presets[0],
		threads: defaultThreads(),
	}
	f.config = presetConfig(f.preset)
	f.settings = f.settingFlags()
	f.samplers = f.samplerFlags()
	f.sources = f.sourceFlags()
	return f
}

// presetConfig is a preset that is known to exist.
func presetConfig(name string) run.Config {
	c, err := training.Preset(name)
	if err != nil {
		panic(err) // the flag takes only names from training.Presets
	}
	return run.Config{Config: c, Preset: name, SamplerShare: run.DefaultSamplerShare}
}

func (f *trainFlags) settingFlags() *pflag.FlagSet {
	c := &f.config
	s := flagSet()
	s.VarP((*whole)(&c.L), "size", "L", "linear lattice size, a power of two")
	s.VarP((*temperature)(&c.Temperature), "temperature", "T", "temperature in units of J/k_B, or Tc")
	s.Var((*whole)(&c.Depth), "depth", "levels of the renormalization, 0 for all")
	s.Var((*whole)(&c.Repeat), "repeat", "pairs of disentangler and decimator in a level")
	s.Var((*whole)(&c.Couplings), "couplings", "coupling layers in a bijector")
	s.Var((*whole)(&c.Hidden), "hidden", "units in a hidden layer")
	s.Var((*whole)(&c.HiddenLayers), "hidden-layers", "hidden layers in a network")
	s.Var((*whole)(&c.Batch), "batch", "samples an epoch")
	s.Var((*whole)(&c.Epochs), "epochs", "epochs of the whole run")
	s.Float64Var(&c.Rate, "lr", c.Rate, "learning rate at the start")
	addChoice(s, &c.Schedule, "schedule", "how the learning rate moves", training.Constant, training.Cosine)
	s.Float64Var(&c.WeightDecay, "weight-decay", c.WeightDecay, "strength of the L2 term")
	addChoice(s, &c.Objective, "objective", "gradient estimate", training.ReverseKL, training.Path)
	s.BoolVar(&c.Symmetry, "symmetry", c.Symmetry, "learn a density that is even in the fields")
	s.Var((*natural)(&c.Seed), "seed", "seed of every random number")
	return s
}

func (f *trainFlags) samplerFlags() *pflag.FlagSet {
	s := flagSet()
	addChoice(s, &f.config.Sampler, "sampler", "in the background",
		run.SamplerOff, run.SamplerLatent, run.SamplerPhysical, run.SamplerBoth)
	s.Float64Var(&f.config.SamplerShare, "sampler-share", f.config.SamplerShare, "share of one core's time for the samplers, 0 to 1")
	return s
}

func (f *trainFlags) sourceFlags() *pflag.FlagSet {
	s := flagSet()
	addChoice(s, &f.preset, "preset", "settings to begin with", training.Presets...)
	s.Var((*word)(&f.configFile), "config", "repeat the run of this config.json")
	s.Var((*word)(&f.from), "from", "begin with what the run in this directory has learnt")
	return s
}

// register adds all flags to a command's.
func (f *trainFlags) register(flags *pflag.FlagSet) {
	flags.AddFlagSet(f.settings)
	flags.AddFlagSet(f.sources)
	flags.Var((*word)(&f.dir), "dir", "directory of the run (a new one in runs/)")
	flags.BoolVar(&f.resume, "resume", false, "go on with the run in --dir")
	flags.BoolVar(&f.detach, "detach", false, "train in a process of its own, without a terminal")
	flags.Var((*whole)(&f.threads), "threads", "threads that train")
	flags.Var((*whole)(&f.nice), "nice", "let other programs go first, 0 to 19")
	flags.AddFlagSet(f.samplers)
	flags.BoolVar(&f.plain, "plain", false, "lines of text, no screen")
	flags.BoolVar(&f.json, "json", false, "the result as one JSON object; implies --plain")
	screenFlags(flags, &f.screen)
}

func flagSet() *pflag.FlagSet {
	s := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.SortFlags = false
	return s
}

// open starts a new run, or resumes one.
func (f *trainFlags) open(ctx context.Context, screen bool, notice func(string)) (*run.Run, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.resume {
		return f.reopen(ctx, screen, notice)
	}
	from, err := f.resolve(screen)
	if err != nil {
		return nil, err
	}
	dir := f.dir
	if dir == "" {
		dir = run.DefaultDir(runsDir, f.config, time.Now())
	}
	if from != nil {
		return run.StartFrom(ctx, dir, f.config, from, f.options(notice))
	}
	return run.Start(ctx, dir, f.config, f.options(notice))
}

// check looks for flags that make no sense together.
func (f *trainFlags) check() error {
	switch {
	case f.resume && f.dir == "":
		return usage("--resume needs --dir", "name the run's directory, as in --resume --dir runs/paper")
	case f.resume && (f.sources.Changed("preset") || f.configFile != ""):
		return usage("--resume takes its settings from the run's config.json", "leave out --preset and --config")
	case f.resume && f.from != "":
		return usage("--resume goes on with what the run itself has learnt", "leave out --from, or start a new run in another --dir")
	}
	if err := checkNice(f.nice); err != nil {
		return err
	}
	if err := f.checkSources(); err != nil {
		return err
	}
	if err := checkThreads(f.threads); err != nil {
		return err
	}
	if err := f.screen.Validate(); err != nil {
		return wrong(err)
	}
	return nil
}

// checkSources refuses settings from two places.
func (f *trainFlags) checkSources() error {
	if f.sources.Changed("preset") && f.configFile != "" {
		return usage("--preset and --config are both given", "give one: each says all settings")
	}
	return nil
}

// resolve settles the configuration of a new run, and what it begins with: nil
// if its parameters are new. The settings are those of a preset, a file or the
// run to begin with, and then the flags that were given.
func (f *trainFlags) resolve(screen bool) (*run.Beginning, error) {
	given, sampler := flagsGiven(f.settings), flagsGiven(f.samplers)
	from, err := f.source(screen)
	if err != nil {
		return nil, err
	}
	if err := given.apply(f.settings); err != nil {
		return nil, err
	}
	if err := sampler.apply(f.samplers); err != nil {
		return nil, err
	}
	f.config.Version = Version
	if err := f.config.Validate(); err != nil {
		return nil, wrong(err)
	}
	return from, nil
}

// source takes the settings from where they are before any flag, and the
// beginning from --from or, if a run is repeated, from where that had it.
func (f *trainFlags) source(screen bool) (from *run.Beginning, err error) {
	if f.from != "" {
		if from, err = run.BeginFrom(f.from); err != nil {
			return nil, err
		}
	}
	if f.configFile == "" {
		f.config = presetConfig(f.preset)
		if from != nil {
			f.config = settingsFrom(from.Config, f.config, f.sources.Changed("preset"))
		}
		f.config.Sampler = defaultSampler(screen)
		return from, nil
	}
	if f.config, err = run.ReadConfig(f.configFile); err != nil {
		return nil, wrong(err)
	}
	if from == nil {
		return run.BeginLike(f.configFile, f.config)
	}
	return from, nil
}

// settingsFrom are those of a run to begin with. A preset that is chosen says how
// to train, but not what.
func settingsFrom(source, preset run.Config, chosen bool) run.Config {
	if !chosen {
		return source
	}
	preset.Shape, preset.Temperature, preset.Symmetry = source.Shape, source.Temperature, source.Symmetry
	return preset
}

// reopen resumes a run with the settings that it has. A setting that was given
// must be the run's own. The samplers may differ: they decide no bit of it.
func (f *trainFlags) reopen(ctx context.Context, screen bool, notice func(string)) (*run.Run, error) {
	given, sampler := flagsGiven(f.settings), flagsGiven(f.samplers)
	if c, err := run.ReadConfig(filepath.Join(f.dir, "config.json")); err == nil {
		f.config = c
		if differ := given.conflicts(f.settings); len(differ) > 0 {
			return nil, usage(
				fmt.Sprintf("the run in %s has other settings: %s", f.dir, strings.Join(differ, "; ")),
				"leave these flags out, or start a new run in another --dir")
		}
	} // else Continue says what is wrong
	f.config.Sampler = defaultSampler(screen)
	if err := sampler.apply(f.samplers); err != nil {
		return nil, err
	}
	return run.Continue(ctx, f.dir, f.options(notice))
}

func (f *trainFlags) options(notice func(string)) run.Options {
	return run.Options{
		Threads:      f.threads,
		Sampler:      f.config.Sampler,
		SamplerShare: &f.config.SamplerShare,
		Notice:       notice,
	}
}

// defaultSampler is that of a run of which nothing else is said: who looks at
// lines of text does not see the samplers.
func defaultSampler(screen bool) run.Sampler {
	if screen {
		return run.SamplerBoth
	}
	return run.SamplerOff
}

// defaultThreads is the number of cores that the system lends us. A Slurm job
// says it in a variable.
func defaultThreads() int {
	if n, err := strconv.Atoi(os.Getenv("SLURM_CPUS_PER_TASK")); err == nil && n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// maxThreads is more than most machines have.
const maxThreads = 1024

func checkThreads(n int) error {
	if n < 1 || n > maxThreads {
		return usage(fmt.Sprintf("threads %d is out of range", n),
			fmt.Sprintf("choose from 1 to %d; this machine offers %d", maxThreads, defaultThreads()))
	}
	return nil
}
