package model

import "testing"

// paper is the paper's network.
var paper = Shape{L: 16, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3}

// perColumn reports the time of one pass for one coupling of one block of one
// sample.
func perColumn(b *testing.B, s Shape, n int) {
	columns := 0
	for i := range s.bijectors() {
		columns += s.blocks(i).count() * n * s.Couplings
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*columns), "ns/column")
}

func benchmarkPass(b *testing.B, pass func(f *Flow, t *Tape, x []float32, logq []float64, z []float32)) {
	const n = 64
	f := randomFlow(b, paper, 1)
	t := NewTape(paper, n)
	z := normals(2, paper.Sites()*n)
	x, logq := make([]float32, len(z)), make([]float64, n)
	f.Generate(t, x, logq, z)
	for b.Loop() {
		pass(f, t, x, logq, z)
	}
	perColumn(b, paper, n)
}

func BenchmarkGenerate(b *testing.B) {
	benchmarkPass(b, func(f *Flow, t *Tape, x []float32, logq []float64, z []float32) {
		f.Generate(t, x, logq, z)
	})
}

func BenchmarkRenormalize(b *testing.B) {
	benchmarkPass(b, func(f *Flow, t *Tape, x []float32, logq []float64, z []float32) {
		f.Renormalize(t, z, logq, x)
	})
}

func BenchmarkBackward(b *testing.B) {
	grad := make([]float32, paper.Parameters())
	benchmarkPass(b, func(f *Flow, t *Tape, x []float32, logq []float64, z []float32) {
		f.Backward(t, grad, z, x, logq)
	})
}

func BenchmarkBackwardOperand(b *testing.B) {
	benchmarkPass(b, func(f *Flow, t *Tape, x []float32, logq []float64, z []float32) {
		f.Backward(t, nil, z, x, logq)
	})
}

// BenchmarkEpoch is the flow's work in an epoch of the paper's training on one
// core: generation and inference, each forward and backward, of 512 samples.
func BenchmarkEpoch(b *testing.B) {
	const n, shards = 64, 8
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
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/epoch")
}
