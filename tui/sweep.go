package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/sweep"
)

// sweepPage is a sweep: its points as a table and its results as curves. It reads
// nothing itself: the study does, in commands.
type sweepPage struct {
	roster[Survey]
	study Study

	now   Survey
	known bool // the survey has come once

	at     int  // the point that is chosen, by its row
	curves bool // instead of the table, where there is no room for both
	plot   int  // the one that has all the room, from 1; 0: all of them
	doomed int  // the point to be cancelled, if that is confirmed; -1: none
}

// resurveyTime is between two looks at a sweep.
const resurveyTime = 2 * time.Second

func newSweepPage(h *host, s Study) *sweepPage {
	return &sweepPage{roster: newRoster(h, s.Look), study: s, doomed: -1}
}

// Update takes a message.
func (p *sweepPage) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return p, p.press(msg.String())
	case rosterMsg[Survey]:
		return p, p.take(msg)
	}
	return p, p.hear(msg)
}

// take receives a survey, and asks for the next one after a while.
func (p *sweepPage) take(s rosterMsg[Survey]) tea.Cmd {
	if s.err == nil {
		p.now, p.known = s.now, true
	}
	p.move(0)
	return p.answered(s.err, resurveyTime)
}

// selected is the point that is chosen, if any.
func (p *sweepPage) selected() (sweep.Status, bool) {
	if p.at < len(p.now.Points) {
		return p.now.Points[p.at], true
	}
	return sweep.Status{}, false
}

// View draws the sweep.
func (p *sweepPage) View() tea.View { return p.draw(p.lines(), "neuralrg: "+p.now.Name) }

// The widths from which table and curves have room side by side, and that the
// table has then at most.
const (
	bothWidth  = 110
	tableWidth = 62
)

func (p *sweepPage) lines() []string {
	st := p.styles
	if !p.fits() {
		return p.cramped("q goes back")
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
	t := p.columns(area.width)
	lines := []string{t.head(p.now.Axes, st)}
	all := p.now.Points
	from, to := p.window(p.at, len(all), area.height-1)
	for i := from; i < to; i++ {
		lines = append(lines, t.row(all[i], i == p.at, st))
	}
	return lines
}

// pointTable has the widths of the table's columns; that of the epochs is 0 where it
// finds no room.
type pointTable struct {
	index  int
	values []int
	epoch  int
}

func (p *sweepPage) columns(area int) pointTable {
	t := pointTable{epoch: epochColumn - 1, index: max(len(fmt.Sprint(len(p.now.Points)-1)), 1)}
	for i, a := range p.now.Axes {
		width := ansi.StringWidth(Clean(a.Name))
		for _, point := range p.now.Points {
			width = max(width, ansi.StringWidth(Clean(point.Values[i])))
		}
		t.values = append(t.values, width+2)
	}
	if len(p.now.Points) > 0 && ansi.StringWidth(t.row(p.now.Points[0], false, p.styles)) > area {
		t.epoch = 0
	}
	return t
}

func (t pointTable) head(axes []sweep.Axis, st *styles) string {
	text := "  " + right("#", t.index)
	for i, a := range axes {
		text += right(Clean(a.Name), t.values[i])
	}
	return st.muted.paint(text + among("epoch", t.epoch) + right("gap/nats", gapColumn) + "  state")
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
		gap = fmt.Sprintf("%.2f %s %.2f", *point.Gap, st.plusMinus(), *point.GapError)
	}
	return text + among(count(point.Epoch)+"/"+count(point.Epochs), t.epoch) + right(gap, gapColumn) +
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
