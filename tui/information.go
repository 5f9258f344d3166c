package tui

import (
	"fmt"

	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// drawInformation shows the mutual information of fields and of latents: how much
// of what the fields know of each other the flow has taken apart.
func drawInformation(s *run.Snapshot, v view, area size, st *styles) []string {
	switch {
	case s == nil:
		return waiting("the flow", area, st)
	case s.Information == nil && s.Inquiry == nil:
		return remark("the mutual information has not been measured", area, st)
	case s.Information == nil:
		return middle(inquiryLines(s.Inquiry, min(area.width, asideMost), st), area)
	}
	a, ok := bestArrangement(s.Information.Sizes, area, st.magnitude.Shaded())
	if !ok {
		return waiting("more room", area, st)
	}
	picture := drawMatrices(s.Information, a, v.ownScales, st)
	if !a.aside {
		if a.state {
			picture = append(picture, stateLines(s, a.width(), st)[0])
		}
		return middle(picture, area)
	}
	return middle(beside(picture, blank(asideGap, 1), informationAside(s, size{a.rest, area.height}, st)), area)
}

// informationNote says in the pane's border, in few words, how old the information
// is or how far a newer one has come.
func informationNote(s *run.Snapshot) string {
	switch {
	case s == nil:
		return ""
	case s.Inquiry != nil && s.Inquiry.Error != "":
		return "failed"
	case s.Inquiry != nil:
		return fmt.Sprintf("%.0f %%", 100*s.Inquiry.Part)
	case s.Information == nil:
		return ""
	case s.Information.Epoch < s.Epoch:
		return count(s.Epoch-s.Information.Epoch) + " ago"
	}
	return "this epoch"
}

// stateLines say how old the information is, or how far a newer one has come,
// what matters most first. All are of one width.
func stateLines(s *run.Snapshot, width int, st *styles) []string {
	if s.Inquiry != nil {
		return inquiryLines(s.Inquiry, width, st)
	}
	line := st.muted.paint("epoch "+count(s.Information.Epoch)) + age(s.Epoch-s.Information.Epoch, st)
	return []string{fit(line, width)}
}

// inquiryLines say how far an information has come, or why there is none.
func inquiryLines(q *run.Inquiry, width int, st *styles) []string {
	if q.Error != "" {
		var lines []string
		for _, line := range wrap(Clean(q.Error), width) {
			lines = append(lines, fit(st.bad.paint(line), width))
		}
		for _, line := range wrap(Clean(q.Hint), width) {
			lines = append(lines, fit(st.muted.paint(line), width))
		}
		return lines
	}
	words := Clean(q.Stage)
	if q.Done > 0 {
		words += fmt.Sprintf(", %s of %s", count(q.Done), count(q.Total))
	}
	return []string{fit(st.accent.paint(words), width), chart.Progress(q.Part, width, st.bar())}
}

// informationAside are the numbers beside the matrices, as many as there is room
// for, those that matter most first.
func informationAside(s *run.Snapshot, area size, st *styles) []string {
	i := s.Information
	lines := stateLines(s, area.width, st)
	if len(lines) < stateRows {
		lines = append(lines, "")
	}
	for _, section := range [][]string{informationSummary(i, st), totalLines(i.TotalCorrelation, st), levelMeans(i, st), fieldMeans(i, st), latentMeans(i, st)} {
		room := area.height - len(lines)
		if room < min(len(section), leastRows) {
			break
		}
		lines = append(lines, section[:min(len(section), room)]...)
		lines = append(lines, "")
	}
	lines = lines[:min(len(lines), area.height)]
	for j, line := range lines {
		lines[j] = fit(line, area.width)
	}
	return lines
}

const (
	stateRows = 2 // kept for the state
	leastRows = 3 // of a table with its heading that are worth showing
)

// informationSummary compares fields and latents in a few numbers.
func informationSummary(i *run.Information, st *styles) []string {
	row := func(name, fields, latents string) string {
		return fit(st.muted.paint(name), 8) + right(fields, 8) + right(latents, 8)
	}
	value := func(v float64) string { return number(v, 3, 6) }
	noise := func(r run.Relations) string { return st.plusMinus() + number(r.Noise, 3, 0) }
	fields, latents := summarize(i.Fields), summarize(i.Latents)
	return []string{
		fit(st.muted.paint("exact samples"), 16) + right(count(i.Samples), 8),
		"",
		row("nats", "fields", "latents"),
		row("largest", value(fields.largest), value(latents.largest)),
		row("mean", value(fields.mean), value(latents.mean)),
		row("noise", noise(i.Fields), noise(i.Latents)),
	}
}

type summary struct{ largest, mean float64 }

func summarize(r run.Relations) (s summary) {
	pairs := 0
	for _, v := range r.Values {
		s.largest = max(s.largest, float64(v))
	}
	for _, m := range r.ByLevel {
		s.mean += float64(m.Pairs) * m.Value
		pairs += m.Pairs
	}
	s.mean /= float64(max(pairs, 1))
	return s
}

// totalLines say how much the latents know of each other, all together.
func totalLines(t run.TotalCorrelation, st *styles) []string {
	line := func(name string, value, err float64) string {
		return fit(" "+name, 10) + number(value, 2, 7) + st.muted.paint(" "+st.plusMinus()+number(err, 2, 0))
	}
	return []string{
		st.muted.paint("total correlation"),
		line("latents", t.Value, t.Error),
		line("at least", t.Lower, t.LowerError),
		line("at most", t.Upper, t.UpperError),
	}
}

// levelMeans are those of latents, over the pairs of a level or of two.
func levelMeans(i *run.Information, st *styles) []string {
	lines := []string{st.muted.paint("latents by levels")}
	for n := len(i.Latents.ByLevel) - 1; n >= 0; n-- {
		m := i.Latents.ByLevel[n]
		lines = append(lines, meanLine(fmt.Sprintf("%d and %d", m.Levels[1], m.Levels[0]), m, st))
	}
	return lines
}

// fieldMeans are those of fields by distance in sites.
func fieldMeans(i *run.Information, st *styles) []string {
	lines := []string{st.muted.paint("fields by distance")}
	for _, m := range i.Fields.ByDistance {
		lines = append(lines, meanLine(number(m.Distance, 1, 4), m, st))
	}
	return lines
}

// latentMeans are those of latents of the finest level by the distance of their
// blocks, which is 0 in the same block.
func latentMeans(i *run.Information, st *styles) []string {
	finest := i.Levels[len(i.Levels)-1]
	lines := []string{st.muted.paint(fmt.Sprintf("level %d by distance in blocks", finest))}
	for _, m := range i.Latents.ByDistance {
		if m.Levels == [2]int{finest, finest} {
			lines = append(lines, meanLine(number(m.Distance, 1, 4), m, st))
		}
	}
	return lines
}

func meanLine(name string, m run.MeanInformation, st *styles) string {
	return fit(" "+name, 9) + number(m.Value, 4, 7) + st.muted.paint(" "+st.plusMinus()+number(m.Error, 4, 0))
}
