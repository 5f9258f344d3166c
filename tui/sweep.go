package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/sweep"
)

// sweepPage is a sweep: its points as a table and its results as curves. It reads
// nothing itself: the study does, in commands.
type sweepPage struct {
	host   *host
	study  Study
	styles *styles
	chosen bool // the theme by the user
	area   size

	now     Survey
	known   bool // the survey has come once
	failure error
	looking bool
	covered bool
	round   int // numbers the looks

	at       int  // the point that is chosen, by its row
	first    int  // row on the screen
	curves   bool // instead of the table, where there is no room for both
	plot     int  // the one that has all the room, from 1; 0: all of them
	doomed   int  // the point to be cancelled, if that is confirmed; -1: none
	busy     string
	helping  bool
	notice   notice
	said     int
	shownRow int
}

// Messages of the sweep to itself.
type (
	surveyMsg struct {
		now Survey
		err error
	}
	resurveyMsg struct{ round int }
)

// resurveyTime is between two looks at a sweep.
const resurveyTime = 2 * time.Second

func newSweepPage(h *host, s Study) *sweepPage {
	return &sweepPage{host: h, study: s, styles: h.styles, doomed: -1}
}

func (p *sweepPage) worn() (*styles, bool) { return p.styles, p.chosen }

func (p *sweepPage) wear(st *styles, chosen bool) { p.styles, p.chosen = st, chosen }

// Init looks for the first time.
func (p *sweepPage) Init() tea.Cmd { return p.look() }

// look asks the study, unless it is asked already.
func (p *sweepPage) look() tea.Cmd {
	if p.looking {
		return nil
	}
	p.looking = true
	h, study := p.host, p.study
	return h.during(func() tea.Msg {
		now, err := study.Look(h.watch)
		return surveyMsg{now, err}
	})
}

// Update takes a message.
func (p *sweepPage) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.area = clamp(size{msg.Width, msg.Height})
	case tea.BackgroundColorMsg:
		if !p.chosen {
			p.styles = p.styles.on(msg.IsDark())
		}
	case tea.KeyPressMsg:
		return p, p.press(msg.String())
	case surveyMsg:
		return p, p.take(msg)
	case resurveyMsg:
		if msg.round == p.round && !p.covered {
			return p, p.look()
		}
	case shownMsg:
		p.covered, p.busy = false, ""
		return p, p.look()
	case unopenedMsg:
		p.covered, p.busy = false, ""
		return p, tea.Batch(p.look(), p.say(notice{msg.err.Error(), true}))
	case doneMsg:
		p.busy = ""
		if msg.err != nil {
			return p, tea.Batch(p.look(), p.say(notice{msg.err.Error(), true}))
		}
		return p, tea.Batch(p.look(), p.say(notice{text: msg.text}))
	case silenceMsg:
		if msg.said == p.said {
			p.notice = notice{}
		}
	}
	return p, nil
}

// take receives a survey, and asks for the next one after a while.
func (p *sweepPage) take(s surveyMsg) tea.Cmd {
	p.looking, p.failure = false, s.err
	if s.err == nil {
		p.now, p.known = s.now, true
	}
	p.at = max(min(p.at, len(p.now.Points)-1), 0)
	p.round++
	return later(p.host.watch)(resurveyTime, resurveyMsg{p.round})
}

func (p *sweepPage) say(n notice) tea.Cmd {
	p.said++
	p.notice = notice{Clean(n.text), n.bad}
	return later(p.host.watch)(noticeTime, silenceMsg{p.said})
}

// selected is the point that is chosen, if any.
func (p *sweepPage) selected() (sweep.Status, bool) {
	if p.at < len(p.now.Points) {
		return p.now.Points[p.at], true
	}
	return sweep.Status{}, false
}

// View draws the sweep.
func (p *sweepPage) View() tea.View {
	content := strings.Join(p.lines(), "\n")
	if p.styles.ascii {
		content = plain(content)
	}
	v := tea.NewView(content)
	v.AltScreen = true
	v.WindowTitle = "neuralrg: " + Clean(p.now.Name)
	return v
}

