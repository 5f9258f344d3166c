package sampling

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// place puts a proposal at (q, p), ready for leapfrog.
func place(h *HMC, q, p []float32) {
	copy(h.q, q)
	copy(h.p, p)
	h.drawSizes(h.Step)
	h.Energy.Eval(h.qU, h.qGrad, h.q)
}

// Leapfrog turns a harmonic oscillator by an exactly known angle a step:
// cos(theta) = 1 - (omega step)²/2, on an ellipse with p scaled by
// omega sqrt(1 - (omega step)²/4).
func TestLeapfrogHarmonic(t *testing.T) {
	for _, omega := range []float64{0.3, 1, 2.5} {
		for _, step := range []float64{0.05, 0.2, 0.6} {
			for _, steps := range []int{1, 2, 10, 57} {
				h := NewHMC(harmonic(omega), []float32{0}, 1, step, steps, 1)
				q0, p0 := 0.7, -1.1
				place(h, []float32{float32(q0)}, []float32{float32(p0)})
				h.leapfrog(h.Leapfrogs)
				theta := float64(steps) * math.Acos(1-omega*omega*step*step/2)
				scale := omega * math.Sqrt(1-omega*omega*step*step/4)
				q := q0*math.Cos(theta) + p0/scale*math.Sin(theta)
				p := p0*math.Cos(theta) - q0*scale*math.Sin(theta)
				if d := math.Abs(float64(h.q[0]) - q); d > 2e-5 {
					t.Errorf("omega %v, %d steps of %v: q is off by %g", omega, steps, step, d)
				}
				if d := math.Abs(float64(h.p[0]) - p); d > 2e-5 {
					t.Errorf("omega %v, %d steps of %v: p is off by %g", omega, steps, step, d)
				}
			}
		}
	}
}

// worstEnergyError follows the quartic oscillators for a time and returns the
// largest deviation of the Hamiltonian on the way.
func worstEnergyError(step, time float64) float64 {
	h := NewHMC(quartic(), []float32{0, 0}, 1, step, 1, 1)
	place(h, []float32{0.9, -0.4}, []float32{0.5, 1.2})
	h.hamiltonian(h.before)
	worst := 0.0
	for range int(math.Round(time / step)) {
		h.leapfrog(h.Leapfrogs)
		h.hamiltonian(h.after)
		worst = max(worst, math.Abs(h.after[0]-h.before[0]))
	}
	return worst
}

func TestLeapfrogSecondOrder(t *testing.T) {
	coarse, fine := worstEnergyError(0.1, 20), worstEnergyError(0.05, 20)
	if ratio := coarse / fine; ratio < 3.6 || ratio > 4.4 {
		t.Errorf("half the step divides the energy error by %.2f, want about 4 (%g, %g)", ratio, coarse, fine)
	}
}

// The energy of a symplectic integrator oscillates but does not drift.
func TestLeapfrogEnergyDoesNotDrift(t *testing.T) {
	short, long := worstEnergyError(0.05, 20), worstEnergyError(0.05, 1000)
	if short > 3e-3 {
		t.Errorf("energy error %g over time 20", short)
	}
	if long > 1.5*short {
		t.Errorf("energy error grows from %g over time 20 to %g over time 1000", short, long)
	}
}

func TestLeapfrogReversible(t *testing.T) {
	q, p := []float32{0.9, -0.4}, []float32{0.5, 1.2}
	h := NewHMC(quartic(), []float32{0, 0}, 1, 0.1, 50, 1)
	place(h, q, p)
	h.leapfrog(h.Leapfrogs)
	if math.Abs(float64(h.q[0]-q[0])) < 0.1 {
		t.Fatal("the trajectory went nowhere")
	}
	for i := range h.p {
		h.p[i] = -h.p[i]
	}
	h.leapfrog(h.Leapfrogs)
	for i := range q {
		if d := math.Abs(float64(h.q[i] - q[i])); d > 2e-5 {
			t.Errorf("position %d comes back %g away", i, d)
		}
		if d := math.Abs(float64(h.p[i] + p[i])); d > 2e-5 {
			t.Errorf("momentum %d comes back %g away", i, d)
		}
	}
}

// The Jacobian M of the map (q, p) -> (q', p') is symplectic, M'JM = J, and so
// preserves volume.
func TestLeapfrogSymplectic(t *testing.T) {
	const delta = 5e-3
	start := [4]float64{0.9, -0.4, 0.5, 1.2}
	// One chain for each shifted starting point: +delta and -delta a variable.
	q, p := make([]float32, 2*8), make([]float32, 2*8)
	for c := range 8 {
		at := start
		at[c/2] += delta * float64(1-2*(c%2))
		q[c], q[8+c] = float32(at[0]), float32(at[1])
		p[c], p[8+c] = float32(at[2]), float32(at[3])
	}
	h := NewHMC(quartic(), q, 8, 0.2, 10, 1)
	place(h, q, p)
	h.leapfrog(h.Leapfrogs)

	m := mat.NewDense(4, 4, nil)
	for j := range 4 {
		for i, v := range [][]float32{h.q[:8], h.q[8:], h.p[:8], h.p[8:]} {
			m.Set(i, j, float64(v[2*j]-v[2*j+1])/(2*delta))
		}
	}
	if mat.Norm(m, 2) < 2 {
		t.Fatalf("the Jacobian is too close to the identity to show anything:\n%v", mat.Formatted(m))
	}
	if d := mat.Det(m) - 1; math.Abs(d) > 2e-3 {
		t.Errorf("volume changes by %g", d)
	}
	J := mat.NewDense(4, 4, []float64{0, 0, 1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, -1, 0, 0})
	var form mat.Dense
	form.Product(m.T(), J, m)
	form.Sub(&form, J)
	if d := mat.Norm(&form, 2); d > 5e-3 {
		t.Errorf("M'JM - J has norm %g", d)
	}
}
