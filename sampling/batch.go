package sampling

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// blockSamples is the most samples in a block. Fewer would leave the kernels
// short vectors at the top of the hierarchy, where a sample has one block of
// four sites; more would leave the second-level cache.
const blockSamples = 64

// batch is one call on its way. Samples know nothing of each other, so it is
// cut into blocks, which goroutines take as they get to them: how it is cut and
// who works off what changes no bit, and a block stays in one core's cache from
// its first pass to its last.
type batch struct {
	*Renormalized
	n, size int       // samples, and samples in a block
	u       []float64 // nil if the fields are wanted
	grad    []float32
	x, z    []float32

	next    atomic.Int64 // the first sample that nobody has taken
	joined  atomic.Int64 // goroutines at work
	spaces  []*passes    // theirs
	workers sync.WaitGroup
	work    func() // made once: to start a goroutine with it allocates nothing
	failure atomic.Pointer[string]
}

// run evaluates n samples: their fields x, or u and grad. The goroutines that
// it starts have ended when it returns.
func (r *Renormalized) run(n int, u []float64, grad, x, z []float32) {
	if want := n * r.Sites(); len(z) != want || (grad != nil && len(grad) != want) || (u == nil && len(x) != want) {
		panic(fmt.Sprintf("sampling: %d samples of %d latents with len(z) = %d, len(grad) = %d, len(x) = %d", n, r.Sites(), len(z), len(grad), len(x)))
	}
	threads := max(min(r.Threads, n), 1)
	b := r.take()
	b.n, b.size = n, blockSize(n, threads)
	b.u, b.grad, b.x, b.z = u, grad, x, z
	b.equip(threads)
	b.next.Store(0)
	b.joined.Store(0)
	b.workers.Add(threads)
	for range threads - 1 {
		go b.work()
	}
	b.work()
	b.workers.Wait()
	if f := b.failure.Load(); f != nil {
		panic(*f)
	}
	b.u, b.grad, b.x, b.z = nil, nil, nil, nil
	r.give(b)
}

// take returns a batch that nobody uses. Unlike a sync.Pool the list of these
// forgets nothing, so that an evaluation like one before allocates nothing.
func (r *Renormalized) take() *batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.idle) - 1; last >= 0 {
		b := r.idle[last]
		r.idle = r.idle[:last]
		return b
	}
	b := &batch{Renormalized: r}
	b.work = b.try
	return b
}

func (r *Renormalized) give(b *batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle = append(r.idle, b)
}

// equip sees to a workspace large enough for each of the threads.
func (b *batch) equip(threads int) {
	for len(b.spaces) < threads {
		b.spaces = append(b.spaces, b.newPasses(b.size))
	}
	for i, w := range b.spaces[:threads] {
		if w.capacity < b.size {
			b.spaces[i] = b.newPasses(b.size)
		}
	}
}

// blockSize cuts n samples so that each of the threads has as many blocks.
func blockSize(n, threads int) int {
	rounds := max(1, (n+threads*blockSamples-1)/(threads*blockSamples))
	return (n + rounds*threads - 1) / (rounds * threads)
}

// try works off blocks. What it panics with is for the caller of run, who can
// recover once all workers are at rest.
func (b *batch) try() {
	defer b.workers.Done()
	defer func() {
		if p := recover(); p != nil {
			text := fmt.Sprintf("%v\n%s", p, debug.Stack())
			b.failure.Store(&text)
		}
	}()
	b.takeBlocks()
}

// takeBlocks works off blocks until none is left.
func (b *batch) takeBlocks() {
	w := b.spaces[b.joined.Add(1)-1]
	for {
		last := int(b.next.Add(int64(b.size)))
		first := last - b.size
		if first >= b.n {
			return
		}
		b.block(w, first, min(last, b.n))
	}
}

// block evaluates the samples from first to before last.
func (b *batch) block(w *passes, first, last int) {
	m := last - first
	w.resize(m)
	for site := range w.Sites() {
		copy(w.z[site*m:][:m], b.z[site*b.n+first:])
	}
	if b.u == nil {
		b.flow.Generate(w.generate, w.x, w.plus, w.z)
		b.paste(b.x, w.x, first, m)
		return
	}
	w.eval(b.grad != nil)
	copy(b.u[first:last], w.u)
	if b.grad != nil {
		b.paste(b.grad, w.dx, first, m)
	}
}

// paste puts a block of m samples into its place in dst.
func (b *batch) paste(dst, src []float32, first, m int) {
	for site := range b.Sites() {
		copy(dst[site*b.n+first:][:m], src[site*m:])
	}
}
