package training

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"neuralrg/model"
	"neuralrg/physics"
)

func small() Config {
	c, err := Preset("paper")
	if err != nil {
		panic(err)
	}
	c.Shape = model.Shape{L: 4, Repeat: 1, Couplings: 4, Hidden: 5, HiddenLayers: 2}
	c.Batch, c.Epochs, c.Rate = 45, 100, 4e-3
	return c
}

func ising(t testing.TB, c Config) *physics.Ising {
	t.Helper()
	e, err := physics.NewIsing(c.L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func trainer(t testing.TB, c Config, threads int) *Trainer {
	t.Helper()
	tr, err := New(c, ising(t, c), threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

func steps(t testing.TB, tr *Trainer, n int) (all []Stats) {
	t.Helper()
	for range n {
		s, err := tr.Step()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func sameState(a, b State) bool {
	return a.Epoch == b.Epoch && a.Rate == b.Rate && slices.Equal(a.Masks, b.Masks) &&
		slices.Equal(a.Params, b.Params) && slices.Equal(a.M, b.M) && slices.Equal(a.V, b.V)
}

func TestAnyNumberOfThreadsGivesTheSameBits(t *testing.T) {
	for _, objective := range []Objective{ReverseKL, Path} {
		c := small()
		c.Objective = objective
		one := trainer(t, c, 1)
		want := steps(t, one, 6)
		for _, threads := range []int{2, 3, 8, 50} {
			tr := trainer(t, c, threads)
			if got := steps(t, tr, 6); !slices.Equal(got, want) {
				t.Errorf("%s, %d threads: statistics differ from one thread's", objective, threads)
			}
			if !sameState(tr.State(), one.State()) {
				t.Errorf("%s, %d threads: state differs from one thread's", objective, threads)
			}
		}
	}
}

func TestRestoredRunGoesOnWithTheSameBits(t *testing.T) {
	c := small()
	c.Schedule = Cosine
	whole := trainer(t, c, 2)
	want := steps(t, whole, 20)

	first := trainer(t, c, 2)
	steps(t, first, 10)
	saved := first.State()
	steps(t, first, 3) // the saved state must not follow
	second := trainer(t, c, 1)
	if err := second.Restore(saved); err != nil {
		t.Fatal(err)
	}
	if got := steps(t, second, 10); !slices.Equal(got, want[10:]) {
		t.Error("statistics after the restore differ from the undisturbed run's")
	}
	if !sameState(whole.State(), second.State()) {
		t.Error("final state differs from the undisturbed run's")
	}
}

func TestRestoreRefusesAnotherShape(t *testing.T) {
	c := small()
	a := trainer(t, c, 1)
	c.Hidden++
	b := trainer(t, c, 1)
	before := a.State()
	if err := a.Restore(b.State()); err == nil {
		t.Error("a state of another shape was taken")
	}
	bad := a.State()
	bad.Rate = math.NaN()
	if err := a.Restore(bad); err == nil {
		t.Error("a state with a rate of NaN was taken")
	}
	bad = a.State()
	bad.Masks[0] = 0b1111
	if err := a.Restore(bad); err == nil {
		t.Error("a mask that changes nothing was taken")
	}
	bad = a.State()
	bad.Epoch = -5
	if err := a.Restore(bad); err == nil {
		t.Error("a negative epoch was taken")
	}
	if !sameState(before, a.State()) {
		t.Error("a refused state changed the trainer")
	}
}

func TestSeedsDiffer(t *testing.T) {
	c := small()
	a := steps(t, trainer(t, c, 1), 1)
	c.Seed++
	if b := steps(t, trainer(t, c, 1), 1); a[0].FreeEnergy == b[0].FreeEnergy {
		t.Error("two seeds gave the same free energy")
	}
}

// failing is an energy that turns to nonsense when told to.
type failing struct {
	physics.Energy
	value float64
	panic bool
}

func (f *failing) Eval(u []float64, grad, x []float32) {
	f.Energy.Eval(u, grad, x)
	if f.panic {
		panic("the energy broke")
	}
	if f.value != 0 {
		u[len(u)-1] = f.value
		if grad != nil {
			grad[len(grad)-1] = float32(f.value)
		}
	}
}

func TestDivergenceStopsBeforeTheUpdate(t *testing.T) {
	for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		c := small()
		e := &failing{Energy: ising(t, c)}
		tr, err := New(c, e, 2)
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		steps(t, tr, 3)
		good := tr.State()
		e.value = value
		if _, err := tr.Step(); !errors.Is(err, ErrDiverged) {
			t.Fatalf("energy %v: error %v, want ErrDiverged", value, err)
		}
		if !sameState(good, tr.State()) {
			t.Errorf("energy %v: the state changed", value)
		}
		e.value = 0
		steps(t, tr, 1)
	}
}

func TestParametersThatAreNotFiniteStopTheRun(t *testing.T) {
	for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		tr := trainer(t, small(), 2)
		for i := range tr.flow.Params {
			tr.flow.Params[i] = float32(value)
			if _, err := tr.Step(); !errors.Is(err, ErrDiverged) {
				t.Fatalf("parameter %d = %v: error %v, want ErrDiverged", i, value, err)
			}
			tr.flow.Params[i] = 0.1
			if i > 100 {
				break // the first coupling, all kinds of parameter
			}
		}
	}
}

func TestPanicOfAWorkerReachesTheCaller(t *testing.T) {
	c := small()
	e := &failing{Energy: ising(t, c), panic: true}
	before := runtime.NumGoroutine()
	tr, err := New(c, e, 8)
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("Step returned as if nothing had happened")
			}
		}()
		_, _ = tr.Step()
	}()
	tr.Close()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return
		}
	}
	t.Errorf("%d goroutines, %d before the trainer", runtime.NumGoroutine(), before)
}