// The widths from which table and curves have room side by side, and that the
// table has then at most.
const (
	bothWidth  = 110
	tableWidth = 62
)

func (p *sweepPage) lines() []string {
	st := p.styles
	if p.area.width < minWidth || p.area.height < minHeight {
		lines := blank(p.area.width, p.area.height)
		for i, text := range []string{fmt.Sprintf("needs %d x %d", minWidth, minHeight), "q goes back"} {
			if i < len(lines) {
				lines[i] = fit(center(text, p.area.width), p.area.width)
			}
		}
		return lines
	}
	title := spread(" "+st.accent.paint("neuralrg")+"  "+sequence([]string{Clean(p.now.Name), Clean(p.now.Tally)}, "   ", p.area.width-24), st.muted.paint("sweep "), p.area.width)
	lines := append([]string{title}, p.body(size{p.area.width, p.area.height - headerRows - footerRows})...)
	lines = append(lines, p.status(), drawFooter(p.notice, p.hints(), p.area.width, st))
	switch {
	case p.doomed >= 0:
		return over(lines, framed("cancel", p.doomLines(), p.area, st), p.area, st)
	case p.helping:
		return over(lines, framed("help", p.helpLines(), p.area, st), p.area, st)
	}
	return lines
}

// body is the table and the curves, or one of them where there is no room for
// both.
func (p *sweepPage) body(area size) []string {
	st := p.styles
	table := border{tabs: []tab{{name: "points", shown: true}}, focused: !p.curves}
	curves := border{tabs: []tab{{name: "curves", shown: true}}, focused: p.curves}
	switch {
	case area.width >= bothWidth:
		left, right := size{tableWidth, area.height}, size{area.width - tableWidth, area.height}
		return beside(box(p.drawTable(inside(left)), table, left, st), box(p.drawPlots(inside(right)), curves, right, st))
	case p.curves:
		return box(p.drawPlots(inside(area)), curves, area, st)
	}
	return box(p.drawTable(inside(area)), table, area, st)
}

// status is the line under them: what more is known of the point that is chosen.
func (p *sweepPage) status() string {
	st := p.styles
	wide := func(ink ink, text string) string {
		return fit(" "+ink.paint(ansi.Truncate(Clean(text), p.area.width-2, "…")), p.area.width)
	}
	point, ok := p.selected()
	switch {
	case p.busy != "":
		return wide(st.muted, p.busy)
	case p.failure != nil:
		return wide(st.bad, p.failure.Error())
	case ok && point.Why != "":
		return wide(st.warn, fmt.Sprintf("point %d: %s", point.Index, point.Why))
	case ok:
		parts := []string{st.muted.paint(fmt.Sprintf("point %d", point.Index)), st.muted.paint("training ") + duration(point.Seconds)}
		if point.PID > 0 {
			parts = append(parts, st.muted.paint(fmt.Sprintf("process %d on %s", point.PID, Clean(point.Host))))
		}
		if point.Job != nil {
			parts = append(parts, st.muted.paint("job "+Clean(point.Job.ID)))
		}
		if r := point.Result; r != nil {
			parts = append(parts, st.muted.paint("ESS ")+number(r.ESS, 3, 5))
		}
		if p.now.Who != "" {
			parts = append(parts, st.muted.paint(Clean(p.now.Who)))
		}
		return fit(" "+sequence(parts, st.faint.paint("  │  "), p.area.width-2), p.area.width)
	}
	return fit("", p.area.width)
}

// drawTable is the points, as far as they have room round the one that is chosen.
func (p *sweepPage) drawTable(area size) []string {
	st := p.styles
	if !p.known {
		return remark("looking at the sweep", area, st)
	}
	t := p.columns()
	lines := []string{t.head(p.now.Axes, st)}
	all := p.now.Points
	p.shownRow = max(area.height-1, 1)
	p.first = min(max(p.first, p.at-p.shownRow+1), p.at)
	p.first = max(min(p.first, len(all)-p.shownRow), 0)
	for i := p.first; i < min(p.first+p.shownRow, len(all)); i++ {
		lines = append(lines, t.row(all[i], i == p.at, st))
	}
	return lines
}

