package training

import "math"

// Adam's constants, as in Kingma and Ba, arXiv:1412.6980.
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// adam holds the moments of the gradient, one of each a parameter.
type adam struct{ m, v []float32 }

func newAdam(parameters int) adam {
	return adam{make([]float32, parameters), make([]float32, parameters)}
}

// update moves params against grad: the moments with bias correction for the
// step's number, 1 being the first (algorithm 1 of the paper). The L2 term is
// part of grad, not decoupled from the moments.
func (a adam) update(params, grad []float32, rate float64, step int) {
	size := float32(rate / (1 - math.Pow(beta1, float64(step))))
	correction := float32(1 / math.Sqrt(1-math.Pow(beta2, float64(step))))
	m, v := a.m[:len(params)], a.v[:len(params)]
	grad = grad[:len(params)]
	for i, g := range grad {
		m[i] = beta1*m[i] + (1-beta1)*g
		v[i] = beta2*v[i] + (1-beta2)*g*g
		params[i] -= size * m[i] / (float32(math.Sqrt(float64(v[i])))*correction + epsilon)
	}
}
