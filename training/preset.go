package training

import (
	"fmt"

	"neuralrg/model"
	"neuralrg/physics"
)

// Presets names the presets, the default one first.
var Presets = []string{"quick", "paper"}

// Preset is a configuration under a name: "paper" is the run of Li and Wang,
// arXiv:1802.02840; "quick" learns the same lattice better in a fraction of the
// time, by the path gradient, whose small noise allows small batches and large
// steps, which grow smaller.
func Preset(name string) (Config, error) {
	paper := Config{
		Shape:       model.Shape{L: 16, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3},
		Temperature: physics.Tc,
		Batch:       512,
		Epochs:      5000,
		Rate:        1e-3,
		Schedule:    Constant,
		WeightDecay: 1e-3,
		Objective:   ReverseKL,
		Symmetry:    true,
		Seed:        1,
	}
	switch name {
	case "paper":
		return paper, nil
	case "quick":
		quick := paper
		quick.Batch = 64
		quick.Epochs = 4000
		quick.Rate = 8e-3
		quick.Schedule = Cosine
		quick.WeightDecay = 0
		quick.Objective = Path
		return quick, nil
	}
	return Config{}, problem{fmt.Sprintf("preset %q is unknown", name), "choose paper or quick"}
}
