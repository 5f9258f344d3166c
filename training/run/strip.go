package run

import (
	"fmt"
	"math"
	"slices"
)

// Strip is how the lattice that a run shows looked as training went: always the
// same latents and the same uniform numbers of the spins. It is bounded, and
// immutable as a snapshot is.
type Strip struct {
	Draw   int     `json:"draw"`   // of the latents
	Side   int     `json:"side"`   // of a frame; a larger lattice is thinned to blocks
	Frames []Frame `json:"frames"` // the oldest first
}

// Frame is the lattice after one epoch.
type Frame struct {
	Epoch         int     `json:"epoch"`
	Spins         []int8  `json:"spins"` // +1 or -1, row-major, a block having the sign of most of its spins
	Magnetization float64 `json:"magnetization"`
}

const (
	mostFrames = 24
	mostSide   = 32
)

// Check says why this is not the strip of a lattice of side L. None is one.
func (s *Strip) Check(L int) error {
	if s == nil {
		return nil
	}
	if s.Side != min(L, mostSide) || len(s.Frames) > mostFrames {
		return fmt.Errorf("a strip of %d frames of side %d does not fit L=%d", len(s.Frames), s.Side, L)
	}
	for _, f := range s.Frames {
		if len(f.Spins) != s.Side*s.Side {
			return fmt.Errorf("a frame of %d spins does not have a side of %d", len(f.Spins), s.Side)
		}
	}
	return nil
}

// with is the strip with one more lattice, if that tells more than what is there.
// Frames stand at about equal distances in the square root of the epoch, since most
// happens early; a strip changes some hundred times in a run.
func (s *Strip) with(l *Lattice) *Strip {
	if l == nil || l.Fixed != nil {
		return s
	}
	if s == nil || s.Draw != l.Draw {
		s = &Strip{Draw: l.Draw, Side: min(l.L, mostSide)}
	}
	if n := len(s.Frames); n > 0 {
		from, to := math.Sqrt(float64(s.Frames[n-1].Epoch)), math.Sqrt(float64(l.Epoch))
		if to-from < max(to/mostFrames, 1e-9) {
			return s
		}
	}
	more := *s
	frame := Frame{Epoch: l.Epoch, Spins: thumbnail(l.Spins, l.L, s.Side), Magnetization: l.Magnetization}
	more.Frames = append(slices.Clip(s.Frames), frame)
	if len(more.Frames) > mostFrames {
		i := leastTelling(more.Frames)
		more.Frames = slices.Delete(more.Frames, i, i+1) // its own memory: it was clipped
	}
	return &more
}

// leastTelling is the frame, neither the first nor the last, whose neighbours are
// closest.
func leastTelling(frames []Frame) int {
	least, at := math.Inf(1), 1
	for i := 1; i < len(frames)-1; i++ {
		gap := math.Sqrt(float64(frames[i+1].Epoch)) - math.Sqrt(float64(frames[i-1].Epoch))
		if gap < least {
			least, at = gap, i
		}
	}
	return at
}

// thumbnail has the sign of most spins of each block, and of the first of a block
// that has as many of either.
func thumbnail(spins []int8, L, side int) []int8 {
	block := L / side
	small := make([]int8, side*side)
	for i := range small {
		row, column := i/side*block, i%side*block
		sum := 0
		for j := range block * block {
			sum += int(spins[(row+j/block)*L+column+j%block])
		}
		small[i] = spins[row*L+column]
		switch {
		case sum > 0:
			small[i] = 1
		case sum < 0:
			small[i] = -1
		}
	}
	return small
}
