//go:build slow

package inference

import (
	"fmt"
	"math"
	"math/bits"
	"testing"

	"gonum.org/v1/gonum/mat"

	"neuralrg/physics"
)

// exactTorus returns the exact values of all observables of the Ising model on an
// L x L torus, L = 4 or 8, from its symmetric transfer matrix between rows, with a
// phase theta for each spin that is up:
//
//	A(s, s') = exp[(K E(s) + i theta S(s))/2 + K sum_j s_j s'_j + (K E(s') + i theta S(s'))/2],
//
// where E(s) = sum_j s_j s_(j+1) and S(s) = sum_j s_j. Then tr A^L is the sum of
// exp(i theta M) over all states with their weights, of which the inverse Fourier
// transform is the distribution of the magnetization M; the diagonal of A^L at
// theta = 0 is that of a row.
func exactTorus(t *testing.T, L int, T float64) map[string]float64 {
	t.Helper()
	solution, err := physics.Solve(L, T)
	if err != nil {
		t.Fatal(err)
	}
	exact := map[string]float64{"energy": solution.Energy, "heat_capacity": solution.HeatCapacity}
	rows, z := rowWeights(L, T)
	for r := 1; r <= L/2; r++ {
		var sum float64
		for state, w := range rows {
			sum += w * spinOf(state, 0) * spinOf(state, r)
		}
		exact[fmt.Sprintf("correlation_%d", r)] = sum / z
	}
	sites := L * L
	distribution := make([]float64, sites+1) // of the number of spins that are down
	for j := range sites/2 + 1 {             // theta and pi - theta are the same
		theta, share := math.Pi*float64(j)/float64(sites+1), 2/float64(sites+1)
		if j == 0 {
			share /= 2
		}
		trace := phasedTrace(L, T, theta) / z
		for down := range distribution {
			distribution[down] += share * trace * math.Cos(theta*float64(sites-2*down))
		}
	}
	var m, m2, m4 float64
	for down, p := range distribution {
		v := math.Abs(float64(sites-2*down)) / float64(sites)
		m, m2, m4 = m+p*v, m2+p*v*v, m4+p*v*v*v*v
	}
	exact["magnetization_absolute"], exact["magnetization_squared"] = m, m2
	exact["binder_cumulant"] = 1 - m4/(3*m2*m2)
	exact["susceptibility"] = float64(sites) * (m2 - m*m) / T
	return exact
}

func spinOf(state, j int) float64 { return float64(state>>j&1)*2 - 1 }

// rowSums returns E and S of a row of L spins.
func rowSums(L, state int) (e, s float64) {
	for j := range L {
		e += spinOf(state, j) * spinOf(state, (j+1)%L)
		s += spinOf(state, j)
	}
	return e, s
}

// halfTransfer is the real and the imaginary part of A^(L/2), symmetric like A.
func halfTransfer(L int, T, theta float64) (x, y *mat.Dense) {
	n := 1 << L
	x, y = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for a := range n {
		ea, sa := rowSums(L, a)
		for b := range n {
			eb, sb := rowSums(L, b)
			between := float64(L - 2*bits.OnesCount(uint(a^b)))
			size, phase := math.Exp((between+(ea+eb)/2)/T), theta*(sa+sb)/2
			x.Set(a, b, size*math.Cos(phase))
			y.Set(a, b, size*math.Sin(phase))
		}
	}
	for power := 1; power < L/2; power *= 2 {
		var xx, yy, xy, sum mat.Dense
		xx.Mul(x, x)
		yy.Mul(y, y)
		xy.Mul(x, y)
		xx.Sub(&xx, &yy)
		sum.Add(&xy, xy.T())
		x, y = &xx, &sum
	}
	return x, y
}

// phasedTrace is tr A^L, which is real as M and -M are equally likely.
func phasedTrace(L int, T, theta float64) (trace float64) {
	x, y := halfTransfer(L, T, theta)
	for i, v := range x.RawMatrix().Data {
		trace += v*v - y.RawMatrix().Data[i]*y.RawMatrix().Data[i]
	}
	return trace
}

// rowWeights is the diagonal of A^L at theta = 0 and its sum.
func rowWeights(L int, T float64) (rows []float64, z float64) {
	x, _ := halfTransfer(L, T, 0)
	for state := range 1 << L {
		norm := mat.Norm(x.RowView(state), 2)
		rows = append(rows, norm*norm)
		z += norm * norm
	}
	return rows, z
}

// The exact values against others: those of L = 4 from a sum over all 65,536
// states, U4 of L = 8 from another transfer matrix, and what Kaufman's formula
// says.
func TestExactTorus(t *testing.T) {
	for L, want := range map[int]map[string]float64{
		4: {
			"magnetization_squared": 0.76135890856867, "magnetization_absolute": 0.8438604448,
			"binder_cumulant": 0.617199318412, "correlation_1": 1.565623787638 / 2,
		},
		8: {
			"magnetization_squared": 0.64691157499424, "binder_cumulant": 0.613045384943,
			"correlation_1": 1.491589107440 / 2,
		},
	} {
		exact := exactTorus(t, L, physics.Tc)
		t.Log(L, exact)
		for name, v := range want {
			if math.Abs(exact[name]-v) > 1e-10 {
				t.Errorf("L = %d: %s is %.13f, want %.13f", L, name, exact[name], v)
			}
		}
	}
}
