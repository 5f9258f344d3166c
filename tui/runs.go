package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// runsPage is the list of all runs. It reads nothing itself: the library does, in
// commands.
type runsPage struct {
	roster[[]Entry]
	below string // the directory of the run on the page below, if there is one

	all   []Entry
	known bool // the list has come once

	at     string // the directory that is chosen
	marked []string
	filter textinput.Model
	typing bool   // into the filter
	doomed string // to be deleted, if that is confirmed
}

// relistTime is between two looks at the runs.
const (
	firstRelistTime = 100 * time.Millisecond
	relistTime      = 3 * time.Second
)

// newRunsPage is the list of the host's library, over the run in a directory if
// that is not empty.
func newRunsPage(h *host, below string) *runsPage {
	return &runsPage{roster: newRoster(h, h.library.List), below: below, at: below, filter: newInput()}
}

// Update takes a message.
func (p *runsPage) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return p, p.press(msg)
	case tea.PasteMsg:
		if p.typing {
			return p, p.edit(msg)
		}
		return p, nil
	case rosterMsg[[]Entry]:
		return p, p.take(msg)
	}
	return p, p.hear(msg)
}

// take receives the list, and asks for the next one after a while.
func (p *runsPage) take(l rosterMsg[[]Entry]) tea.Cmd {
	wait := relistTime
	if !p.known { // the first list is a quick one
		wait = firstRelistTime
	}
	p.known = true
	if l.err == nil {
		p.all = l.now
	}
	p.keepChoice()
	return p.answered(l.err, wait)
}

// visible are the runs that the filter lets through: those that have all of its
// words in their row.
func (p *runsPage) visible() []Entry {
	words := strings.Fields(strings.ToLower(p.filter.Value()))
	return slices.DeleteFunc(slices.Clone(p.all), func(e Entry) bool {
		text := strings.ToLower(fmt.Sprintf("%s L=%d T=%s %s %s", e.Dir, e.L, temperature(e.T), e.Settings, e.State))
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	})
}

// keepChoice sees to it that a run is chosen if there is one, and forgets marks of
// runs that are gone.
func (p *runsPage) keepChoice() {
	all := p.visible()
	if p.index(all) < 0 && len(all) > 0 {
		p.at = all[0].Dir
	}
	p.marked = slices.DeleteFunc(p.marked, func(dir string) bool {
		return !slices.ContainsFunc(p.all, func(e Entry) bool { return e.Dir == dir })
	})
}

// index is the row of the run that is chosen, or -1.
func (p *runsPage) index(all []Entry) int {
	return slices.IndexFunc(all, func(e Entry) bool { return e.Dir == p.at })
}

// selected is the run that is chosen, if any.
func (p *runsPage) selected() (Entry, bool) {
	all := p.visible()
	if i := p.index(all); i >= 0 {
		return all[i], true
	}
	return Entry{}, false
}

// move goes some rows down, or up.
func (p *runsPage) move(rows int) {
	all := p.visible()
	if len(all) > 0 {
		p.at = all[min(max(p.index(all)+rows, 0), len(all)-1)].Dir
	}
}

// View draws the list.
func (p *runsPage) View() tea.View { return p.draw(p.lines(), "neuralrg: runs") }

func (p *runsPage) lines() []string {
	st := p.styles
	if !p.fits() {
		return p.cramped("q goes back")
	}
	all := p.visible()
	title := spread(" "+st.accent.paint("neuralrg")+"  "+p.summary(all), st.muted.paint("runs "), p.area.width)
	body := size{p.area.width, p.area.height - headerRows - footerRows}
	b := border{tabs: []tab{{name: "runs", shown: true}}, focused: true}
	lines := append([]string{title}, box(p.drawTable(all, inside(body)), b, body, st)...)
	lines = append(lines, p.status(), drawFooter(p.notice, p.hints(), p.area.width, st))
	switch {
	case p.doomed != "":
		return over(lines, framed("delete", p.doomLines(), p.area, st), p.area, st)
	case p.helping:
		return over(lines, framed("help", p.helpLines(), p.area, st), p.area, st)
	}
	return lines
}

// summary counts the runs.
func (p *runsPage) summary(all []Entry) string {
	if !p.known {
		return p.styles.muted.paint("looking")
	}
	live := 0
	for _, e := range p.all {
		if e.Live {
			live++
		}
	}
	text := fmt.Sprintf("%d runs, %d at work", len(p.all), live)
	if len(p.all) == 1 {
		text = fmt.Sprintf("1 run, %d at work", live)
	}
	if len(all) != len(p.all) {
		text = fmt.Sprintf("%d of %s", len(all), text)
	}
	return text
}

