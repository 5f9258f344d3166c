package physics

// Tc is the critical temperature of the infinite lattice, 2/ln(1+sqrt 2)
// (Kramers and Wannier, 1941).
const Tc = 2.26918531421302196813

// Exact is the exact solution of the Ising model on an L x L torus at
// temperature T, J = 1. Partition functions are in nats for the whole lattice;
// energy and heat capacity, dE/dT, are per site.
type Exact struct {
	L                    int      `json:"L"`
	T                    float64  `json:"T"`
	LnZ                  float64  `json:"lnZ"`
	LnZDual              float64  `json:"lnZ_dual"` // of the continuous dual, see Ising
	Energy               float64  `json:"energy"`
	HeatCapacity         float64  `json:"heat_capacity"`
	MagnetizationSquared *float64 `json:"magnetization_squared,omitempty"` // <m^2>, nil where ExactM2 has none
}

// Solve returns the exact solution for even L from MinSize to MaxSize and T
// from MinTemperature to MaxTemperature, right to 1e-12 relative or better; of
// lnZ_dual, which is nearly zero at high temperature, 1e-12 of its largest term.
func Solve(L int, T float64) (Exact, error) {
	if err := check(L, T); err != nil {
		return Exact{}, err
	}
	s := solve(L, T)
	sites := float64(L * L)
	e := Exact{
		L: L, T: T,
		LnZ:          s.lnZ,
		LnZDual:      s.lnZ + dualFix(L, T),
		Energy:       -s.d1 / sites,
		HeatCapacity: s.d2 / (T * T) / sites,
	}
	if m2, ok := ExactM2(L, T); ok {
		e.MagnetizationSquared = &m2
	}
	return e, nil
}
