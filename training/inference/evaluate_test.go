package inference

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"

	"neuralrg/model"
	"neuralrg/physics"
	ours "neuralrg/training/npz"
	"neuralrg/training/run"
)

const size, sites = 4, 16

// trained makes a small flow that maps nothing to itself.
func trained(t *testing.T, symmetry bool) *run.Trained {
	t.Helper()
	flow, err := model.New(model.Shape{L: size, Repeat: 1, Couplings: 4, Hidden: 5, HiddenLayers: 2}, 3)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range flow.Params {
		flow.Params[i] += 0.3 * float32(random.NormFloat64())
	}
	energy, err := physics.NewIsing(size, 2.5)
	if err != nil {
		t.Fatal(err)
	}
	r := &run.Trained{Flow: flow, Energy: energy, Epoch: 5}
	r.Config.Shape, r.Config.Temperature, r.Config.Symmetry = flow.Shape, 2.5, symmetry
	return r
}

// normal writes an array of n samples, one after the other, and returns it.
func normal(t *testing.T, path, name string, n int) []float32 {
	t.Helper()
	random := rand.New(rand.NewPCG(4, 5))
	values := make([]float32, n*sites)
	for i := range values {
		values[i] = float32(random.NormFloat64())
	}
	save(t, path, name, values, size, size)
	return values
}

