package rg

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Potential is -ln of the density of one number, in nats.
type Potential struct {
	Level   int       `json:"level"`   // 0 is the fields themselves
	Size    int       `json:"size"`    // of the coarse lattice, L/2^level
	Samples int       `json:"samples"` // configurations
	Spread  float64   `json:"spread"`  // root of the mean square
	Values  []float64 `json:"values"`  // middles of bins, without those that are empty
	Energy  []float64 `json:"energy"`  // -ln density
	// Departure is the energy less that of a normal variable of mean zero and the
	// same spread.
	Departure []float64 `json:"departure"`
	Error     []float64 `json:"error"` // standard error of both
}

// SitePotential is that of the coarse field at a site of a level: the potential of
// mean force of one site, which has two wells where the fields follow their
// neighbours and is a parabola where they are normal variables. It comes from a
// histogram of so many bins up to four spreads, over all sites and configurations.
// The coarse field of a configuration of which the negative was renormalized has its
// sign back, as in AlongUniform.
func SitePotential(l *Levels, level, bins int) (*Potential, error) {
	return newPotential(l, level, bins, func(y []float32, sample int) []float64 {
		var values []float64
		for at := sample; at < len(y); at += l.N {
			values = append(values, float64(y[at])*float64(l.Sign[sample]))
		}
		return values
	})
}

// MeanPotential is that of the mean of the coarse field over its lattice, all else as
// for SitePotential: of the order parameter, as far as a level has one.
func MeanPotential(l *Levels, level, bins int) (*Potential, error) {
	return newPotential(l, level, bins, func(y []float32, sample int) []float64 {
		var sum float64
		for at := sample; at < len(y); at += l.N {
			sum += float64(y[at])
		}
		return []float64{sum / float64(len(y)/l.N) * float64(l.Sign[sample])}
	})
}

// newPotential counts the numbers that of makes of each sample of a level. The
// errors are those of the mean over blocks of samples.
func newPotential(l *Levels, level, bins int, of func(y []float32, sample int) []float64) (*Potential, error) {
	if err := checkPotential(l, level, bins); err != nil {
		return nil, err
	}
	y := l.Fields[level]
	values := make([][]float64, l.N)
	var squares, n float64
	for sample := range values {
		values[sample] = of(y, sample)
		for _, v := range values[sample] {
			squares += v * v
			n++
		}
	}
	p := &Potential{
		Level: level, Size: int(math.Round(math.Sqrt(float64(len(y) / l.N)))),
		Samples: l.N, Spread: math.Sqrt(squares / n),
	}
	if !(p.Spread > 0) {
		return nil, &problem{
			fmt.Sprintf("the coarse fields of level %d are all zero", level),
			"take a flow that has learnt more, or a finer level",
		}
	}
	p.count(values, bins)
	return p, nil
}

// count makes the histogram.
func (p *Potential) count(values [][]float64, bins int) {
	const reach = 4 // spreads
	width := 2 * reach * p.Spread / float64(bins)
	density := make([][]float64, bins) // of each block of samples
	for i := range density {
		density[i] = make([]float64, jackknifeBlocks)
	}
	for b := range jackknifeBlocks {
		first, last := block(b, len(values))
		weight := 1 / (width * float64((last-first)*len(values[0])))
		for _, numbers := range values[first:last] {
			for _, v := range numbers {
				if i := int(math.Floor(v/width + float64(bins)/2)); i >= 0 && i < bins {
					density[i][b] += weight
				}
			}
		}
	}
	for i, blocks := range density {
		mean, deviation := stat.MeanStdDev(blocks, nil)
		if mean == 0 {
			continue
		}
		v := (float64(i) + 0.5 - float64(bins)/2) * width
		normal := v * v / (2 * p.Spread * p.Spread)
		p.Values = append(p.Values, v)
		p.Energy = append(p.Energy, -math.Log(mean))
		p.Departure = append(p.Departure, -math.Log(mean)-normal-math.Log(p.Spread)-math.Log(2*math.Pi)/2)
		p.Error = append(p.Error, deviation/mean/math.Sqrt(jackknifeBlocks))
	}
}

func checkPotential(l *Levels, level, bins int) error {
	switch {
	case level < 0 || level >= len(l.Fields):
		return &problem{
			fmt.Sprintf("there is no level %d in configurations at %d levels", level, len(l.Fields)),
			fmt.Sprintf("choose 0, the fields themselves, to %d", len(l.Fields)-1),
		}
	case bins < 2 || bins > mostBins:
		return &problem{fmt.Sprintf("a histogram of %d bins", bins), fmt.Sprintf("choose 2 to %d", mostBins)}
	case l.N < jackknifeBlocks:
		return &problem{
			fmt.Sprintf("a potential from %d samples", l.N),
			fmt.Sprintf("take %d samples or more", jackknifeBlocks),
		}
	}
	return nil
}

// mostBins is the most bins of a histogram.
const mostBins = 1000