func TestShardsCoverTheBatch(t *testing.T) {
	for _, batch := range []int{2, 3, 7, 8, 9, 15, 16, 45, 512} {
		c := small()
		c.Batch = batch
		tr := trainer(t, c, 3)
		for i := range tr.losses {
			tr.losses[i] = math.NaN()
		}
		if _, err := tr.Step(); err != nil {
			t.Errorf("batch %d: %v", batch, err)
		}
		total := 0
		for _, p := range tr.parts {
			total += len(p.losses)
			if len(p.losses) > len(tr.parts[0].losses) {
				t.Errorf("batch %d: a later shard is larger than the first", batch)
			}
		}
		if total != batch {
			t.Errorf("batch %d: the shards hold %d", batch, total)
		}
	}
}

func TestScheduleAndRate(t *testing.T) {
	c := small()
	c.Epochs = 10
	tr := trainer(t, c, 1)
	if tr.Rate() != c.Rate {
		t.Errorf("constant: rate %v, want %v", tr.Rate(), c.Rate)
	}
	c.Schedule = Cosine
	tr = trainer(t, c, 1)
	for i := range 10 {
		want := c.Rate * (1 + math.Cos(math.Pi*float64(i)/10)) / 2
		if s := steps(t, tr, 1)[0]; math.Abs(s.Rate-want) > 1e-15 {
			t.Errorf("cosine, epoch %d: rate %v, want %v", i+1, s.Rate, want)
		}
	}
	if err := tr.SetRate(2e-3); err != nil || tr.rate != 2e-3 {
		t.Errorf("SetRate: %v, rate %v", err, tr.rate)
	}
	for _, bad := range []float64{0, -1, 2, math.NaN(), math.Inf(1)} {
		if tr.SetRate(bad) == nil {
			t.Errorf("rate %v was taken", bad)
		}
	}
}

func TestValidateNamesTheFault(t *testing.T) {
	for name, spoil := range map[string]func(*Config){
		"L":           func(c *Config) { c.L = 6 },
		"temperature": func(c *Config) { c.Temperature = math.NaN() },
		"cold":        func(c *Config) { c.Temperature = -1 },
		"batch":       func(c *Config) { c.Batch = 1 },
		"epochs":      func(c *Config) { c.Epochs = 0 },
		"decay":       func(c *Config) { c.WeightDecay = math.Inf(1) },
		"schedule":    func(c *Config) { c.Schedule = "linear" },
		"objective":   func(c *Config) { c.Objective = "elbo" },
		"rate":        func(c *Config) { c.Rate = 0 },
	} {
		c := small()
		spoil(&c)
		err := c.Validate()
		var hinted interface{ Hint() string }
		if err == nil || !errors.As(err, &hinted) || hinted.Hint() == "" {
			t.Errorf("%s: error %v, want one with a hint", name, err)
		}
	}
	for _, name := range Presets {
		if c, err := Preset(name); err != nil || c.Validate() != nil {
			t.Errorf("preset %s: %v, %v", name, err, c.Validate())
		}
	}
	if _, err := Preset("fast"); err == nil {
		t.Error("an unknown preset was taken")
	}
}
