package inference

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func draw(t *testing.T, s Sampling) *Sampled {
	t.Helper()
	r, err := Sample(t.Context(), trained(t, true), s)
	if err != nil {
		t.Fatalf("%s: %v", s.Method, err)
	}
	return r
}

// TestDrawsAreWhatTheyAreSaidToBe hands every file of draws to Evaluate.
func TestDrawsAreWhatTheyAreSaidToBe(t *testing.T) {
	dir := t.TempDir()
	for _, method := range Methods {
		const n = 1203 // no whole number of batches, nor of draws of a chain
		s := Sampling{Method: method, N: n, Seed: 5, Out: filepath.Join(dir, string(method)+".npz"), Threads: 2}
		if !method.independent() {
			s.Chains, s.WarmUp = 7, 3
		}
		if r := draw(t, s); r.N != n || r.Interrupted || !(r.Acceptance > 0 && r.Acceptance <= 1) {
			t.Errorf("%s: it says %+v", method, r)
		}
		check := filepath.Join(dir, "check.npz")
		evaluate(t, trained(t, true), Evaluation{In: s.Out, Out: check, Force: true})
		for _, name := range []string{"logq", "energy"} {
			got, want := load[float64](t, s.Out, name), load[float64](t, check, name)
			if len(got) != n {
				t.Fatalf("%s: %d of %s", method, len(got), name)
			}
			for i := range got {
				if math.Abs(got[i]-want[i]) > 1e-3 {
					t.Fatalf("%s: %s of draw %d is %v, and %v evaluated", method, name, i, got[i], want[i])
				}
			}
		}
		energy, logq := load[float64](t, s.Out, "energy"), load[float64](t, s.Out, "logq")
		for i, w := range load[float64](t, s.Out, "log_weight") {
			if w != -energy[i]-logq[i] {
				t.Fatalf("%s: weight %d is %v", method, i, w)
			}
		}
		spins := load[int8](t, s.Out, "spins")
		if up := slices.Index(spins, 1); len(spins) != n*sites || up < 0 || slices.Min(spins) != -1 || slices.Max(spins) != 1 {
			t.Errorf("%s: spins between %d and %d", method, slices.Min(spins), slices.Max(spins))
		}
		if method.independent() {
			continue
		}
		chain, at := load[int32](t, s.Out, "chain"), load[int32](t, s.Out, "draw")
		for i := range n {
			if int(chain[i]) != i%7 || int(at[i]) != i/7 {
				t.Fatalf("%s: row %d is draw %d of chain %d", method, i, at[i], chain[i])
			}
		}
	}
}

func TestSameSeedSameDraws(t *testing.T) {
	dir := t.TempDir()
	for _, method := range Methods {
		var files [][]byte
		for i, s := range []Sampling{{Seed: 1, Threads: 1}, {Seed: 1, Threads: 4}, {Seed: 2, Threads: 1}} {
			s.Method, s.N, s.Out = method, 300, filepath.Join(dir, string(method)+string(rune('a'+i)))
			draw(t, s)
			file, err := os.ReadFile(s.Out)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		if !slices.Equal(files[0], files[1]) {
			t.Errorf("%s: another number of threads gives other draws", method)
		}
		if slices.Equal(files[0], files[2]) {
			t.Errorf("%s: another seed gives the same draws", method)
		}
	}
}

// TestEstimatesAreRight compares what is exact, or becomes so, with the exact
// solution: the flow of the test is a bad one, and the methods hold for any.
func TestEstimatesAreRight(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws")
	}
	for _, s := range []Sampling{
		{Method: WolffLift, N: 20_000},
		{Method: PhysicalHMC, N: 40_000, Chains: 40},
		{Method: LatentHMC, N: 12_000, Chains: 40},
	} {
		s.Seed = 11
		compared := 0
		for _, o := range draw(t, s).Observables {
			if o.Exact == nil {
				continue
			}
			compared++
			if d := (o.Mean - *o.Exact) / o.Error; !(math.Abs(d) < 3.5) || !(o.Error < 0.1) || o.Short {
				t.Errorf("%s: %s is %.5f +- %.5f, exactly %.5f; %q", s.Method, o.Name, o.Mean, o.Error, *o.Exact, o.Reasons)
			}
		}
		if compared != 4 {
			t.Errorf("%s: %d exact values", s.Method, compared)
		}
	}
}

// TestBadFlowIsToldOf: the flow of the test has hardly anything in common with
// the model, and no weight can make up for it.
func TestBadFlowIsToldOf(t *testing.T) {
	for _, method := range []Method{FlowDraws, Independence} {
		r := draw(t, Sampling{Method: method, N: 2000, Seed: 4})
		if (len(r.OfFlow) > 0) != (method == FlowDraws) {
			t.Errorf("%s: %d observables of the flow itself", method, len(r.OfFlow))
		}
		if len(r.Warnings) == 0 || r.FreeEnergy == nil || r.FreeEnergy.Reliable {
			t.Errorf("%s: warnings %q, free energy %+v", method, r.Warnings, r.FreeEnergy)
		}
		for _, o := range r.Observables {
			if o.Reliable {
				t.Errorf("%s: %s is called reliable", method, o.Name)
			}
		}
	}
}

