package rg

import (
	"fmt"
	"math"

	"neuralrg/sampling"
)

// PairCouplings are the couplings of a lattice variable to its four nearest
// neighbours and to its four diagonal ones, each the mean over its directions.
type PairCouplings struct {
	Nearest  sampling.Quantity `json:"nearest"`
	Diagonal sampling.Quantity `json:"diagonal"`
}

// jackknifeBlocks give an error that is itself known to a part of
// 1/sqrt(2 (jackknifeBlocks-1)), a sixth.
const jackknifeBlocks = 20

// block is the range of samples, of n, in a block: from first to before last.
func block(b, n int) (first, last int) {
	return b * n / jackknifeBlocks, (b + 1) * n / jackknifeBlocks
}

// jackknife takes the two couplings fitted to all blocks of samples but one, or to
// all if without is -1, and estimates the errors from how they change with the
// block left out. A fit that has no answer ends it.
func jackknife(fit func(without int) (k [2]float64, ok bool)) (PairCouplings, error) {
	whole, ok := fit(-1)
	if !ok {
		return PairCouplings{}, undetermined()
	}
	var without [jackknifeBlocks][2]float64
	for b := range without {
		if without[b], ok = fit(b); !ok {
			return PairCouplings{}, undetermined()
		}
	}
	estimate := func(i int) sampling.Quantity {
		var mean, squares float64
		for _, k := range without {
			mean += k[i] / jackknifeBlocks
		}
		for _, k := range without {
			squares += (k[i] - mean) * (k[i] - mean)
		}
		return sampling.Quantity{Value: whole[i], Error: math.Sqrt(squares * (jackknifeBlocks - 1) / jackknifeBlocks)}
	}
	return PairCouplings{Nearest: estimate(0), Diagonal: estimate(1)}, nil
}

// undetermined is the error of samples that no finite couplings fit best.
func undetermined() error {
	return &problem{
		"the samples are too much alike to determine couplings",
		"take more samples, or a temperature where the spins are less ordered",
	}
}

// lattices is the number of L x L lattices among so many values.
func lattices(values, L int) (n int, err error) {
	switch {
	case L < 2:
		return 0, &problem{
			fmt.Sprintf("couplings on a lattice of size %d", L),
			"a site has neighbours from size 2 on: choose a finer level",
		}
	case values%(L*L) != 0:
		panic(fmt.Sprintf("rg: %d values on lattices of size %d", values, L))
	case values/(L*L) < jackknifeBlocks:
		return 0, &problem{
			fmt.Sprintf("couplings from %d samples", values/(L*L)),
			fmt.Sprintf("take %d samples or more", jackknifeBlocks),
		}
	}
	return values / (L * L), nil
}
