package bench

import (
	"math/rand/v2"

	"neuralrg/model"
	"neuralrg/model/loops"
	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training"
)

func kernels(p Plan, runners []*runner) error {
	p.Share /= 20 // they are short, and many
	for i := range runners[0].loops {
		candidates := make([]*candidate, len(runners))
		times, flops := make([]float64, len(runners)), make([]float64, len(runners))
		for j, w := range runners {
			candidates[j], times[j] = w.repeated(&flops[j], w.loops[i].Turn)
		}
		if err := race(p, runners, candidates); err != nil {
			return err
		}
		for j, w := range runners {
			t := candidates[j].time().of(1 / times[j])
			w.Kernels = append(w.Kernels, Kernel{
				Name: w.loops[i].Name, Columns: loops.Columns, NsPerColumn: t.Least * 1e9 / loops.Columns,
				Time: t, Speed: speed(flops[j]/times[j], t.Least),
			})
		}
	}
	return nil
}

func energies(p Plan, runners []*runner) error {
	energy, err := physics.NewIsing(p.Config.L, p.Config.Temperature)
	if err != nil {
		return err
	}
	const batch = 64
	x := make([]float32, batch*p.Config.Sites())
	random := rand.New(rand.NewPCG(1, 1))
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	u, grad := make([]float64, batch), make([]float32, len(x))
	candidates, times := make([]*candidate, len(runners)), make([]float64, len(runners))
	var sum float64
	for i, w := range runners {
		candidates[i], times[i] = w.repeated(&sum, func(times int) float64 {
			for range times {
				energy.Eval(u, grad, x)
			}
			return u[0]
		})
	}
	if err := race(p, runners, candidates); err != nil {
		return err
	}
	for i, w := range runners {
		w.Energy = Energy{Size: p.Config.L, Batch: batch, Time: candidates[i].time().of(1 / (times[i] * batch))}
	}
	return nil
}

// train is an epoch of training, and what ends the trainer.
func (w *runner) train(c training.Config, threads int) (*candidate, func(), error) {
	energy, err := physics.NewIsing(c.L, c.Temperature)
	if err != nil {
		return nil, nil, err
	}
	t, err := training.New(c, energy, threads)
	if err != nil {
		return nil, nil, err
	}
	step := func() error {
		_, err := t.Step()
		return err
	}
	return w.candidate(step), t.Close, nil
}

func epochs(p Plan, runners []*runner) error {
	var candidates []*candidate
	for _, w := range runners {
		for _, threads := range p.Threads {
			c, end, err := w.train(p.Config, threads)
			if err != nil {
				return err
			}
			defer end()
			candidates = append(candidates, c)
		}
	}
	if err := race(p, runners, candidates); err != nil {
		return err
	}
	flops := epochPasses * float64(p.Config.MatrixFlops()) * float64(p.Config.Batch)
	for i, w := range runners {
		for j, threads := range p.Threads {
			t := candidates[i*len(p.Threads)+j].time()
			w.Epochs = append(w.Epochs, Epoch{
				Size: p.Config.L, Batch: p.Config.Batch, Threads: threads,
				Time: t, Speed: speed(flops, t.Least),
			})
			w.Epochs[j].Speedup = w.Epochs[0].Least / t.Least
		}
	}
	return nil
}

// The work of one pass through the flow counts once forward, and twice back, or
// three times with the gradient of the parameters. A symmetrised epoch has two
// passes.
const (
	operandPasses = 3
	epochPasses   = 2 * 4
)

func trajectories(p Plan, runners []*runner) error {
	flow, err := model.New(p.Config.Shape, p.Config.Seed)
	if err != nil {
		return err
	}
	energy, err := physics.NewIsing(p.Config.L, p.Config.Temperature)
	if err != nil {
		return err
	}
	var candidates []*candidate
	var all []*Trajectory
	for _, w := range runners {
		chains := p.Chains
		if w.Epochs[0].Least > p.Patience.Seconds()/4 {
			chains = max(1, chains/16)
		}
		for _, form := range []sampling.Form{sampling.Plain, sampling.Symmetrised} {
			for _, threads := range p.Threads {
				use(w.Name)
				latent := sampling.Latent(flow, energy, form)
				latent.Threads = threads
				h := sampling.NewHMC(latent, nil, chains, sampling.PaperStep, p.Leapfrogs, p.Config.Seed)
				candidates = append(candidates, w.candidate(func() error {
					h.Trajectory()
					return nil
				}))
				w.Trajectories = append(w.Trajectories, Trajectory{
					Form: form.String(), Chains: p.Chains, Measured: chains, Leapfrogs: p.Leapfrogs, Threads: threads,
				})
			}
		}
		for i := range w.Trajectories {
			all = append(all, &w.Trajectories[i])
		}
	}
	if err := race(p, runners, candidates); err != nil {
		return err
	}
	for i, t := range all {
		passes := operandPasses * float64(t.Leapfrogs*t.Chains)
		if t.Form == sampling.Symmetrised.String() {
			passes *= 2
		}
		t.Time = candidates[i].time().of(float64(t.Chains) / float64(t.Measured))
		t.Speed = speed(passes*float64(p.Config.MatrixFlops()), t.Least)
	}
	return nil
}

func sizes(p Plan, runners []*runner) error {
	p.Share /= 2
	var candidates []*candidate
	for _, w := range runners {
		for _, size := range p.Sizes {
			c, end, err := w.train(p.of(size), p.most())
			if err != nil {
				return err
			}
			defer end()
			candidates = append(candidates, c)
		}
	}
	if err := race(p, runners, candidates); err != nil {
		return err
	}
	for i, w := range runners {
		for j, size := range p.Sizes {
			t, batch := candidates[i*len(p.Sizes)+j].time(), p.of(size).Batch
			cost := t.Least * 1e9 / float64(size*size*batch)
			w.Sizes = append(w.Sizes, Size{Size: size, Batch: batch, Threads: p.most(), Time: t, NsPerSiteSample: cost})
			w.Sizes[j].Ratio = cost / w.Sizes[0].NsPerSiteSample
		}
	}
	return nil
}
