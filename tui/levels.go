package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// refinement is what the user sees of how a configuration comes out of the
// coarse fields of a level.
type refinement struct {
	stage   int  // 0 begins with the last level, each next one a level finer
	drawn   bool // finer latents are drawn afresh, else they are zero
	playing bool // stage goes on by itself
}

// from is the level whose coarse fields are known, of so many levels.
func (r refinement) from(top int) int { return max(top-r.stage, 0) }

// drawLevels shows the configuration on the lattice of every level, with one
// scale of colours, and its refinement.
func drawLevels(s *run.Snapshot, v view, area size, st *styles) []string {
	l := levelsOf(s)
	if l == nil {
		return waiting("the levels of the lattice", area, st)
	}
	m, ok := mosaicOf(s.Config.L, len(l.Coarse)-1, area, st.signed.Shaded())
	if !ok {
		return waiting("more room", area, st)
	}
	limit := chart.Limit(slices.Concat(l.Coarse...))
	var panels [][]string
	for _, level := range m.levels {
		panels = append(panels, levelPanel(l, m, v.refinement, level, limit, st))
	}
	lines := m.lay(append(panels, refinedPanel(l, m, v.refinement, limit, st)))
	if m.aside {
		lines = beside(lines, blank(legendGap, 1), levelsAside(l, m, limit, area.height, st))
	} else {
		lines = append(lines, levelsUnder(l, m, limit, area.width, st))
	}
	return middle(lines, area)
}

// levelsOf are the levels of a snapshot, if they are as they should be.
func levelsOf(s *run.Snapshot) *run.Levels {
	if s == nil || s.Levels == nil || s.Levels.Check(s.Config.Shape) != nil {
		return nil
	}
	return s.Levels
}

// levelsNote says how old the levels are, and whether that matters.
func levelsNote(s *run.Snapshot) (note string, stale bool) {
	l := levelsOf(s)
	switch {
	case l == nil:
		return "", false
	case s.Lattice != nil && !l.Of(s.Lattice):
		return "of another lattice", true
	}
	return ago(s.Epoch - l.Epoch), s.Epoch > l.Epoch
}

// levelPanel is the lattice of a level. The name of the one that the refinement
// comes from stands out.
func levelPanel(l *run.Levels, m mosaic, r refinement, level int, limit float64, st *styles) []string {
	side := l.L >> level
	ink := st.muted
	if level == r.from(l.Top()) {
		ink = st.accent
	}
	fields := l.Coarse[level]
	size := st.muted.paint(fmt.Sprintf("%d×%d", side, side))
	words := m.words(ink.paint(fmt.Sprint("level ", level)), fields, size, st)
	return m.panel(chart.Signed(fields, m.of(side), limit, st.signed, nil), words)
}

// refinedPanel is what comes of the coarse fields of a level.
func refinedPanel(l *run.Levels, m mosaic, r refinement, limit float64, st *styles) []string {
	from := r.from(l.Top())
	fields := l.Zero[from]
	if r.drawn {
		fields = l.Drawn[from]
	}
	words := r.words(l.L, from)
	switch long := "from " + words; {
	case r.playing:
		words = "▸ " + words
	case len([]rune(long)) <= m.width():
		words = long
	}
	picture := chart.Signed(fields, m.raster, limit, st.signed, nil)
	return m.panel(picture, m.words(st.strong.paint(words), fields, "", st))
}

// words are a name and a size under a picture, and the mean of the fields if there
// is room.
func (m mosaic) words(name string, fields []float32, size string, st *styles) string {
	sum := 0.0
	for _, x := range fields {
		sum += float64(x)
	}
	long := strings.TrimSpace(st.muted.paint(fmt.Sprintf("mean %+.2f", sum/float64(len(fields)))) + "  " + size)
	if ansi.StringWidth(name+long) < m.width() {
		size = long
	}
	return spread(name, size, m.width())
}

// words say what a refinement is made of: the coarse fields of a level, and finer
// latents if there are any.
func (r refinement) words(L, from int) string {
	known := fmt.Sprintf("%d×%d", L>>from, L>>from)
	switch {
	case from == 0:
		return known
	case r.drawn:
		return known + " + noise"
	}
	return known + " + zeros"
}

// panel is a picture over its words.
func (m mosaic) panel(picture []string, words string) []string {
	for i, line := range picture {
		picture[i] = center(line, m.width())
	}
	return append(picture, fit(words, m.width()))
}

// least is what a legend on a line needs.
const least = 12

// levelsUnder is a legend on one line.
func levelsUnder(l *run.Levels, m mosaic, limit float64, width int, st *styles) string {
	words := sequence(levelsRemarks(l, m), " · ", width-least-1)
	n := ansi.StringWidth(words)
	legend := chart.Legend(limit, min(captionWidth, width-n-1), st.signed)
	return spread(legend, st.muted.paint(words), max(m.across(), ansi.StringWidth(legend)+1+n))
}

// levelsAside is the same as a column.
func levelsAside(l *run.Levels, m mosaic, limit float64, height int, st *styles) []string {
	var lines []string
	for _, f := range []float64{1, 0.5, 0, -0.5, -1} {
		value := " 0"
		if f != 0 {
			value = fmt.Sprintf("%+.3g", f*limit)
		}
		lines = append(lines, st.signed.Swatch(f)+st.muted.paint(" "+value))
	}
	for _, text := range levelsRemarks(l, m) {
		words := wrap(text, legendColumns)
		if len(lines)+1+len(words) > height {
			break
		}
		lines = append(lines, "")
		for _, line := range words {
			lines = append(lines, st.muted.paint(line))
		}
	}
	for i, line := range lines {
		lines[i] = fit(line, legendColumns)
	}
	return lines
}

// levelsRemarks say what is not as one might think.
func levelsRemarks(l *run.Levels, m mosaic) (remarks []string) {
	var absent []int
	for level := range l.Coarse {
		if !slices.Contains(m.levels, level) {
			absent = append(absent, level)
		}
	}
	switch {
	case len(absent) == 1:
		remarks = append(remarks, fmt.Sprintf("level %d has no room", absent[0]))
	case len(absent) > 1:
		remarks = append(remarks, fmt.Sprintf("levels %s have no room", ranges(absent)))
	}
	if p := m.raster.Pool; p > 1 {
		remarks = append(remarks, fmt.Sprintf("pooled: means of blocks of up to %d×%d", p, p))
	}
	return remarks
}

// ranges writes rising numbers, 0, 1, 2 and 5 as 0-2,5.
func ranges(numbers []int) string {
	var parts []string
	for first := 0; first < len(numbers); {
		last := first
		for last+1 < len(numbers) && numbers[last+1] == numbers[last]+1 {
			last++
		}
		part := fmt.Sprint(numbers[first])
		if last > first {
			part += fmt.Sprint("-", numbers[last])
		}
		parts, first = append(parts, part), last+1
	}
	return strings.Join(parts, ",")
}