func TestStepIsTunedUnlessGiven(t *testing.T) {
	for _, s := range []Sampling{
		{Method: PhysicalHMC, Target: 0.7},
		{Method: LatentHMC, Target: 0.7},
		{Method: LatentHMC, Target: 0.7, Leapfrogs: 4},
	} {
		s.N, s.Chains, s.WarmUp = 3000, 30, 300
		r := draw(t, s)
		if a := r.Adaptation; a == nil || a.Step != r.Step || a.Leapfrogs != r.Leapfrogs || a.Trajectories != 300 ||
			math.Abs(a.Acceptance-0.7) > 0.1 || math.Abs(r.Acceptance-0.7) > 0.1 {
			t.Errorf("%s: acceptance %.3f with %+v", s.Method, r.Acceptance, r.Adaptation)
		}
		if s.Leapfrogs != 0 && r.Leapfrogs != s.Leapfrogs {
			t.Errorf("%d leapfrogs, not %d", r.Leapfrogs, s.Leapfrogs)
		}
	}
	r := draw(t, Sampling{Method: PhysicalHMC, N: 100, Step: 0.2})
	if r.Adaptation != nil || r.Step != 0.2 || r.Leapfrogs != 10 {
		t.Errorf("given a step: %v with %d leapfrogs, %+v", r.Step, r.Leapfrogs, r.Adaptation)
	}
}