// status is the line under the list: the filter, or what more is known of the run
// that is chosen.
func (p *runsPage) status() string {
	st := p.styles
	switch e, ok := p.selected(); {
	case p.typing:
		return fit(" "+st.accent.paint("/")+typing(p.filter, max(min(p.area.width/3, ansi.StringWidth(p.filter.Value())+1), 1), st)+st.muted.paint("  words that a row must have; enter keeps, esc clears"), p.area.width)
	case p.busy != "":
		return fit(" "+st.muted.paint(p.busy), p.area.width)
	case p.failure != nil:
		return fit(" "+st.bad.paint(Clean(p.failure.Error())), p.area.width)
	case ok && e.Problem != "":
		return fit(" "+st.bad.paint(ansi.Truncate(Clean(e.Problem), p.area.width-2, "…")), p.area.width)
	case ok:
		parts := []string{st.muted.paint(Clean(e.Settings))}
		if e.Where != "" {
			parts = append(parts, st.muted.paint(Clean(e.Where)))
		}
		if p.filter.Value() != "" {
			parts = append(parts, st.accent.paint("/"+Clean(p.filter.Value())))
		}
		return fit(" "+sequence(parts, st.faint.paint("  │  "), p.area.width-2), p.area.width)
	}
	return fit("", p.area.width)
}

// drawTable is the list, as far as it has room round the run that is chosen.
func (p *runsPage) drawTable(all []Entry, area size) []string {
	st := p.styles
	if len(all) == 0 {
		text := "no runs here yet"
		switch {
		case !p.known:
			text = "looking for runs"
		case len(p.all) > 0:
			text = "no run has all of these words"
		}
		return remark(text, area, st)
	}
	t := tableFor(all, area.width)
	lines := []string{t.head(st)}
	at := max(p.index(all), 0)
	from, to := p.window(at, len(all), area.height-1)
	for i := from; i < to; i++ {
		lines = append(lines, t.row(all[i], i == at, p.mark(all[i].Dir), st))
	}
	return lines
}

// mark is the letter of a run that is to be compared, or a sign of the one on the
// page below.
func (p *runsPage) mark(dir string) string {
	if i := slices.Index(p.marked, dir); i >= 0 {
		return string(rune('a' + i))
	}
	if dir == p.below {
		return "•"
	}
	return " "
}

// table has the widths of the list's columns; one that finds no room is 0.
type table struct{ dir, size, heat, epoch, gap, settings int }

// The widths that do not depend on the runs.
const (
	markColumn  = 4
	sizeColumn  = 4
	heatColumn  = 8
	epochColumn = 15
	gapColumn   = 14
	stateColumn = 12
	leastDir    = 12
)

// tableFor divides a width: columns go from the one that says least on.
func tableFor(all []Entry, width int) table {
	c := table{size: sizeColumn, heat: heatColumn, epoch: epochColumn, gap: gapColumn}
	longest := len("directory")
	for _, e := range all {
		longest = max(longest, ansi.StringWidth(Clean(e.Dir)))
		c.settings = max(c.settings, ansi.StringWidth(Clean(e.Settings))+2)
	}
	spare := func() int { return width - markColumn - stateColumn - c.size - c.heat - c.epoch - c.gap - c.settings }
	if spare() < longest {
		c.settings = 0
	}
	for _, column := range []*int{&c.heat, &c.size, &c.epoch, &c.gap} {
		if spare() < leastDir {
			*column = 0
		}
	}
	c.dir = max(min(longest, spare()), leastDir)
	return c
}

// among is a cell of a column, if that has room.
func among(text string, width int) string {
	if width == 0 {
		return ""
	}
	return right(text, width)
}

func (c table) head(st *styles) string {
	text := "    " + fit("directory", c.dir) + among("L", c.size) + among("T", c.heat) +
		among("epoch", c.epoch) + among("gap/nats", c.gap) + "  " + fit("state", stateColumn-2)
	if c.settings > 0 {
		text += "  settings"
	}
	return st.muted.paint(text)
}

func (c table) row(e Entry, at bool, mark string, st *styles) string {
	cursor, name := "  ", ink("")
	if at {
		cursor, name = st.accent.paint("▸ "), st.strong
	}
	size, heat, epoch, gap := "-", "-", "-", "-"
	if e.L > 0 {
		size, heat = fmt.Sprint(e.L), fmt.Sprintf("%.5g", e.T)
		epoch = count(e.Epoch) + "/" + count(e.Epochs)
	}
	if e.Gap != nil && e.GapError != nil {
		gap = fmt.Sprintf("%.2f %s %.2f", *e.Gap, st.plusMinus(), *e.GapError)
	}
	text := cursor + st.accent.paint(fit(mark, 2)) + name.paint(fit(shorten(Clean(e.Dir), c.dir), c.dir)) +
		among(size, c.size) + among(heat, c.heat) + among(epoch, c.epoch) + among(gap, c.gap) +
		"  " + phaseTone(e.State, st).paint(fit(Clean(string(e.State)), stateColumn-2))
	if c.settings > 0 {
		text += "  " + st.muted.paint(Clean(e.Settings))
	}
	return text
}

// shorten leaves out the beginning of a path that is too long: runs differ at the
// end.
func shorten(path string, width int) string {
	if n := ansi.StringWidth(path); n > width {
		return ansi.TruncateLeft(path, n-width+1, "…")
	}
	return path
}

func (p *runsPage) doomLines() []string {
	st := p.styles
	return []string{
		"", "Delete " + st.strong.paint(shorten(Clean(p.doomed), max(p.area.width-13, 8))),
		"and all that is in it?",
		st.bad.paint("It cannot be brought back."), "",
		st.accent.paint("y") + " delete   " + st.accent.paint("any other key") + " keep it",
	}
}
