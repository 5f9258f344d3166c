package cli_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestWrongUsageIsSaidInTwoLines(t *testing.T) {
	onlyPlain(t)
	cases := []struct {
		name, args    string
		problem, hint string
	}{
		{"unknown flag", "train --szie 8", "unknown flag --szie", "did you mean --size?"},
		{"unknown flag of the root", "--frobnicate", "unknown flag --frobnicate", "--help"},
		{"unknown short flag", "train -Q 8", "unknown flag -Q", "--help"},
		{"unknown command", "trian", `unknown command "trian"`, "did you mean neuralrg train?"},
		{"unknown command, nothing near", "frobnicate", `unknown command "frobnicate"`, "--help"},
		{"argument too many", "train 8", `"8"`, "--help"},
		{"help about nothing", "help nope", `unknown command "nope"`, "--help"},
		{"help about a slip", "help trian", `unknown command "trian"`, "did you mean neuralrg train?"},
		{"help about an argument", "help train 8", `unknown command "train 8"`, "did you mean neuralrg train?"},
		{"hexadecimal size", "train -L 0x4", `--size: "0x4"`, "whole number"},
		{"hexadecimal seed", "train --seed 0x7", `--seed: "0x7"`, "not negative"},
		{"octal size", "exact -L 0o10", `--size: "0o10"`, "whole number"},
		{"a leading zero is none", "exact -L 07", "L=7 is odd", "even"},
		{"ten with a leading zero", "train -L 010", "10 is not a power of two", "8 or 16"},
		{"no value", "train --size", "--size needs a value", "whole number"},
		{"not a number", "train --size eight", `--size: "eight"`, "whole number"},
		{"not a temperature", "exact -T warm", `--temperature: "warm"`, "Tc"},
		{"not a choice", "train --schedule linear", `--schedule: "linear"`, "constant, cosine"},
		{"not a preset", "train --preset best", `--preset: "best"`, "quick, paper"},
		{"not a sampler", "train --sampler wolff", `--sampler: "wolff"`, "off, latent, physical, both"},
		{"size 7", "train -L 7", "7 is not a power of two", "4 or 8"},
		{"size 2", "train -L 2", "2", "4"},
		{"size 0", "train -L 0", "0", "4"},
		{"cold", "train -T -1", "-1", "0.1"},
		{"no temperature", "train -T NaN", "NaN", "0.1"},
		{"hot", "train -T Inf", "Inf", "0.1"},
		{"no batch", "train --batch 0", "batch 0", "2"},
		{"no epochs", "train --epochs 0", "epochs 0", "1"},
		{"no rate", "train --lr 0", "0", "0.001"},
		{"rate not a number", "train --lr NaN", "NaN", "0.001"},
		{"rate of letters", "train --lr fast", `--lr: "fast"`, "give a number"},
		{"step of letters", "sample run --step long", `--step: "long"`, "give a number"},
		{"no option of sbatch", "sweep run sweep --sbatch-arg", "--sbatch-arg needs a value", "--qos=long"},
		{"completion for no shell", "completion tcsh", `unknown shell "tcsh"`, "bash, fish, powershell, zsh"},
		{"completion, an argument", "completion bash fast", `"fast"`, "--help"},
		{"negative decay", "train --weight-decay -1", "-1", "0"},
		{"negative seed", "train --seed -1", `--seed: "-1"`, "not negative"},
		{"no threads", "train --threads 0", "threads 0", "1"},
		{"share", "train --sampler-share 2", "share 2", "from 0"},
		{"negative share", "train --sampler-share -0.1", "share -0.1", "from 0"},
		{"share of nothing", "train --sampler-share NaN", "share NaN", "from 0"},
		{"color", "train --color pink", `--color: "pink"`, "truecolor"},
		{"theme", "train --theme pink", "pink", "dark"},
		{"frames", "train --fps -3", "frame rate -3", "5 suits"},
		{"resume nothing", "train --resume", "--resume needs --dir", "--dir"},
		{"empty directory", "train --dir=", "flag --dir is empty", "give a name"},
		{"empty configuration", "train --config=", "flag --config is empty", "give a name"},
		{"empty theme", "train --theme=", "flag --theme is empty", "give a name"},
		{"empty size", "train --size=", "flag --size is empty", "whole number"},
		{"two sources", "train --preset paper --config x.json", "--preset and --config", "one"},
		{"resume with a preset", "train --resume --dir x --preset paper", "--resume", "--preset"},
		{"bench, no threads", "bench --threads 0", "threads 0", "from 1"},
		{"bench, an argument", "bench fast", `"fast"`, "--help"},
		{"exact, odd", "exact -L 7", "L=7 is odd", "even"},
		{"exact, two", "exact -L 2", "L=2", "even size from 4"},
		{"exact, cold", "exact -T -1", "T=-1", "0.1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := neuralrg(t, t.TempDir(), strings.Fields(c.args)...)
			wantError(t, o, 2, c.problem, c.hint)
			if o.stdout != "" {
				t.Errorf("standard output has %q", o.stdout)
			}
		})
	}
}