// pointTable has the widths of the table's columns that depend on the points.
type pointTable struct {
	index  int
	values []int
}

func (p *sweepPage) columns() pointTable {
	t := pointTable{index: max(len(fmt.Sprint(len(p.now.Points)-1)), 1)}
	for i, a := range p.now.Axes {
		width := ansi.StringWidth(Clean(a.Name))
		for _, point := range p.now.Points {
			width = max(width, ansi.StringWidth(Clean(point.Values[i])))
		}
		t.values = append(t.values, width+2)
	}
	return t
}

func (t pointTable) head(axes []sweep.Axis, st *styles) string {
	text := "  " + right("#", t.index)
	for i, a := range axes {
		text += right(Clean(a.Name), t.values[i])
	}
	return st.muted.paint(text + right("epoch", epochColumn-1) + right("gap/nats", gapColumn) + "  state")
}

func (t pointTable) row(point sweep.Status, at bool, st *styles) string {
	cursor, tone := "  ", ink("")
	if at {
		cursor, tone = st.accent.paint("▸ "), st.strong
	}
	text := cursor + st.muted.paint(right(fmt.Sprint(point.Index), t.index))
	for i, v := range point.Values {
		text += tone.paint(right(Clean(v), t.values[i]))
	}
	gap := "-"
	if point.Gap != nil && point.GapError != nil {
		gap = fmt.Sprintf("%.2f ± %.2f", *point.Gap, *point.GapError)
	}
	return text + right(count(point.Epoch)+"/"+count(point.Epochs), epochColumn-1) + right(gap, gapColumn) +
		"  " + stateTone(point.State, st).paint(string(point.State))
}

func stateTone(s sweep.State, st *styles) ink {
	switch s {
	case sweep.Done, sweep.Running:
		return st.good
	case sweep.Pending, sweep.Queued:
		return st.muted
	case sweep.Cancelled:
		return st.warn
	}
	return st.bad
}

func (p *sweepPage) doomLines() []string {
	st := p.styles
	point := p.now.Points[p.doomed]
	return []string{
		"", fmt.Sprintf("Cancel point %s?", st.strong.paint(fmt.Sprint(point.Index))),
		"It saves and stops, and nobody goes on with it until it is tried again.", "",
		st.accent.paint("y") + " cancel   " + st.accent.paint("any other key") + " leave it as it is",
	}
}

// sweepDeed is a row of the table of keys here.
type sweepDeed struct {
	keys []binding
	help string
	hint string
	can  func(p *sweepPage) bool // nil: always
	do   func(p *sweepPage, name string) tea.Cmd
}

// sweepDeeds is the table. The last two always stand in the footer.
func sweepDeeds() []sweepDeed {
	return []sweepDeed{
		{on("open", "enter"), "look at the point's own run", "open", (*sweepPage).hasRun, (*sweepPage).openIt},
		{upright, "choose a point", "choose", nil, (*sweepPage).step},
		{keys(on("page-up", "pgup", "ctrl+u"), on("page-down", "pgdown", "ctrl+d"), on("first", "home", "g"), on("last", "end", "G")), "a page up or down, the first and the last", "", nil, (*sweepPage).leap},
		{on("switch", "tab"), "points or curves, where there is no room for both", "curves", (*sweepPage).narrow, (*sweepPage).turnOver},
		{on("zoom", "z"), "the next quantity alone, and all of them again", "zoom", nil, (*sweepPage).zoom},
		{on("retry", "r"), "try the point again: it failed, was lost or cancelled", "retry", (*sweepPage).mayRetry, (*sweepPage).retry},
		{on("cancel", "c"), "cancel the point: asks first", "cancel", (*sweepPage).mayCancel, (*sweepPage).askCancel},
		{on("help", "?"), "this help", "help", nil, (*sweepPage).openHelp},
		{on("back", "q", "esc", "ctrl+c"), "go back", "back", nil, func(*sweepPage, string) tea.Cmd { return leave(nil) }},
	}
}

