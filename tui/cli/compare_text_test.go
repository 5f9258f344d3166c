package cli

import (
	"strings"
	"testing"

	"neuralrg/model"
	"neuralrg/sampling"
	"neuralrg/training/compare"
	"neuralrg/training/run"
)

// comparison is a report with all that one can hold, in wide numbers.
func comparison() *compare.Report {
	start := func(name string, n int, t *sampling.Thermalisation, m2 float64) compare.Relaxation {
		points := []compare.Point{{Trajectory: 0, M2: m2}, {Trajectory: 1000, M2: 0.5454}}
		return compare.Relaxation{Start: name, Trajectories: n, Thermalisation: t, Points: points}
	}
	return &compare.Report{
		Chains: 512, Threads: 2, Interrupted: true,
		Equilibrium: sampling.Quantity{Value: 0.5454172, Error: 0.0012}, Exact: false,
		Wolff: &compare.Clusters{
			Between: 8, Draw: compare.Cost{Seconds: 21.04e-6, Median: 22e-6, Count: 200},
			Stationary: compare.Stationary{Tau: 0.5348, PerCoreSecond: 44421.8},
		},
		HMC: []compare.Result{
			{
				Method: compare.PhysicalHMC, Settings: compare.Equal, Step: 0.2, Leapfrogs: 10, Acceptance: 0.93599,
				Trajectory: compare.Cost{Seconds: 0.0051437, Median: 0.0052, Count: 1},
				Starts: []compare.Relaxation{
					start("cold", 3040, &sampling.Thermalisation{Time: 1452, Low: 1446, High: 2327}, 0.9439),
					start("hot", 10000, nil, 0.0076),
				},
				Stationary: &compare.Stationary{Mean: 0.54604, Error: 0.003, Tau: 259.36, TauError: 9.98, PerCoreSecond: 191.9},
			},
			{
				Method: compare.LatentHMC, Settings: compare.Equal, Step: 0.2, Leapfrogs: 10,
				Trajectory: compare.Cost{Seconds: 0.488, Median: 0.691, Count: 1},
				Starts:     []compare.Relaxation{start("cold", 992, &sampling.Thermalisation{Time: 175, Low: 175, High: 175}, 0.9451)},
				Stationary: &compare.Stationary{Mean: 0.5399, Error: 0.0044, Tau: 80.283, TauError: 4.4467, PerCoreSecond: 6.53, Short: true},
			},
			{
				Method: compare.PhysicalHMC, Settings: compare.Tuned, Step: 0.43219, Leapfrogs: 74,
				Trajectory: compare.Cost{Seconds: 0.04, Median: 0.04, Count: 1},
				Starts:     []compare.Relaxation{start("cold", 12, nil, 0.9)},
			},
		},
	}
}

func TestComparisonAsText(t *testing.T) {
	trained := &run.Trained{Epoch: 4000}
	trained.Config.Shape, trained.Config.Temperature = model.Shape{L: 16}, 2.269185
	var text strings.Builder
	if err := writeCompared(&text, trained, comparison()); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if len(line) > 81 || strings.HasSuffix(line, " \n") {
			t.Errorf("a line of %d characters: %q", len(line)-1, line)
		}
	}
	for _, part := range []string{
		"512 chains, L=16, T=2.26918, flow of epoch 4000, 2 threads\n",
		"<m^2> in equilibrium: 0.545417 +- 0.001200, by Wolff's clusters\n",
		"Wolff: 21.0 us a draw of 8 clusters, tau 0.53 draws, 44422 independent/s\n",
		"                                hmc     latent-hmc            hmc\n",
		"settings                      equal          equal          tuned\n",
		"thermalised, cold      1452 -6 +875            175      not in 12\n",
		"thermalised, hot       not in 10000              -              -\n",
		"tau                       259+-9.98    !80.3+-4.45              -\n",
		"<m^2>                0.5460+-0.0030 0.5399+-0.0044              -\n",
		"ms a trajectory                5.14           *488           40.0\n",
		"independent/s                   192           6.53              -\n",
		"0                      0.944  0.008   0.945      -   0.900      -\n",
		"1000                   0.545  0.545   0.545      -   0.545      -\n",
		"* noisy: ", "! the chains are too short", "interrupted: ",
	} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("the text does not say %q:\n%s", part, text.String())
		}
	}
}