func save(t *testing.T, path, name string, values []float32, row ...int) {
	t.Helper()
	w, err := ours.Create(path, true)
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.Add(name, ours.Float32, row...)
	if err == nil {
		err = errors.Join(ours.Append(c, values), w.Commit())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// load reads an array with a reader that is not ours.
func load[T any](t *testing.T, path, name string) (values []T) {
	t.Helper()
	r, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Read(name+".npy", &values); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return values
}

func evaluate(t *testing.T, r *run.Trained, e Evaluation) Evaluated {
	t.Helper()
	done, err := Evaluate(t.Context(), r, e)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestEvaluateFields compares every number of many samples, more than a batch
// holds, with one sample at a time.
func TestEvaluateFields(t *testing.T) {
	const n = 1500
	in, out := filepath.Join(t.TempDir(), "in.npz"), filepath.Join(t.TempDir(), "out.npz")
	x := normal(t, in, "x", n)
	for _, symmetry := range []bool{false, true} {
		r := trained(t, symmetry)
		done := evaluate(t, r, Evaluation{In: in, Out: out, Force: true, Threads: 3})
		if done.Samples != n || strings.Join(done.Arrays, " ") != "z logq logq_unsymmetrised energy energy_gradient" {
			t.Errorf("it says %+v", done)
		}
		z, gradient := load[float32](t, out, "z"), load[float32](t, out, "energy_gradient")
		logq, plain, energy := load[float64](t, out, "logq"), load[float64](t, out, "logq_unsymmetrised"), load[float64](t, out, "energy")
		tape := model.NewTape(r.Flow.Shape, 1)
		wantZ, wantGradient, minus := make([]float32, sites), make([]float32, sites), make([]float32, sites)
		for b := range n {
			field := x[b*sites : (b+1)*sites]
			var wantPlain, wantMinus, u [1]float64
			r.Flow.Renormalize(tape, wantZ, wantPlain[:], field)
			for i, v := range field {
				minus[i] = -v
			}
			r.Flow.Renormalize(tape, minus, wantMinus[:], minus)
			r.Energy.Eval(u[:], wantGradient, field)
			want := wantPlain[0]
			if symmetry {
				want = math.Log((math.Exp(wantPlain[0]) + math.Exp(wantMinus[0])) / 2)
			}
			if plain[b] != wantPlain[0] || energy[b] != u[0] || !(math.Abs(logq[b]-want) < 1e-9) ||
				!slices.Equal(z[b*sites:(b+1)*sites], wantZ) || !slices.Equal(gradient[b*sites:(b+1)*sites], wantGradient) {
				t.Fatalf("symmetry %v: sample %d of %d differs", symmetry, b, n)
			}
		}
	}
}

// TestEvaluateLatents goes from latents to fields and back.
func TestEvaluateLatents(t *testing.T) {
	const n = 700
	dir := t.TempDir()
	in, there, back := filepath.Join(dir, "in.npz"), filepath.Join(dir, "there.npz"), filepath.Join(dir, "back.npz")
	z := normal(t, in, "z", n)
	r := trained(t, true)
	done := evaluate(t, r, Evaluation{In: in, Out: there, Threads: 2})
	if done.Samples != n || strings.Join(done.Arrays, " ") != "x logq logdet" {
		t.Errorf("it says %+v", done)
	}
	evaluate(t, r, Evaluation{In: there, Out: back})
	again, logq, plain := load[float32](t, back, "z"), load[float64](t, back, "logq"), load[float64](t, back, "logq_unsymmetrised")
	for i, v := range z {
		if math.Abs(float64(v-again[i])) > 1e-4 {
			t.Fatalf("latent %d is %v, and %v again", i, v, again[i])
		}
	}
	logDet := load[float64](t, there, "logdet")
	for b, q := range load[float64](t, there, "logq") {
		normal := -0.5 * math.Log(2*math.Pi) * sites
		for _, v := range z[b*sites : (b+1)*sites] {
			normal -= 0.5 * float64(v) * float64(v)
		}
		if math.Abs(q-logq[b]) > 1e-3 || math.Abs(normal-logDet[b]-plain[b]) > 1e-3 {
			t.Fatalf("sample %d: ln q %v and %v, ln |det| %v and %v", b, q, logq[b], logDet[b], normal-plain[b])
		}
	}
}

// TestNotFiniteIsCounted: fields that overflow spoil their own results only, and are
// told of.
func TestNotFiniteIsCounted(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.npz"), filepath.Join(dir, "out.npz")
	const n = 600
	x := normal(t, in, "x", n)
	for _, threads := range []int{1, 2} {
		if got := evaluate(t, trained(t, true), Evaluation{In: in, Out: out, Force: true, Threads: threads}); got.NotFinite != 0 {
			t.Errorf("%d of good samples are not finite", got.NotFinite)
		}
	}
	for _, sample := range []int{3, 599} {
		for i := range sites {
			x[sample*sites+i] = 3e38
		}
	}
	save(t, in, "x", x, size, size)
	if got := evaluate(t, trained(t, true), Evaluation{In: in, Out: out, Force: true}); got.NotFinite != 2 {
		t.Errorf("%d samples are not finite, want 2", got.NotFinite)
	}
	for sample, v := range load[float64](t, out, "logq") {
		if bad := math.IsNaN(v) || math.IsInf(v, 0); bad != (sample == 3 || sample == 599) {
			t.Errorf("ln q of sample %d is %v", sample, v)
		}
	}
}

func TestThreadsChangeNoBit(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.npz")
	normal(t, in, "x", 555)
	r := trained(t, true)
	var files [2][]byte
	for i, threads := range []int{1, 5} {
		out := filepath.Join(dir, "out.npz")
		evaluate(t, r, Evaluation{In: in, Out: out, Force: true, Threads: threads})
		var err error
		if files[i], err = os.ReadFile(out); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(files[0], files[1]) {
		t.Error("another number of threads gives another file")
	}
}

func TestEvaluateRefuses(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name+".npz") }
	zeros := make([]float32, sites)
	save(t, path("other"), "y", zeros, size, size)
	save(t, path("flat"), "x", zeros, sites)
	save(t, path("large"), "x", make([]float32, 64), 8, 8)
	save(t, path("empty"), "x", nil, size, size)
	save(t, path("nan"), "x", append(slices.Repeat(zeros, 2), slices.Repeat([]float32{float32(math.NaN())}, sites)...), size, size)
	both, err := ours.Create(path("both"), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x", "z"} {
		if _, err := both.Add(name, ours.Float32, size, size); err != nil {
			t.Fatal(err)
		}
	}
	if err := both.Commit(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"other": "neither x nor z",
		"flat":  "shape (1, 16)",
		"large": "shape (1, 8, 8)",
		"empty": "no sample",
		"nan":   "sample 2 has a value of NaN",
		"both":  "has x and z",
		"none":  "no such file",
	} {
		_, err := Evaluate(t.Context(), trained(t, true), Evaluation{In: path(name), Out: path("out")})
		var hinted interface{ Hint() string }
		if !errors.As(err, &hinted) || !strings.Contains(err.Error(), want) || hinted.Hint() == "" {
			t.Errorf("%s: %v, want %q and a hint", name, err, want)
		}
		if _, err := os.Lstat(path("out")); err == nil {
			t.Errorf("%s: there is an output", name)
		}
	}
}

func TestStoppedEvaluationWritesNothing(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.npz"), filepath.Join(dir, "out.npz")
	normal(t, in, "x", 1000)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Evaluate(ctx, trained(t, true), Evaluation{In: in, Out: out, Progress: func(int, int) { cancel() }})
	if err == nil || !strings.Contains(err.Error(), "stopped") {
		t.Errorf("error %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}
