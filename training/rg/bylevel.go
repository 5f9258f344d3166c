package rg

import (
	"context"
	"fmt"
	"math"
)

// LevelCouplings are the effective couplings between the coarse fields of a level.
type LevelCouplings struct {
	Level int `json:"level"` // 0 is the fields themselves
	Size  int `json:"size"`  // of the coarse lattice, L/2^level
	// Spread is the root of the mean square of the coarse fields: their scale.
	Spread float64 `json:"spread"`
	// Spins are the couplings of the spins drawn from the fields, at level 0 only;
	// Signs those of the signs of the coarse fields, both by SpinCouplings; Fields
	// those of GaussianCouplings. What cannot be had is nil.
	Spins  *PairCouplings `json:"spins,omitempty"`
	Signs  *PairCouplings `json:"signs,omitempty"`
	Fields *PairCouplings `json:"fields,omitempty"`
	// Missing says why, a sentence each.
	Missing []string `json:"missing,omitempty"`
}

// Couplings are the effective couplings at every level that has neighbours, from the
// coarse fields that a flow makes of samples of the target, and from the spins of
// these samples.
//
// The target's spins couple by 1/T to their neighbours, and to nothing else. A
// renormalization at its fixed point would leave the couplings as they are from level
// to level; that of the Ising model makes them grow below Tc and fall above. The
// levels of a flow are not told to be alike, so that what they do to the scale and
// the shape of the fields need not be: the signs are what a level has of spins, and
// the Gaussian couplings do not depend on scale.
//
// Whether a sample or its negative was renormalized is the same at all its sites and
// does not matter to either.
func Couplings(ctx context.Context, l *Levels, spins []int8) ([]LevelCouplings, error) {
	var all []LevelCouplings
	for k, y := range l.Fields {
		size := int(math.Round(math.Sqrt(float64(len(y) / l.N))))
		if size < 2 {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := LevelCouplings{Level: k, Size: size, Spread: rootMeanSquare(y)}
		if k == 0 {
			c.Spins = c.fit("the spins", func() (PairCouplings, error) { return SpinCouplings(spins, size) })
		}
		c.Signs = c.fit("the signs", func() (PairCouplings, error) { return SpinCouplings(signs(y), size) })
		c.Fields = c.fit("the fields", func() (PairCouplings, error) { return GaussianCouplings(y, size) })
		all = append(all, c)
	}
	return all, nil
}

// fit returns couplings, or notes why there are none.
func (c *LevelCouplings) fit(of string, couplings func() (PairCouplings, error)) *PairCouplings {
	k, err := couplings()
	if err != nil {
		c.Missing = append(c.Missing, fmt.Sprintf("couplings of %s at level %d: %v", of, c.Level, err))
		return nil
	}
	return &k
}

// rootMeanSquare is the root of the mean square.
func rootMeanSquare(y []float32) float64 {
	var sum float64
	for _, v := range y {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(y)))
}

// signs of fields, + for zero.
func signs(y []float32) []int8 {
	s := make([]int8, len(y))
	for i, v := range y {
		s[i] = 1
		if v < 0 {
			s[i] = -1
		}
	}
	return s
}
