package model

import "testing"

// paper is the paper's network.
var paper = Shape{L: 16, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}

// report gives the time for one coupling of one block of one sample, and the
// speed, of work that takes so many times the matrix products of a pass.
func report(b *testing.B, n int, products float64) {
	columns := 0
	for i := range paper.bijectors() {
		columns += paper.blocks(i).count() * n * paper.Couplings
	}
	elapsed := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(elapsed/float64(columns), "ns/column")
	b.ReportMetric(products*float64(paper.MatrixFlops()*n)/elapsed, "GFLOP/s")
}

func benchmarkPass(b *testing.B, products float64, pass func(f *Flow, t *Tape, x []float32, logq []float64, z []float32)) {
	const n = 64
	eachKernels(b, func(b *testing.B) {
		f := randomFlow(b, paper, 1)
		t := NewTape(paper, n)
		z := normals(2, paper.Sites()*n)
		x, logq := make([]float32, len(z)), make([]float64, n)
		f.Generate(t, x, logq, z)
		for b.Loop() {
			pass(f, t, x, logq, z)
		}
		report(b, n, products)
	})
}

func BenchmarkGenerate(b *testing.B) {
	benchmarkPass(b, 1, func(f *Flow, t *Tape, x []float32, logq []float64, z []float32) {
		f.Generate(t, x, logq, z)
	})
}

func BenchmarkRenormalize(b *testing.B) {
	benchmarkPass(b, 1, func(f *Flow, t *Tape, x []float32, logq []float64, z []float32) {
		f.Renormalize(t, z, logq, x)
	})
}

func BenchmarkBackward(b *testing.B) {
	grad := make([]float32, paper.Parameters())
	benchmarkPass(b, 3, func(f *Flow, t *Tape, x []float32, logq []float64, z []float32) {
		f.Backward(t, grad, z, x, logq)
	})
}

func BenchmarkBackwardOperand(b *testing.B) {
	benchmarkPass(b, 2, func(f *Flow, t *Tape, x []float32, logq []float64, z []float32) {
		f.Backward(t, nil, z, x, logq)
	})
}

// BenchmarkEpoch is the flow's work in an epoch of the paper's training on one
// core: generation and inference, each forward and backward, of 512 samples.
func BenchmarkEpoch(b *testing.B) {
	const n, shards = 64, 8
	eachKernels(b, func(b *testing.B) {
		f := randomFlow(b, paper, 1)
		t := NewTape(paper, n)
		z := normals(2, paper.Sites()*n)
		x, logq := make([]float32, len(z)), make([]float64, n)
		grad := make([]float32, len(f.Params))
		for b.Loop() {
			for range shards {
				f.Generate(t, x, logq, z)
				f.Backward(t, grad, nil, x, logq)
				f.Renormalize(t, x, logq, x)
				f.Backward(t, grad, x, nil, logq)
			}
		}
		report(b, n*shards, 8)
	})
}

func BenchmarkTangent(b *testing.B) {
	dx := make([]float32, paper.Sites()*64)
	benchmarkPass(b, 2, func(f *Flow, t *Tape, x []float32, _ []float64, z []float32) {
		f.Tangent(t, x, dx, z, dx)
	})
}