func TestHelpNamesEveryFlag(t *testing.T) {
	onlyPlain(t)
	flags := []string{
		"-L --size", "-T --temperature", "--depth", "--repeat", "--couplings", "--hidden", "--hidden-layers",
		"--batch", "--epochs", "--lr", "--schedule", "--weight-decay", "--objective", "--symmetry", "--seed",
		"--threads", "--preset", "--config", "--dir", "--resume", "--detach", "--plain", "--json", "--sampler",
		"--sampler-share", "--color", "--glyphs", "--theme", "--fps",
	}
	for _, args := range [][]string{{"--help"}, {"train", "--help"}, {"help", "train"}} {
		o := neuralrg(t, ".", args...)
		if o.code != 0 || o.stderr != "" {
			t.Errorf("%v: exit code %d, standard error %q", args, o.code, o.stderr)
		}
		for _, flag := range flags {
			if !strings.Contains(o.stdout, "  "+flag+" ") {
				t.Errorf("%v does not name %s", args, flag)
			}
		}
	}
	root := neuralrg(t, ".", "--help").stdout
	for _, line := range []string{"train", "attach", "serve", "stop", "runs", "sample", "evaluate", "compare", "report", "exact", "bench", "version"} {
		if !strings.Contains(root, "\n    "+line+" ") {
			t.Errorf("--help does not name the command %s:\n%s", line, root)
		}
	}
}

func TestVersion(t *testing.T) {
	onlyPlain(t)
	o := neuralrg(t, ".", "version", "--json")
	about := decode(t, o.stdout)
	version, ok := about["version"].(string)
	if o.code != 0 || !ok || about["format"] != 1.0 {
		t.Fatalf("exit code %d, %v", o.code, about)
	}
	for _, args := range [][]string{{"version"}, {"--version"}} {
		if o := neuralrg(t, ".", args...); o.code != 0 || !strings.Contains(o.stdout, version) {
			t.Errorf("%v: exit code %d, %q", args, o.code, o.stdout)
		}
	}
}

func TestExact(t *testing.T) {
	onlyPlain(t)
	o := neuralrg(t, ".", "exact", "-L", "16", "-T", "2.3", "--json")
	if o.code != 0 || o.stderr != "" {
		t.Fatalf("exit code %d, standard error %q", o.code, o.stderr)
	}
	exact := decode(t, o.stdout)
	near(t, "lnZ", number(t, exact, "lnZ"), 236.481168315, 1e-11)
	for _, name := range []string{"L", "T", "lnZ_dual", "energy", "heat_capacity"} {
		number(t, exact, name)
	}

	// At the critical temperature, and by its name.
	exact = decode(t, neuralrg(t, ".", "exact", "-L", "8", "-T", "Tc", "--json").stdout)
	near(t, "lnZ", number(t, exact, "lnZ"), 60.141780789069, 1e-12)
	near(t, "energy", number(t, exact, "energy"), -1.491589107440, 1e-11)
	near(t, "heat_capacity", number(t, exact, "heat_capacity"), 1.14555923989, 1e-10)
	near(t, "magnetization_squared", number(t, exact, "magnetization_squared"), 0.64691157499424, 1e-12)

	text := neuralrg(t, ".", "exact", "-L", "8").stdout
	for _, part := range []string{"lnZ ", "60.141780789", "heat capacity", "1.14555923"} {
		if !strings.Contains(text, part) {
			t.Errorf("the text does not say %q:\n%s", part, text)
		}
	}
}

// TestDocumentation compares what the documents promise with what there is.
func TestDocumentation(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	o := train(t, dir, "--epochs", "2", "--dir", "run", "--json", "--preset", "quick")
	read := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	names := func(text string) []string { return slices.Sorted(maps.Keys(decode(t, text))) }

	flag := regexp.MustCompile(`--[a-z-]+`)
	commands := read("../../docs/command-line.md")
	for _, command := range []string{"train", "attach", "serve", "stop", "runs", "sample", "evaluate", "compare", "report"} {
		for _, name := range flag.FindAllString(neuralrg(t, ".", command, "--help").stdout, -1) {
			if name != "--help" && name != "--flags" && !strings.Contains(commands, "`"+name) {
				t.Errorf("docs/command-line.md does not name the flag %s of %s", name, command)
			}
		}
	}
	drawn := decode(t, neuralrg(t, dir, "sample", "run", "-n", "40", "--method", "hmc", "--json").stdout)
	fields := slices.Concat(names(o.stdout), slices.Sorted(maps.Keys(drawn)))
	for name := range listed(t, dir, "run")["run"] {
		fields = append(fields, name)
	}
	for _, part := range []any{drawn["observables"].(map[string]any)["energy"], drawn["free_energy"], drawn["adaptation"]} {
		fields = append(fields, slices.Sorted(maps.Keys(part.(map[string]any)))...)
	}
	compared := decode(t, neuralrg(t, dir, "compare", "run", "--chains", "16", "--trajectories", "60", "--json").stdout)
	fields = slices.Concat(fields, fieldNames(compared))
	reported := decode(t, neuralrg(t, dir, "report", "run", "--samples", "64", "--json").stdout)
	for _, list := range []string{"figures", "missing"} {
		part := reported[list].([]any)[0].(map[string]any)
		fields = slices.Concat(fields, slices.Sorted(maps.Keys(reported)), slices.Sorted(maps.Keys(part)))
	}
	for _, name := range fields {
		if !strings.Contains(commands, "`"+name+"`") {
			t.Errorf("docs/command-line.md does not name the field %s", name)
		}
	}

	directory := read("../../docs/run-directory.md")
	fields = names(read(filepath.Join(dir, "run", "config.json")))
	for _, file := range []string{"metrics.jsonl", "events.jsonl"} {
		line, _, _ := strings.Cut(read(filepath.Join(dir, "run", file)), "\n")
		fields = append(fields, names(line)...)
	}
	for _, name := range fields {
		if !strings.Contains(directory, "`"+name+"`") {
			t.Errorf("docs/run-directory.md does not name the field %s", name)
		}
	}
}

// fieldNames are those of an object and of all that are in it.
func fieldNames(value any) (names []string) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			names = append(append(names, name), fieldNames(inner)...)
		}
	case []any:
		for _, inner := range value {
			names = append(names, fieldNames(inner)...)
		}
	}
	return names
}