// press carries out what a key means here.
func (p *sweepPage) press(key string) tea.Cmd {
	switch {
	case p.helping:
		p.helping = false
		return nil
	case p.doomed >= 0:
		return p.answerCancel(key)
	}
	for _, d := range sweepDeeds() {
		if name, ok := (action{keys: d.keys}).named(key); ok && p.offers(d) {
			return d.do(p, name)
		}
	}
	return nil
}

func (p *sweepPage) offers(d sweepDeed) bool { return d.can == nil || d.can(p) }

func (p *sweepPage) hints() []hint {
	var all []hint
	for _, d := range sweepDeeds() {
		if d.hint != "" && p.offers(d) {
			all = append(all, hint{(action{keys: d.keys}).shown(), d.hint})
		}
	}
	return all
}

func (p *sweepPage) helpLines() []string {
	var rows []action
	for _, d := range sweepDeeds() {
		rows = append(rows, action{keys: d.keys, help: d.help})
	}
	return append(helpOn(rows, p.styles), "", p.styles.muted.paint("any key closes this"))
}

func (p *sweepPage) hasRun() bool {
	point, ok := p.selected()
	return ok && (point.Attempts > 0 || point.Epoch > 0) && p.host.library != nil
}

func (p *sweepPage) openIt(string) tea.Cmd {
	dir := p.now.Dirs[p.at]
	p.covered, p.busy = true, "opening "+Clean(dir)
	return lookAt(dir)
}

func (p *sweepPage) move(rows int) {
	p.at = max(min(p.at+rows, len(p.now.Points)-1), 0)
}

func (p *sweepPage) step(name string) tea.Cmd {
	p.move(map[string]int{"up": -1, "down": 1}[name])
	return nil
}

func (p *sweepPage) leap(name string) tea.Cmd {
	most := len(p.now.Points)
	p.move(map[string]int{"page-up": -p.shownRow, "page-down": p.shownRow, "first": -most, "last": most}[name])
	return nil
}

func (p *sweepPage) narrow() bool { return p.area.width < bothWidth }

func (p *sweepPage) turnOver(string) tea.Cmd {
	p.curves = !p.curves
	return nil
}

func (p *sweepPage) zoom(string) tea.Cmd {
	p.curves = true
	p.plot = (p.plot + 1) % (len(p.now.Plots) + 1)
	return nil
}

func (p *sweepPage) is(states ...sweep.State) bool {
	point, ok := p.selected()
	return ok && slices.Contains(states, point.State)
}

func (p *sweepPage) mayRetry() bool { return p.is(sweep.Failed, sweep.Lost, sweep.Cancelled) }

func (p *sweepPage) mayCancel() bool {
	return p.is(sweep.Pending, sweep.Queued, sweep.Running, sweep.Failed, sweep.Lost)
}

func (p *sweepPage) retry(string) tea.Cmd {
	index := p.now.Points[p.at].Index
	h, study := p.host, p.study
	return h.during(func() tea.Msg {
		said, err := study.Retry(h.watch, index)
		return doneMsg{said, err}
	})
}

func (p *sweepPage) askCancel(string) tea.Cmd {
	p.doomed = p.at
	return nil
}

func (p *sweepPage) answerCancel(key string) tea.Cmd {
	at := p.doomed
	p.doomed = -1
	if key != "y" || at >= len(p.now.Points) {
		return nil
	}
	index := p.now.Points[at].Index
	h, study := p.host, p.study
	return h.during(func() tea.Msg {
		said, err := study.Cancel(h.watch, index)
		return doneMsg{said, err}
	})
}

func (p *sweepPage) openHelp(string) tea.Cmd {
	p.helping = true
	return nil
}
