package model

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// TestTangent compares Tangent with central differences of the float64
// reference, along random directions, and its fields with Generate's.
func TestTangent(t *testing.T) { eachKernels(t, testTangent) }

func testTangent(t *testing.T) {
	for i, s := range shapes {
		t.Run(label(s), func(t *testing.T) {
			n := max(1, min(70, 20_000/s.Sites()))
			if testing.Short() {
				n = min(n, 3)
			}
			f := randomFlow(t, s, uint64(i)+50)
			z, dz := normals(uint64(i)+51, s.Sites()*n), normals(uint64(i)+52, s.Sites()*n)
			tape := NewTape(s, n+1)
			x, dx := make([]float32, len(z)), make([]float32, len(z))
			f.Tangent(tape, x, dx, z, dz)

			generated := make([]float32, len(z))
			f.Generate(tape, generated, make([]float64, n), z)
			if !slices.Equal(x, generated) {
				t.Error("the fields are not those of Generate")
			}
			r := newReference(f)
			for _, b := range []int{0, n / 2, n - 1} {
				want := r.along(sample(z, n, b), sample(dz, n, b))
				worst := largestDifference(sample(dx, n, b), want) / largest(want)
				if !(worst < 1e-5) {
					t.Errorf("sample %d: the tangent is off by %.2g of its size", b, worst)
				}
			}
			f.Tangent(tape, z, dz, z, dz)
			if !slices.Equal(z, x) || !slices.Equal(dz, dx) {
				t.Error("it is not the same in place")
			}
		})
	}
}

// along is the derivative of the reference's generation by central differences.
func (r *reference) along(z, dz []float64) []float64 {
	const step = 1e-5
	up, down := slices.Clone(z), slices.Clone(z)
	for i, v := range dz {
		up[i] += step * v
		down[i] -= step * v
	}
	r.generate(up)
	r.generate(down)
	for i := range up {
		up[i] = (up[i] - down[i]) / (2 * step)
	}
	return up
}

func largest(x []float64) (size float64) {
	for _, v := range x {
		size = max(size, math.Abs(v))
	}
	return size
}

// TestTangentsMakeTheJacobian: the tangents of all latents are the columns of
// the reference's Jacobian, and one along a random direction is their sum.
func TestTangentsMakeTheJacobian(t *testing.T) { eachKernels(t, testTangentsMakeTheJacobian) }

func testTangentsMakeTheJacobian(t *testing.T) {
	s := Shape{L: 4, Repeat: 2, Couplings: 3, Hidden: 7, HiddenLayers: 2}
	f, n := randomFlow(t, s, 60), s.Sites()
	latents, direction := normals(61, n), normals(62, n)
	want := jacobian(widen(latents), newReference(f).generate1)

	// Sample k of the batch is the same but that its tangent is along latent k.
	z, dz := make([]float32, n*n), make([]float32, n*n)
	for site := range n {
		for k := range n {
			z[site*n+k] = latents[site]
		}
		dz[site*n+site] = 1
	}
	tape := NewTape(s, n)
	x, columns := make([]float32, n*n), make([]float32, n*n)
	f.Tangent(tape, x, columns, z, dz)
	along := make([]float64, n)
	for site := range n {
		for k := range n {
			got := float64(columns[site*n+k])
			if math.Abs(got-want[site][k]) > 1e-5 {
				t.Errorf("dx[%d]/dz[%d] is %g, not %g", site, k, got, want[site][k])
			}
			along[site] += got * float64(direction[k])
		}
	}
	dx := make([]float32, n)
	f.Tangent(tape, make([]float32, n), dx, latents, direction)
	if d := largestDifference(widen(dx), along); !(d < 1e-5) {
		t.Errorf("the tangent is %g off the product with the Jacobian", d)
	}
}

// generate1 is generate without its determinant.
func (r *reference) generate1(z []float64) { r.generate(z) }

// TestTangentAgainstBackward: v'(J u) = u'(J'v), sample by sample, on the tape
// that Tangent leaves; for the paper's network, a trained one, and a new one,
// whose scales are all zero.
func TestTangentAgainstBackward(t *testing.T) { eachKernels(t, testTangentAgainstBackward) }

func testTangentAgainstBackward(t *testing.T) {
	fresh, err := New(paper, 70)
	if err != nil {
		t.Fatal(err)
	}
	trained := loadAuthors(t, openArchive(t, "l8_sym"), authors[1].shape)
	for name, f := range map[string]*Flow{"random": randomFlow(t, paper, 70), "trained": trained, "new": fresh} {
		t.Run(name, func(t *testing.T) {
			n := 64
			if testing.Short() {
				n = 4
			}
			values := f.Shape.Sites() * n
			z, u, v := normals(71, values), normals(72, values), normals(73, values)
			tape := NewTape(f.Shape, n)
			ju, jv := make([]float32, values), make([]float32, values)
			f.Tangent(tape, make([]float32, values), ju, z, u)
			f.Backward(tape, nil, jv, v, nil)
			checkSameBackward(t, f, tape, z, v, widen(normals(74, n)))
			for b := range n {
				forward, backward, square := 0.0, 0.0, 0.0
				for at := b; at < values; at += n {
					term := float64(v[at]) * float64(ju[at])
					forward += term
					backward += float64(u[at]) * float64(jv[at])
					square += term * term
				}
				if d := math.Abs(forward-backward) / math.Sqrt(square); !(d < 1e-5) {
					t.Errorf("sample %d: %g forward, %g backward", b, forward, backward)
				}
			}
		})
	}
}

