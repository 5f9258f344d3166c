package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// examinationOf is the examination of a latent, if the snapshot has one.
func examinationOf(s *run.Snapshot, g geometry, latent int) *run.Examination {
	x := s.Examination
	if x == nil || x.Latent != latent || x.Check(g.Shape) != nil {
		return nil
	}
	return x
}

// drawStatistics shows the distribution of a latent under the target beside the
// normal one, what it has to do with the lattice, and which others know of it.
func drawStatistics(s *run.Snapshot, g geometry, v view, area size, st *styles) []string {
	x := examinationOf(s, g, v.latent)
	switch {
	case x == nil:
		return remark("the latent has not been examined", area, st)
	case x.Error != "":
		lines := wrap(st.bad.paint(Clean(x.Error)), area.width)
		return middle(append(lines, wrap(st.muted.paint(Clean(x.Hint)), area.width)...), area)
	case x.Samples == 0:
		return remark("taking exact samples to latents", area, st)
	}
	numbers := moments(x, area, st)
	spare := area.height - statisticsRows - len(numbers)
	partners := drawPartners(x, g, min(len(x.Partners), max(spare/2, 1)), area.width, st)
	lines := drawMarginal(s, x, size{area.width, min(spare-len(partners)+1, mostBarRows)}, st)
	lines = append(lines, numbers...)
	if len(lines)+len(partners) < area.height {
		lines = append(lines, "")
	}
	return middle(append(lines, partners...), area)
}

const (
	statisticsRows = 3  // beside bars, numbers and partners: a title, an axis, a head
	mostBarRows    = 12 // of the histogram
	tallRows       = 24 // from here on there is room for all numbers
)

// drawMarginal is the histogram with a title and an axis. The normal
// distribution goes over it.
func drawMarginal(s *run.Snapshot, x *run.Examination, bars size, st *styles) []string {
	normal := func(fraction float64) float64 {
		z := run.MostLatent * (2*fraction - 1)
		return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	}
	h := chart.Histogram{
		Bins: floats(x.Histogram), Curve: normal,
		Bar: st.color(st.theme.Curve), Line: st.color(st.theme.Exact), ASCII: st.ascii,
	}
	title := st.muted.paint("z under the target") + age(s.Epoch-x.Epoch, st)
	lines := []string{spread(title, st.muted.paint(count(x.Samples)+" samples"), bars.width)}
	lines = append(lines, h.Lines(bars.width, bars.height)...)
	low, high := fmt.Sprint(-run.MostLatent), fmt.Sprintf("+%d", run.MostLatent)
	axis := low + center("0", bars.width-len(low+high)) + high
	return append(lines, st.muted.paint(axis))
}

func floats(values []float32) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = float64(v)
	}
	return all
}

// moments are the numbers of the distribution and the correlation coefficients, in as
// many columns as have room. The last column goes below the others, or is left out.
func moments(x *run.Examination, area size, st *styles) []string {
	value := func(m run.Measured, format string) string {
		return fmt.Sprintf(format, m.Value) + st.muted.paint(" "+st.plusMinus()+" "+fmt.Sprintf("%.3f", m.Error))
	}
	of := []cell{{"mean", value(x.Mean, "%+.3f")}, {"σ", value(x.Deviation, " %.3f")}, {"KL", value(x.Divergence, "%+.3f")}}
	with := []cell{{"z,m", value(x.Magnetization, "%+.2f")}, {"z,E", value(x.Energy, "%+.2f")}, {"z²,E", value(x.EnergySquare, "%+.2f")}}
	more := []cell{{"z,ms", value(x.Staggered, "%+.2f")}, {"z²,m²", value(x.MagnetizationSquare, "%+.2f")}, {"z²,ms²", value(x.StaggeredSquare, "%+.2f")}}
	var wide, two, one [][]cell
	for i := range of {
		wide = append(wide, []cell{of[i], with[i], more[i]})
		two = append(two, []cell{of[i], with[i]})
		one = append(one, of[i:i+1])
	}
	arrangements := [][][]cell{wide, two, one}
	if area.height >= tallRows {
		arrangements = [][][]cell{wide, append(slices.Clone(two), more[:2], more[2:]), two, one}
	}
	var lines []string
	for _, rows := range arrangements {
		var ok bool
		if lines, ok = aligned(rows, area.width, st); ok {
			break
		}
	}
	return block(lines, size{area.width, len(lines)})
}

// drawPartners lists the latents that know most of one, with bars on a common
// scale. The mark on each is what the largest of as many may be by chance; below it
// the numbers step back.
func drawPartners(x *run.Examination, g geometry, rows, width int, st *styles) []string {
	state := "by chance " + fmt.Sprintf("%.3f", x.Chance)
	if !x.Done() {
		state = fmt.Sprintf("%d of %d", x.Compared, x.Candidates)
	}
	lines := []string{spread(st.muted.paint("level  site, nats"), st.muted.paint(state), width)}
	scale := x.Chance
	for _, p := range x.Partners {
		scale = max(scale, p.Information.Value+p.Information.Error)
	}
	for _, p := range x.Partners[:rows] {
		value := number(p.Information.Value, 3, 6)
		if p.Information.Value < x.Chance {
			value = st.muted.paint(value)
		}
		line := fmt.Sprintf("%3d  %s  ", p.Level, siteName(g, p.Latent)) + value +
			st.muted.paint(" "+st.plusMinus()+number(p.Information.Error, 3, 6)) + "  "
		room := width - ansi.StringWidth(line)
		if room > 0 {
			line += chart.Interval(p.Information.Value/scale, p.Information.Error/scale, x.Chance/scale, room, st.interval(st.theme.Accent))
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}
