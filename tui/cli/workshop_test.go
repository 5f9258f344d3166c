package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"neuralrg/tui"
)

// plan settles settings without a directory of runs.
func plan(t *testing.T, given map[string]string) (tui.Plan, map[string]tui.Field) {
	t.Helper()
	p := (&shelf{dir: t.TempDir()}).Plan(t.Context(), given)
	fields := map[string]tui.Field{}
	for _, f := range p.Fields {
		fields[f.Name] = f
	}
	return p, fields
}

// The form has every option of training with its help, as the command line does.
func TestPlanHasEveryOption(t *testing.T) {
	p, fields := plan(t, nil)
	if p.Problem != "" {
		t.Fatal(p.Problem)
	}
	c := (&app{}).trainCommand("train")
	for _, name := range []string{
		"size", "temperature", "depth", "repeat", "couplings", "hidden", "hidden-layers", "batch", "epochs", "lr",
		"schedule", "weight-decay", "objective", "symmetry", "seed", "preset", "config", "from", "dir", "threads", "nice", "sampler", "sampler-share",
	} {
		flag := c.Flags().Lookup(name)
		if f := fields[name]; flag == nil || f.Help != flag.Usage {
			t.Errorf("%s has the help %q", name, f.Help)
		}
	}
	if f := fields["objective"]; !slices.Equal(f.Choices, []string{"reverse-kl", "path"}) || f.Value != "path" || f.Given {
		t.Errorf("objective is %+v", f)
	}
	if f := fields["temperature"]; f.Value != "Tc" {
		t.Errorf("the temperature is %+v", f)
	}
	if f := fields["dir"]; !strings.HasPrefix(f.Value, "runs/L16-T2.269-") {
		t.Errorf("the directory is %+v", f)
	}
}

func TestPlanFollowsWhatIsGiven(t *testing.T) {
	p, fields := plan(t, map[string]string{"preset": "paper", "size": "8", "lr": "0.002", "epochs": ""})
	if p.Problem != "" {
		t.Fatal(p.Problem)
	}
	for name, want := range map[string]tui.Field{
		"batch":  {Value: "512"},
		"epochs": {Value: "5000"},
		"size":   {Value: "8", Given: true},
		"lr":     {Value: "0.002", Given: true},
	} {
		if f := fields[name]; f.Value != want.Value || f.Given != want.Given || f.Problem != "" {
			t.Errorf("%s is %+v", name, f)
		}
	}
	for _, c := range []struct {
		given          map[string]string
		field, problem string // of a field, or of all together
	}{
		{map[string]string{"batch": "many"}, "batch", "whole number"},
		{map[string]string{"objective": "forward"}, "objective", "choose one of reverse-kl, path"},
		{map[string]string{"size": "7"}, "", "not a power of two"},
		{map[string]string{"lr": "2"}, "", "learning rate"},
		{map[string]string{"threads": "0"}, "", "threads 0"},
		{map[string]string{"from": "nowhere"}, "", "no directory nowhere"},
		{map[string]string{"preset": "paper", "config": "x.json"}, "", "both given"},
		{map[string]string{"config": "x.json"}, "", "cannot read x.json"},
	} {
		p, fields := plan(t, c.given)
		if c.field != "" {
			f := fields[c.field]
			if !strings.Contains(f.Problem, c.problem) || !f.Given || f.Value != c.given[c.field] {
				t.Errorf("%v: %+v", c.given, f)
			}
			continue
		}
		if !strings.Contains(p.Problem, c.problem) || p.Hint == "" {
			t.Errorf("%v: %q, %q", c.given, p.Problem, p.Hint)
		}
		if len(p.Fields) == 0 {
			t.Errorf("%v: there are no fields any more", c.given)
		}
	}
}

func TestLastErrorIsTheProcesss(t *testing.T) {
	path := filepath.Join(t.TempDir(), "said")
	for text, want := range map[string]string{
		"note: something\nerror: size L=7 is odd\nhint: choose 8\n": "size L=7 is odd",
		"note: all epochs of this run are done\n":                   "all epochs of this run are done",
		"": "without a word",
	} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := lastError(f); !strings.Contains(err.Error(), want) || hintOf(err) == "" {
			t.Errorf("%q: %v", text, err)
		}
		_ = f.Close()
	}
}
