package sweep

import (
	"errors"
	"io/fs"
	"os"
	"slices"
)

// Cancel says that nobody shall go on with these points. Those at work save and
// stop within seconds, wherever they are. Those that are done stay done.
func (s *Sweep) Cancel(points []int) error {
	if err := s.Prepare(points); err != nil {
		return err
	}
	for _, index := range points {
		if _, err := s.result(index); err == nil {
			continue
		}
		if err := writeJSON(s.kept(index, cancelledName), marker{Format, now()}); err != nil {
			return s.unwritable(err)
		}
		if err := remove(s.kept(index, retryName)); err != nil {
			return s.unwritable(err)
		}
	}
	return nil
}

// Retry says that these points shall be gone on with, whatever they came to:
// from their checkpoints. Somebody has to carry them out, as a pool at work does
// by itself. Those that are done or at work stay as they are.
func (s *Sweep) Retry(points []int) error {
	if err := s.Prepare(points); err != nil {
		return err
	}
	for _, index := range points {
		if st := s.StatusOf(index); st.State == Done || st.State == Running {
			continue
		}
		if err := writeJSON(s.kept(index, retryName), marker{Format, now()}); err != nil {
			return s.unwritable(err)
		}
		if err := errors.Join(remove(s.kept(index, cancelledName)), remove(s.kept(index, failedName))); err != nil {
			return s.unwritable(err)
		}
	}
	return nil
}

// remove removes a file that may not be there.
func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// All are the indices of all points.
func (p *Plan) All() []int {
	all := make([]int, len(p.Points))
	for i := range all {
		all[i] = i
	}
	return all
}

// In are those of these points, or of all if there are none, that are in one of
// these states by their files.
func (s *Sweep) In(points []int, states ...State) []int {
	if len(points) == 0 {
		points = s.Plan.All()
	}
	var chosen []int
	for _, index := range points {
		if slices.Contains(states, s.state(index).State) {
			chosen = append(chosen, index)
		}
	}
	return chosen
}
