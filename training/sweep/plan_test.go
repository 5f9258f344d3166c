package sweep

import (
	"strings"
	"testing"

	"neuralrg/training"
	"neuralrg/training/run"
)

func TestAxes(t *testing.T) {
	for text, want := range map[string]string{
		"T=2.0:2.8:0.1":         "T 2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8",
		"depth=1,2,3,4":         "depth 1 2 3 4",
		"L=8:32:8":              "L 8 16 24 32",
		"T=2.05:2.25:0.1":       "T 2.05 2.15 2.25",
		"T=2.2:2.0:-0.1":        "T 2.2 2.1 2.0",
		"T=0:1:0.1,Tc":          "T 0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0 Tc",
		"lr=1e-3:3e-3:1e-3":     "lr 0.001 0.002 0.003",
		"--objective=path":      "objective path",
		"T=2:2:0.5":             "T 2.0",
		"seed= 1 , 2":           "seed 1 2",
		"T=0.1:0.3:0.1, 2:3:1 ": "T 0.1 0.2 0.3 2 3",
	} {
		a, err := ParseAxis(text)
		if got := a.Name + " " + strings.Join(a.Values, " "); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestWrongAxes(t *testing.T) {
	for text, want := range map[string]string{
		"":                            `axis "" is not valid`,
		"T":                           `axis "T" is not valid`,
		"=1":                          `axis "=1" is not valid`,
		"T=":                          "has an empty value",
		"T=1,,2":                      "has an empty value",
		"T=1:2":                       "does not have three numbers",
		"T=1:2:3:4":                   "does not have three numbers",
		"T=a:2:1":                     `"a", which is no number`,
		"T=1/3:2:1":                   `"1/3", which is no number`,
		"T=1e99:2:1":                  `"1e99", which is no number`,
		"T=NaN:2:1":                   `"NaN", which is no number`,
		"T=1:2:0":                     "step of 0",
		"T=2.8:2.0:0.1":               "is empty",
		"T=2.0:2.8:-0.1":              "is empty",
		"T=2.0:2.85:0.1":              "whole steps",
		"T=1,2,1":                     "the value 1 twice",
		"T=0:1000000000:1":            "more than 10000 values",
		"T=0:1:0.00000000001":         "more than 10000 values",
		"T=0:9999:1,0.5:9000.5:1":     "more than 10000 values",
		"T=0:9e9:0.00000000000000001": "more than 10000 values",
	} {
		_, err := ParseAxis(text)
		if err == nil || !strings.Contains(err.Error(), want) || hintOf(err) == "" {
			t.Errorf("%q: %v, hint %q, want %q", text, err, hintOf(err), want)
		}
	}
}

// depths is a plan by temperature and depth.
func depths(t *testing.T, warm string, axes ...Axis) (*Plan, error) {
	t.Helper()
	if axes == nil {
		axes = []Axis{{"T", []string{"2.0", "2.1", "2.2"}}, {"depth", []string{"1", "2"}}}
	}
	return NewPlan("0.0.1", axes, warm, func(axes []Axis, values []string) (run.Config, error) {
		c, err := training.Preset("quick")
		if err != nil {
			t.Fatal(err)
		}
		c.L = 4
		for i, a := range axes {
			switch a.Name {
			case "T":
				c.Temperature = map[string]float64{"2.0": 2, "2": 2, "2.1": 2.1, "2.2": 2.2}[values[i]]
			case "depth":
				c.Depth = map[string]int{"1": 1, "2": 2}[values[i]]
			}
		}
		return run.Config{Config: c, Version: "0.0.1", Preset: "quick", Sampler: run.SamplerOff}, c.Validate()
	})
}

// A plan is the same whenever it is made, and its points are what the axes say.
func TestPlan(t *testing.T) {
	p, err := depths(t, "")
	if err != nil {
		t.Fatal(err)
	}
	again, err := depths(t, "")
	if err != nil || again.Hash != p.Hash {
		t.Errorf("made twice: %v, %v, %v", p.Hash, again.Hash, err)
	}
	hashes := map[string]bool{}
	for i, point := range p.Points {
		c, err := p.Config(i)
		if err != nil || c.Temperature != []float64{2, 2, 2.1, 2.1, 2.2, 2.2}[i] || c.Depth != i%2+1 || c.Preset != "quick" {
			t.Errorf("point %d has T=%v depth=%d preset %q, %v", i, c.Temperature, c.Depth, c.Preset, err)
		}
		hashes[point.Hash] = true
	}
	if len(hashes) != 6 {
		t.Errorf("%d hashes of 6 points", len(hashes))
	}
	if got := p.Describe(3); got != "T=2.1 depth=2" {
		t.Errorf("point 3 is %q", got)
	}
	// The hash of a point does not depend on the others.
	alone, err := depths(t, "", Axis{"depth", []string{"2"}}, Axis{"T", []string{"2.1"}})
	if err != nil || alone.Points[0].Hash != p.Points[3].Hash {
		t.Errorf("alone it has hash %v, among others %v: %v", alone.Points[0].Hash, p.Points[3].Hash, err)
	}
}

// Chains lead along their axis, and change the hashes of what is in them.
func TestWarmStarts(t *testing.T) {
	p, err := depths(t, "T")
	if err != nil {
		t.Fatal(err)
	}
	cold, _ := depths(t, "")
	for i, want := range []int{-1, -1, 0, 1, 2, 3} {
		from := -1
		if f := p.Points[i].From; f != nil {
			from = *f
		}
		if from != want {
			t.Errorf("point %d begins from %d, want %d", i, from, want)
		}
		if same := p.Points[i].Hash == cold.Points[i].Hash; same != (want < 0) {
			t.Errorf("point %d has the hash of a cold one: %v", i, same)
		}
	}
	if _, err := depths(t, "depth"); err != nil {
		t.Error(err)
	}
	if _, err := depths(t, "depth", Axis{"depth", []string{"2", "1"}}); err == nil || !strings.Contains(err.Error(), "cannot begin from each other") {
		t.Errorf("from the deeper: %v", err)
	}
	for warm, want := range map[string]string{"seed": "no axis seed", "L": "no axis L"} {
		if _, err := depths(t, warm); err == nil || !strings.Contains(err.Error(), want) || hintOf(err) == "" {
			t.Errorf("along %s: %v", warm, err)
		}
	}
}

func TestWrongPlans(t *testing.T) {
	many := make([]string, 200)
	for _, c := range []struct {
		axes []Axis
		want string
	}{
		{[]Axis{}, "needs an axis"},
		{[]Axis{{"T", []string{"2.0"}}, {"T", []string{"2.1"}}}, "given twice"},
		{[]Axis{{"T", []string{"2.0", "2"}}}, "are the same run"},
		{[]Axis{{"T", []string{"2.0", "9"}}}, "T=9: temperature 0 is out of range"},
		{[]Axis{{"T", many}, {"a", many}}, "more than 10000 points"},
		{[]Axis{{"T", many}, {"a", many}, {"b", many}, {"c", many}, {"d", many}, {"e", many}, {"f", many}, {"g", many}, {"h", many}}, "more than 10000 points"},
	} {
		_, err := depths(t, "", c.axes...)
		if err == nil || !strings.Contains(err.Error(), c.want) || hintOf(err) == "" {
			t.Errorf("%.80v: %v, want %q", c.axes, err, c.want)
		}
	}
}

// A plan reads back as it was written, and not if a byte of it was changed.
func TestPlanFile(t *testing.T) {
	p, err := depths(t, "T")
	if err != nil {
		t.Fatal(err)
	}
	data, err := p.encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := decode(data)
	if err != nil || back.Hash != p.Hash || len(back.Points) != 6 {
		t.Fatal(err)
	}
	for change, want := range map[string]string{
		"2.1\t2.15":                          "was changed",
		"\"epochs\": 4000\t\"epochs\": 4001": "was changed",
		"\"index\":1\t\"index\":2":           "was changed",
		"\"format\": 1\t\"format\": 2":       "reads up to format 1",
		"{\t":                                "not a plan",
	} {
		old, fresh, _ := strings.Cut(change, "\t")
		if !strings.Contains(string(data), old) {
			t.Fatalf("the plan has no %s:\n%s", old, data)
		}
		_, err := decode([]byte(strings.Replace(string(data), old, fresh, 1)))
		if err == nil || !strings.Contains(err.Error(), want) || hintOf(err) == "" {
			t.Errorf("%q: %v, hint %q", change, err, hintOf(err))
		}
	}
}

// What one point begins with is nothing to the others, in whatever order they are
// asked for: points that share a task are all of one process.
func TestOriginsOfPoints(t *testing.T) {
	p, err := NewPlan("0.0.1", []Axis{{"L", []string{"4", "8"}}}, "", func(_ []Axis, values []string) (run.Config, error) {
		c := tinyConfig(t, 1)
		c.L = map[string]int{"4": 4, "8": 8}[values[0]]
		c.From = &run.Origin{Dir: "there", Epoch: 1, Parameters: "those of L=" + values[0]}
		return c, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{1, 0, 1} {
		c, err := p.Config(i)
		if want := "those of L=" + p.Points[i].Values[0]; err != nil || c.From.Parameters != want {
			t.Errorf("point %d begins with %q, %v, want %q", i, c.From.Parameters, err, want)
		}
	}
}

// The estimate is of the epochs that there are, and grows with the lattice and
// the depth.
func TestEstimate(t *testing.T) {
	p, err := depths(t, "")
	if err != nil {
		t.Fatal(err)
	}
	cost, err := p.Estimate()
	if err != nil || cost.Kinds != 2 || cost.Measured < 1 || len(cost.Points) != 6 {
		t.Fatalf("%+v, %v", cost, err)
	}
	total := 0.0
	for i, seconds := range cost.Points {
		if !(seconds > 0) || seconds != cost.Points[i%2] {
			t.Errorf("point %d takes %v s", i, seconds)
		}
		total += seconds
	}
	if total != cost.Total {
		t.Errorf("%v s in all, %v by points", cost.Total, total)
	}
	shallow, deep := kindOf(p.Base.Config), kindOf(p.Base.Config)
	deep.Depth, deep.L = 3, 8
	if shallow.work() >= deep.work() {
		t.Error("a deep flow is no more work")
	}
}

// tinyConfig is of a run that takes a fraction of a second.
func tinyConfig(t *testing.T, epochs int) run.Config {
	t.Helper()
	c, err := training.Preset("quick")
	if err != nil {
		t.Fatal(err)
	}
	c.L, c.Couplings, c.Hidden, c.HiddenLayers, c.Batch, c.Epochs = 4, 2, 4, 1, 16, epochs
	return run.Config{Config: c, Version: "0.0.1", Preset: "quick", Sampler: run.SamplerOff}
}