func TestInterruptedSampleKeepsWhatIsDrawn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := filepath.Join(t.TempDir(), "out.npz")
	r, err := Sample(ctx, trained(t, true), Sampling{
		Method: PhysicalHMC, N: 100_000, Chains: 10, Out: out,
		Progress: func(what string, done, _ int) {
			if what == "draws" && done >= 500 {
				cancel()
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if x := load[float32](t, out, "x"); !r.Interrupted || r.N != 500 || len(x) != 500*sites {
		t.Errorf("interrupted %v with %d draws, %d in the file", r.Interrupted, r.N, len(x)/sites)
	}
}

// lateEnd is a context that is done when it has been asked so many times.
type lateEnd struct {
	context.Context
	left int
}

func (l *lateEnd) Err() error {
	if l.left--; l.left < 0 {
		return context.Canceled
	}
	return nil
}

// Who is interrupted after the warm-up, before the first draw, gets that one: estimates
// of none are no numbers.
func TestInterruptedAtOnce(t *testing.T) {
	for _, m := range Methods {
		ctx := &lateEnd{t.Context(), 1}
		s := Sampling{Method: m, N: 1000}
		if !m.independent() {
			ctx.left, s.WarmUp = 5, 4
		}
		r, err := Sample(ctx, trained(t, true), s)
		if err != nil || !r.Interrupted && r.N < s.N || r.N == 0 || math.IsNaN(r.Acceptance) {
			t.Errorf("%s: %+v, %v", m, r, err)
		}
	}
}

func TestInterruptedWarmUpLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Sample(ctx, trained(t, true), Sampling{
		Method: LatentHMC, N: 100, Out: filepath.Join(dir, "out.npz"),
		Progress: func(string, int, int) { cancel() },
	})
	if err == nil || !strings.Contains(err.Error(), "warm-up") {
		t.Errorf("error %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}

func TestSampleRefuses(t *testing.T) {
	for want, s := range map[string]Sampling{
		"0 draws":               {Method: FlowDraws},
		"-1 draws":              {Method: FlowDraws, N: -1},
		"1000000000 draws":      {Method: WolffLift, N: 1e9},
		"are independent":       {Method: WolffLift, N: 10, Chains: 2},
		"flow are independent":  {Method: FlowDraws, N: 10, WarmUp: 2},
		"no trajectories":       {Method: Independence, N: 10, Step: 0.1},
		"flow has no trajector": {Method: FlowDraws, N: 10, Leapfrogs: 3},
		"11 chains":             {Method: PhysicalHMC, N: 10, Chains: 11},
		"-1 chains":             {Method: PhysicalHMC, N: 10, Chains: -1},
		"-1 steps of warm-up":   {Method: LatentHMC, N: 10, WarmUp: -1},
		"step -0.1":             {Method: LatentHMC, N: 10, Step: -0.1},
		"target acceptance 1":   {Method: LatentHMC, N: 10, Target: 1},
		"both given":            {Method: LatentHMC, N: 10, Target: 0.7, Step: 0.1},
		"step NaN":              {Method: LatentHMC, N: 10, Step: math.NaN()},
		"-3 leapfrogs":          {Method: PhysicalHMC, N: 10, Leapfrogs: -3},
	} {
		_, err := Sample(t.Context(), trained(t, true), s)
		var p *problem
		if !errors.As(err, &p) || !strings.Contains(p.text, want) || p.hint == "" || !p.usage {
			t.Errorf("%+v: %v, want %q and a hint", s, err, want)
		}
	}
}

// TestFewDraws: whatever their number, there is an answer that JSON can hold.
func TestFewDraws(t *testing.T) {
	for _, method := range Methods {
		for _, n := range []int{1, 2, 3, 5, 8} {
			r := draw(t, Sampling{Method: method, N: n})
			if r.N != n || (n < 5 && len(r.Warnings) == 0) {
				t.Errorf("%s: %d draws of %d, warnings %q", method, r.N, n, r.Warnings)
			}
			for _, o := range r.Observables {
				data, err := json.Marshal(o)
				var fields map[string]any
				if err == nil {
					err = json.Unmarshal(data, &fields)
				}
				if err != nil || (n < 5 && fields["reliable"] != false) {
					t.Fatalf("%s, %d draws: %s, %v", method, n, data, err)
				}
			}
		}
	}
}

func TestDoubtsOfAKindAreSaidOnce(t *testing.T) {
	var all []Observable
	for i, name := range []string{"a", "b", "c"} {
		o := Observable{}
		o.Name, o.Reliable = name, true
		if i > 0 {
			o.Doubt("tau is %.1f", float64(i)/3)
		}
		all = append(all, o)
	}
	all[1].Doubt("it is odd")
	want := []string{"b, c unreliable: tau is 0.3", "b unreliable: it is odd"}
	if got := doubts(all); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for i := range all { // of those that are unreliable already nothing more
		all[i].Cautions = []string{"R-hat is 1.2"}
	}
	want = append(want, "a to be taken with care: R-hat is 1.2")
	if got := doubts(all); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	all[0].Doubt("tau is 9")
	if got := doubts(all); got[0] != "all observables unreliable: tau is 9" {
		t.Errorf("%q", got)
	}
}

// TestFileChangesNoEstimate: what is evaluated for the file only draws nothing.
func TestFileChangesNoEstimate(t *testing.T) {
	for _, method := range Methods {
		s := Sampling{Method: method, N: 400, Seed: 8}
		without := draw(t, s)
		s.Out = filepath.Join(t.TempDir(), "out.npz")
		with := draw(t, s)
		for i, o := range with.Observables {
			if w := without.Observables[i]; o.Mean != w.Mean || o.Error != w.Error || !slices.Equal(o.Reasons, w.Reasons) {
				t.Errorf("%s: %s is %v +- %v %q with a file, %v +- %v %q without", method, o.Name, o.Mean, o.Error, o.Reasons, w.Mean, w.Error, w.Reasons)
			}
		}
		if with.FreeEnergy.LnZ != without.FreeEnergy.LnZ || with.FreeEnergy.Forward.ESS != without.FreeEnergy.Forward.ESS {
			t.Errorf("%s: free energy %+v with a file, %+v without", method, with.FreeEnergy, without.FreeEnergy)
		}
	}
}

// TestEstimatesOfTheFlow takes <m^2> of the flow, with and without weights, from
// the file once more.
func TestEstimatesOfTheFlow(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.npz")
	r := draw(t, Sampling{Method: FlowDraws, N: 3000, Seed: 9, Out: out})
	x, logWeight := load[float32](t, out, "x"), load[float64](t, out, "log_weight")
	largest := slices.Max(logWeight)
	var plain, weighted, total float64
	for b, l := range logWeight {
		var sum, squares float64
		for _, field := range x[b*sites : (b+1)*sites] {
			s := math.Tanh(float64(field))
			sum += s
			squares += s * s
		}
		m2 := (sum*sum - squares + sites) / (sites * sites)
		w := math.Exp(l - largest)
		plain, weighted, total = plain+m2, weighted+w*m2, total+w
	}
	for _, c := range []struct {
		name string
		got  Observable
		want float64
	}{{"weighted", r.Observables[0], weighted / total}, {"plain", r.OfFlow[0], plain / 3000}} {
		if c.got.Name != "magnetization_squared" || math.Abs(c.got.Mean-c.want) > 1e-9 {
			t.Errorf("%s: %s is %v, from the file %v", c.name, c.got.Name, c.got.Mean, c.want)
		}
	}
}

// Weights that the source knows judge the draws, file or no file.
func TestWeightsThatCostNothingAreKept(t *testing.T) {
	for _, method := range []Method{FlowDraws, Independence} {
		p := &sampler{Sampling: Sampling{Method: method, N: 300}, trained: trained(t, true)}
		if err := p.settle(p.trained.Energy); err != nil {
			t.Fatal(err)
		}
		if _, err := p.run(t.Context()); err != nil || len(p.logWeight) != 300 {
			t.Errorf("%s: %d weights of 300 draws, %v", method, len(p.logWeight), err)
		}
	}
}
