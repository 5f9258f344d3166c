package report

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// evenly marks a linear axis at multiples of 1, 2 or 5 times a power of ten.
type evenly struct{}

// mostMarks is how many marks a linear axis has at most.
const mostMarks = 6

// Ticks returns the marks from low to high.
func (evenly) Ticks(low, high float64) (marks []plot.Tick) {
	if !(high > low) || !finite(high-low) {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/mostMarks)))
	for _, factor := range []float64{1, 2, 5, 10} {
		if (high-low)/(factor*step) < mostMarks {
			step *= factor
			break
		}
	}
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	for k := math.Ceil(low/step - 1e-9); k*step <= high+1e-9*step; k++ {
		label := strconv.FormatFloat(k*step, 'f', digits, 64)
		if k == 0 {
			label = "0"
		}
		marks = append(marks, plot.Tick{Value: k * step, Label: minus(label)})
	}
	return marks
}

// minus writes a number with minus signs that are no hyphens.
func minus(number string) string { return strings.ReplaceAll(number, "-", "−") }

// decades marks an axis of decimal logarithms at 1, 10, 100 and so on, with small
// marks between; where there is little more than a decade, with 2 and 5 too, and
// where that leaves less than two, as an even axis.
type decades struct{}

// Ticks returns the marks from low to high.
func (decades) Ticks(low, high float64) (marks []plot.Tick) {
	if high-low > 100 {
		return nil // no two values of this program are so far apart
	}
	if marks, labels := digits(low, high, 1); labels > 1 && high-low >= 1.3 {
		return marks
	}
	if marks, labels := digits(low, high, 1, 2, 5); labels > 1 {
		return marks
	}
	marks = evenly{}.Ticks(math.Pow(10, low), math.Pow(10, high))
	for i := range marks {
		marks[i].Value = math.Log10(marks[i].Value)
	}
	return marks
}

// digits marks all numbers of one digit, of which some have labels.
func digits(low, high float64, labelled ...float64) (marks []plot.Tick, labels int) {
	for power := math.Floor(low); power <= high; power++ {
		for digit := 1.0; digit < 10; digit++ {
			at := power + math.Log10(digit)
			if at < low-1e-9 || at > high+1e-9 {
				continue
			}
			label := ""
			if slices.Contains(labelled, digit) {
				label = decimal(digit * math.Pow(10, power))
				labels++
			}
			marks = append(marks, plot.Tick{Value: at, Label: label})
		}
	}
	return marks, labels
}

// decimal writes a round number as it is read best.
func decimal(v float64) string {
	format, digits := byte('g'), 6
	if a := math.Abs(v); a != 0 && (a < 1e-3 || a >= 1e5) {
		format, digits = 'e', 0
	}
	return minus(strconv.FormatFloat(v, format, digits, 64))
}

// counts marks an axis of whole numbers, each of them.
type counts struct{}

// Ticks returns the marks from low to high.
func (counts) Ticks(low, high float64) (marks []plot.Tick) {
	for v := math.Ceil(low); v <= high; v++ {
		marks = append(marks, plot.Tick{Value: v, Label: strconv.Itoa(int(v))})
	}
	return marks
}