// checkSameBackward: the tape of Tangent gives the gradients that Generate's does.
func checkSameBackward(t *testing.T, f *Flow, tape *Tape, z, dx []float32, dlogq []float64) {
	t.Helper()
	of := func(tape *Tape) (grad, dz []float32) {
		grad, dz = make([]float32, len(f.Params)), make([]float32, len(z))
		f.Backward(tape, grad, dz, dx, dlogq)
		return grad, dz
	}
	generated := NewTape(f.Shape, len(dlogq))
	f.Generate(generated, make([]float32, len(z)), make([]float64, len(dlogq)), z)
	grad, dz := of(tape)
	wantGrad, wantDz := of(generated)
	if !slices.Equal(grad, wantGrad) || !slices.Equal(dz, wantDz) {
		t.Error("the tape is not left as by Generate")
	}
}

// TestTangentIsLinear: J(a u + b v) = a J u + b J v, and a power of two changes
// no digit.
func TestTangentIsLinear(t *testing.T) { eachKernels(t, testTangentIsLinear) }

func testTangentIsLinear(t *testing.T) {
	n := 17
	if testing.Short() {
		n = 3
	}
	f, values := randomFlow(t, paper, 80), paper.Sites()*n
	tape, x := NewTape(paper, n), make([]float32, values)
	z, u, v := normals(81, values), normals(82, values), normals(83, values)
	tangent := func(a, b float32) []float32 {
		dz := make([]float32, values)
		for i := range dz {
			dz[i] = a*u[i] + b*v[i]
		}
		f.Tangent(tape, x, dz, z, dz)
		return dz
	}
	ju, jv, both, quarter := tangent(1, 0), tangent(0, 1), tangent(1.5, -0.7), tangent(0.25, 0)
	want := make([]float64, values)
	for i := range want {
		want[i] = 1.5*float64(ju[i]) - 0.7*float64(jv[i])
		if quarter[i] != ju[i]/4 {
			t.Fatalf("the tangent of a quarter is %g, of the whole %g", quarter[i], ju[i])
		}
	}
	if d := largestDifference(widen(both), want) / largest(want); !(d < 3e-6) {
		t.Errorf("the tangent of a sum is off by %.2g of its size", d)
	}
}

// TestTangentInTheCausalCone: the tangent along one latent is zero, and not
// only small, at the sites that the latent does not reach, and at no others.
// In the bulk these are all outside a square of side 6 2^k - 2.
func TestTangentInTheCausalCone(t *testing.T) { eachKernels(t, testTangentInTheCausalCone) }

func testTangentInTheCausalCone(t *testing.T) {
	s := Shape{L: 32, Repeat: 1, Couplings: 4, Hidden: 4, HiddenLayers: 1}
	f, r := randomFlow(t, s, 90), reach{s}
	tape, x := NewTape(s, 1), make([]float32, s.Sites())
	for _, latent := range []int{1*32 + 1, 7*32 + 10, 6*32 + 10, 31*32 + 31, 4*32 + 20, 16 * 32, 0} {
		t.Run(fmt.Sprint(latent), func(t *testing.T) {
			dx := make([]float32, s.Sites())
			dx[latent] = 1
			f.Tangent(tape, x, dx, normals(91, s.Sites()), dx)
			cone := r.of(latent)
			side, inside := min(6<<s.Level(latent)-2, s.L), 0
			for site, reached := range cone {
				if reached {
					inside++
				}
				if reached != (dx[site] != 0) {
					t.Errorf("site %d, reached: %v, has the tangent %g", site, reached, dx[site])
				}
			}
			if inside > side*side {
				t.Errorf("a latent of level %d reaches %d sites", s.Level(latent), inside)
			}
		})
	}
}

// reach follows which sites a latent can change, by the definition of the
// network: whatever of a block changes, changes all of it.
type reach struct{ Shape }

func (r reach) of(latent int) []bool {
	changes := make([]bool, r.Sites())
	changes[latent] = true
	for level := r.Levels() - 1; level >= 0; level-- {
		d := 1 << level
		for _, shift := range []int{d, 0} {
			for i := shift; i < r.L+shift; i += 2 * d {
				for j := shift; j < r.L+shift; j += 2 * d {
					r.spread(changes, i, j, d)
				}
			}
		}
	}
	return changes
}

// spread lets a change of one value of a block change all four.
func (r reach) spread(changes []bool, i, j, d int) {
	var block [4]int
	any := false
	for v := range block {
		block[v] = (i+v/2*d)%r.L*r.L + (j+v%2*d)%r.L
		any = any || changes[block[v]]
	}
	for _, site := range block {
		changes[site] = any
	}
}

// TestTangentOfWrongOperands: other lengths panic, as those of Generate.
func TestTangentOfWrongOperands(t *testing.T) {
	s := Shape{L: 4, Repeat: 1, Couplings: 1, Hidden: 1, HiddenLayers: 1}
	f, tape := randomFlow(t, s, 1), NewTape(s, 2)
	for _, lengths := range [][4]int{{16, 16, 16, 15}, {16, 16, 17, 16}, {32, 16, 16, 16}, {16, 32, 16, 16}, {48, 48, 48, 48}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("lengths %v are taken", lengths)
				}
			}()
			var operands [4][]float32
			for i, n := range lengths {
				operands[i] = make([]float32, n)
			}
			f.Tangent(tape, operands[0], operands[1], operands[2], operands[3])
		}()
	}
}
