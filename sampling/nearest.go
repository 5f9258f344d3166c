package sampling

import "math"

// point is a point of the plane, whose distance to another is the larger of
// those along the axes.
type point [2]float64

// bucket is the number of points that are no longer divided.
const bucket = 8

// divide arranges points as a k-d tree: the one in the middle has those on its
// right that are not below it along the axis and those on its left that are not
// above it, and so on in each half along the other axis.
func divide(points []point, axis int) {
	if len(points) <= bucket {
		return
	}
	middle := len(points) / 2
	settle(points, middle, axis)
	divide(points[:middle], 1-axis)
	divide(points[middle+1:], 1-axis)
}

// settle exchanges points until the one of a rank along an axis is in its place,
// with none below it on its right and none above it on its left. It is Hoare's
// FIND, Comm. ACM 4, 321 (1961); a sort would do more than is needed.
func settle(points []point, rank, axis int) {
	first, last := 0, len(points)-1
	for first < last {
		pivot := points[first+(last-first)/2][axis]
		i, j := first, last
		for i <= j {
			for points[i][axis] < pivot {
				i++
			}
			for points[j][axis] > pivot {
				j--
			}
			if i <= j {
				points[i], points[j] = points[j], points[i]
				i++
				j--
			}
		}
		switch {
		case rank <= j:
			last = j
		case rank >= i:
			first = i
		default:
			return
		}
	}
}

// nearest finds distances between points that divide has arranged.
type nearest struct {
	points   []point
	self     int       // the point whose neighbours are sought
	distance []float64 // of the nearest seen so far, ascending
}

// kth is the distance of a point to the len(distance)-th nearest of the others,
// infinite if there are not as many.
func (s *nearest) kth(point int) float64 {
	s.self = point
	for i := range s.distance {
		s.distance[i] = math.Inf(1)
	}
	s.visit(0, len(s.points), 0)
	return s.distance[len(s.distance)-1]
}

// visit looks at the points from one place to before another, except where none
// can be among the nearest.
func (s *nearest) visit(from, to, axis int) {
	if to-from <= bucket {
		for i := from; i < to; i++ {
			s.see(i)
		}
		return
	}
	middle := from + (to-from)/2
	s.see(middle)
	above := s.points[s.self][axis] - s.points[middle][axis]
	farthest := len(s.distance) - 1
	if above < 0 {
		s.visit(from, middle, 1-axis)
		if -above < s.distance[farthest] {
			s.visit(middle+1, to, 1-axis)
		}
		return
	}
	s.visit(middle+1, to, 1-axis)
	if above < s.distance[farthest] {
		s.visit(from, middle, 1-axis)
	}
}

// see takes a point among the nearest if it is one of them.
func (s *nearest) see(other int) {
	if other == s.self {
		return
	}
	p, q := s.points[s.self], s.points[other]
	d := max(math.Abs(p[0]-q[0]), math.Abs(p[1]-q[1]))
	i := len(s.distance) - 1
	if d >= s.distance[i] {
		return
	}
	for ; i > 0 && d < s.distance[i-1]; i-- {
		s.distance[i] = s.distance[i-1]
	}
	s.distance[i] = d
}

// nearer counts the values of a sorted column nearer than a distance to one of
// its own, without that one.
func nearer(sorted []float64, value, distance float64) int {
	first := partition(sorted, func(v float64) bool { return value-v < distance })
	return partition(sorted[first:], func(v float64) bool { return v-value >= distance }) - 1
}

// partition is the number of values before the first that satisfies a condition,
// as all after it do.
func partition(sorted []float64, condition func(float64) bool) int {
	low, high := 0, len(sorted)
	for low < high {
		middle := low + (high-low)/2
		if condition(sorted[middle]) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}
