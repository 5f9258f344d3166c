package physics

import (
	"math"

	"neuralrg/physics/internal/kernel"
)

// coupling is K'^-1 in factors. A Fourier transform along the rows leaves a
// cyclic tridiagonal system down the column of each wave number l:
//
//	h_(j-1) + b h_j + h_(j+1) = T x_j,  b = alpha T + 2 cos(2 pi l/L) > 2.
//
// With b = rho + 1/rho, rho < 1, and the shift S down the column its matrix is
// (1 + rho S)(1 + rho S^-1)/rho. Each factor is inverted by a recursion,
//
//	y_j = x_j - rho y_(j-1),  h_j = y_j - rho h_(j+1),  h then times rho T,
//
// periodic in j. As the factors are each other's transposes, with an orthogonal
// transform and its rows multiplied by sqrt(rho T), both ways,
//
//	x' K'^-1 x = sum |y|^2.
//
// The recursions cost a few operations a site, less than a second transform.
//
// Modes stand in the order of kernel.Set's Fold: cosines of l = 0 .. L/2, then
// sines of l = L/2-1 .. 1. As cos 2 pi l/L and rho are the same for L-l, mode p
// is that of wave number p throughout.
type coupling struct {
	cos, sin         []float64 // square, of L/2+1 and L/2-1 modes, mode by mode
	cosBack, sinBack []float64 // transposed
	columns          []kernel.Column
}

func newCoupling(size int, t float64) coupling {
	k := coupling{columns: make([]kernel.Column, size/2)}
	rho := make([]float64, size)
	for p := range rho {
		cos := math.Cos(math.Pi * float64(p) / float64(size))
		excess := margin*t/2 + 2*cos*cos // b/2 - 1
		rho[p] = 1 / (1 + excess + math.Sqrt(excess*(excess+2)))
		k.columns[p/2].Rho[p%2] = rho[p]
		k.columns[p/2].Wrap[p%2] = 1 / (1 - math.Pow(rho[p], float64(size)))
	}
	mode := func(p int, wave float64) float64 {
		squares := float64(size) / 2 // of the wave, summed over a row
		if p == 0 || p == size/2 {
			squares = float64(size)
		}
		return wave * math.Sqrt(rho[p]*t/squares)
	}
	angle := func(p, j int) float64 { return 2 * math.Pi * float64(p*j%size) / float64(size) }
	for p := range size/2 + 1 {
		for j := range size/2 + 1 {
			k.cos = append(k.cos, mode(p, math.Cos(angle(p, j))))
			k.cosBack = append(k.cosBack, mode(j, math.Cos(angle(p, j))))
		}
	}
	for p := size/2 + 1; p < size; p++ {
		for j := size/2 + 1; j < size; j++ {
			k.sin = append(k.sin, mode(p, math.Sin(angle(p, j))))
			k.sinBack = append(k.sinBack, mode(j, math.Sin(angle(p, j))))
		}
	}
	return k
}
