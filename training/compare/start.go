package compare

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"neuralrg/model"
	"neuralrg/sampling"
	"neuralrg/training/run"
)

// latentStream keeps the latents that chains begin with apart from other uses of
// their seed.
const latentStream = 0x6c6174656e // "laten"

// start is where chains begin.
type start struct {
	name string
	from sampling.Start
}

// The starts. Cold chains begin at fields of spins that are all parallel, in both
// spaces. Hot chains of fields begin at fields of spins at
// random, as at infinite temperature, which are nearer to equilibrium than normal
// numbers; hot chains of latents begin at draws of the prior, so at draws of the
// flow.
var starts = []start{{"cold", sampling.Cold}, {"hot", sampling.Hot}}

// fields are those at which chains begin, site-major.
func fields(t *run.Trained, from sampling.Start, up int8, chains int, seed uint64) []float32 {
	random := rand.New(rand.NewPCG(seed, liftStream))
	spins := make([]int8, t.Energy.Sites()*chains)
	for i := range spins {
		spins[i] = up
		if from == sampling.Hot && random.Uint64()&1 == 0 {
			spins[i] = -up
		}
	}
	x := make([]float32, len(spins))
	t.Energy.Lift(x, spins, random)
	return x
}

// latents are those at which chains begin, site-major. A flow that was trained on
// both signs of its fields together knows one of them well, as a rule: cold spins
// have the sign that is likelier by the flow. <m²> is the same.
func latents(t *run.Trained, from sampling.Start, chains int, seed uint64) []float32 {
	if from == sampling.Hot {
		z := make([]float32, t.Energy.Sites()*chains)
		random := rand.New(rand.NewPCG(seed, latentStream))
		for i := range z {
			z[i] = float32(random.NormFloat64())
		}
		return z
	}
	up, upLogQ := renormalized(t, fields(t, from, 1, chains, seed), chains)
	down, downLogQ := renormalized(t, fields(t, from, -1, chains, seed), chains)
	if downLogQ > upLogQ {
		return down
	}
	return up
}

// renormalized are the latents of fields, and the sum of ln q over them.
func renormalized(t *run.Trained, x []float32, chains int) (z []float32, logQ float64) {
	z = make([]float32, len(x))
	tape := model.NewTape(t.Flow.Shape, min(groupChains, chains))
	for first := 0; first < chains; first += groupChains {
		n := min(groupChains, chains-first)
		part, logQs := cut(x, chains, first, n), make([]float64, n)
		t.Flow.Renormalize(tape, part, logQs, part)
		for site := range t.Energy.Sites() {
			copy(z[site*chains+first:], part[site*n:][:n])
		}
		logQ += floats.Sum(logQs)
	}
	return z, logQ
}
