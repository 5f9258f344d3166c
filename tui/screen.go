package tui

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// view is what the user looks at, apart from the run.
type view struct {
	focus   pane
	seen    pane // of those on what was learned, that had the focus last; 0: none yet
	zoomed  bool
	picture picture // of the lattice that comes first
	album   album   // which lattices
	gap     bool    // the logarithm of the gap, not the free energy itself

	stretch stretch      // of the curves
	along   *[]companion // other runs in the same axes, if any

	latent int // the site whose latent is inspected

	face    face      // of the latent that is shown first
	solo    bool      // one pane has the screen for itself; set to draw
	sliding bool      // a value was asked for and does not show yet:
	slid    run.Fixed // this

	refinement refinement

	sampler run.Sampler // that the keys change, latent or physical

	spacing   int  // of the sites whose information is shown; 0: the coarsest
	ownScales bool // of fields and of latents, not one for both
}

// screen is the page of a run. It holds no channel and starts no
// goroutine: snapshots come as messages, commands go out as tea.Cmd.
type screen struct {
	sheet
	do      func(run.Command) error
	actions []action // with the keys of the user
	link    Link
	host    *host // nil: there is nothing beside the run
	view    view

	latest *run.Snapshot // the newest: the lattice moves with it
	calm   *run.Snapshot // for charts and numbers: changes twice a second, over SSH once
	calmed time.Time
	slow   bool // the terminal is at the end of a slow line
	now    func() time.Time

	severed bool // nothing more comes from a run that is not over
	exit    Exit

	still *frozen // what the panes show instead, if it is to stand
	mouse bool    // is the screen's, not the terminal's

	dialog   dialog
	choice   choice
	palette  palette
	help     help
	past     []change // that can be undone, the oldest first
	released bool     // the fixed latent was given back, and that does not show yet

	queue      []run.Command // one command is under way at a time, to keep their order
	busy       bool
	wanted     float64    // the learning rate asked for and not yet answered
	trajectory trajectory // asked of the chosen sampler and not yet done, if any
	turn       run.Kind   // the Pause or Resume asked for and not yet to be seen, if any

	inquired int // the spacing of the last question after information

	placed   bool // the first latent has been chosen
	moves    int  // numbers the selections, so that only the last is asked for
	askedAt  time.Time
	levels   asked // the levels of the lattice that were last asked for
	gathered asked // the gallery, likewise
	frames   int   // numbers those of the refinement, so that only the last goes on
}

// Messages of the screen to itself.
type (
	snapshotMsg struct{ *run.Snapshot }
	answeredMsg struct {
		command run.Command
		err     error
	}
	selectedMsg struct{ moves int } // a selection has stood long enough
)

// How long things stand.
const (
	calmPeriod   = 500 * time.Millisecond
	slowPeriod   = time.Second // the same over a slow line
	selectDelay  = 150 * time.Millisecond
	responseLife = 3 * time.Second // of the inspector's map, while training goes on
)

func newScreen(do func(run.Command) error, after func(time.Duration, tea.Msg) tea.Cmd, st *styles) *screen {
	return &screen{sheet: sheet{after: after, styles: st}, do: do, now: time.Now, view: view{focus: latticePane, sampler: run.SamplerLatent, refinement: refinement{stage: 1}}, actions: actions()}
}

// Init greets, and asks for the background colour if the theme depends on it.
func (m *screen) Init() tea.Cmd {
	var greet tea.Cmd
	if m.link.Greeting != "" {
		greet = m.say(notice{text: m.link.Greeting})
	}
	if m.chosen {
		return greet
	}
	return tea.Batch(greet, tea.RequestBackgroundColor)
}

// Update takes a message.
func (m *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.hear(msg)
		return m, m.look()
	case tea.KeyPressMsg:
		switch m.dialog {
		case noDialog:
		case paletteDialog:
			return m, m.seek(msg)
		case helpDialog:
			return m, m.consult(msg)
		default:
			return m, m.answer(msg.String())
		}
		return m, m.press(msg.String())
	case tea.MouseClickMsg:
		return m, m.click(msg.Mouse())
	case tea.MouseWheelMsg:
		return m, m.roll(msg.Mouse())
	case snapshotMsg:
		return m, m.take(msg.Snapshot)
	case severedMsg:
		m.sever()
	case companionsMsg:
		m.accompany(msg.all)
	case answeredMsg:
		return m, m.answered(msg)
	case unopenedMsg:
		return m, m.say(notice{msg.err.Error(), true})
	case doneMsg:
		return m, m.say(msg.notice())
	case frameMsg:
		if msg.frame == m.frames {
			return m, m.advance()
		}
	case selectedMsg:
		if msg.moves == m.moves {
			return m, m.respond()
		}
	default:
		m.hear(msg)
	}
	return m, nil
}

// take receives a snapshot.
func (m *screen) take(s *run.Snapshot) tea.Cmd {
	changed := m.latest == nil || m.latest.Phase != s.Phase
	warning := warns(m.latest, s)
	m.keepUp(s)
	m.latest = s
	m.settle()
	m.settleSlider()
	if changed {
		m.turn = ""
	}
	if now := m.now(); changed || now.Sub(m.calmed) >= m.period() {
		m.calm, m.calmed = s, now
	}
	if g := m.geometry(); !m.placed && g.L > 0 {
		m.view.latent, m.placed = g.start(), true
	}
	switch {
	case s.Phase.Over() && m.dialog == savingDialog:
		return tea.Quit
	case changed && (s.Phase == run.Failed || s.Phase == run.Interrupted):
		m.dialog = failedDialog
	case changed && s.Phase == run.Finished && !m.link.ReadOnly:
		return m.say(notice{text: "all epochs are done and saved"})
	}
	if warning != "" {
		return tea.Batch(m.say(notice{warning, true}), m.renew())
	}
	return m.renew()
}

// shown is what charts and numbers show.
func (m *screen) shown() *run.Snapshot { return m.pictured().calm }

func (m *screen) geometry() geometry {
	if m.latest == nil {
		return geometry{}
	}
	return geometryOf(m.latest.Config)
}

// send puts a command to the end of the queue. One that waits there and is of
// the same kind with a value gives way to the newer. If too many wait it is not
// sent: keys may come faster than a run answers, for as long as somebody likes.
func (m *screen) send(c run.Command) tea.Cmd {
	n := len(m.queue)
	switch {
	case n > 0 && replaces(c, m.queue[n-1]):
		m.queue[n-1] = c
	case n >= mostQueued && c.Kind != run.Stop:
		return m.say(notice{"the run has not answered yet", true})
	default:
		m.queue = append(m.queue, c)
	}
	return m.next()
}

// mostQueued is how many commands may wait for the run.
const mostQueued = 32

// replaces says whether a command makes the one before it pointless.
func replaces(c, before run.Command) bool {
	switch c.Kind {
	case run.SetRate, run.Respond, run.SetTrajectory, run.Fix, run.Examine, run.Inform, run.Coarsen, run.Gather:
		return c.Kind == before.Kind && c.Sampler == before.Sampler
	}
	return false
}

// next gives the oldest waiting command to the run, outside of Update: the run
// may answer only at the end of its epoch.
func (m *screen) next() tea.Cmd {
	if m.busy || len(m.queue) == 0 {
		return nil
	}
	c, do := m.queue[0], m.do
	m.queue, m.busy = m.queue[1:], true
	return func() tea.Msg { return answeredMsg{c, do(c)} }
}

func (m *screen) answered(a answeredMsg) tea.Cmd {
	m.busy, m.calmed = false, time.Time{} // what comes of it is shown at once
	if a.command.Kind == run.SetRate && len(m.queue) == 0 {
		m.wanted = 0
	}
	if a.err == nil {
		return tea.Batch(m.next(), m.confirm(a.command))
	}
	if a.command.Kind == run.SetTrajectory {
		m.trajectory = trajectory{}
	}
	if a.command.Kind == run.Fix {
		m.view.sliding = false
	}
	if a.command.Kind == m.turn {
		m.turn = ""
	}
	if a.command.Kind == run.Stop {
		m.dialog = noDialog
	}
	return tea.Batch(m.next(), m.say(notice{a.err.Error(), true}))
}

// confirm says that a command has been taken, where the screen does not show it
// by itself.
func (m *screen) confirm(c run.Command) tea.Cmd {
	switch c.Kind {
	case run.SetRate:
		return m.say(notice{text: fmt.Sprintf("learning rate %s", rate(c.Value))})
	case run.Save:
		return m.say(notice{text: "saving a checkpoint"})
	case run.Redraw:
		return m.say(notice{text: "fresh latents"})
	}
	return nil
}

// The lines above and below the panes.
const (
	headerRows = 1
	footerRows = 2
)

// shows says that a pane is on the screen.
func (m *screen) shows(p pane) bool {
	for _, column := range m.arranged() {
		if slices.ContainsFunc(column, func(box placed) bool { return box.pane == p }) {
			return true
		}
	}
	return false
}

func (m *screen) arranged() [][]placed {
	L := 16
	if g := m.geometry(); g.L > 0 {
		L = g.L
	}
	body := size{m.area.width, m.area.height - headerRows - footerRows}
	return arrange(body, L, m.view)
}

// View draws the screen.
func (m *screen) View() tea.View {
	v := m.draw(m.lines(), "neuralrg")
	v.MouseMode = m.mode()
	return v
}

// lines are the rows of the screen, each exactly as wide as it.
func (m *screen) lines() []string {
	if !m.fits() {
		return m.tooSmall()
	}
	lines := []string{drawHeader(m.latest, m.standing(), m.area.width, m.styles)}
	var blocks [][]string
	shown := m.pictured()
	for _, column := range m.arranged() {
		var block []string
		for _, p := range column {
			block = append(block, shown.drawPane(p)...)
		}
		blocks = append(blocks, block)
	}
	lines = append(lines, beside(blocks...)...)
	lines = append(lines,
		drawStatus(m.calm, m.still, m.link, m.area.width, m.styles),
		drawFooter(m.notice, m.hints(), m.area.width, m.styles))
	if m.dialog != noDialog {
		return over(lines, m.drawDialog(m.area), m.area, m.styles)
	}
	return lines
}

func (m *screen) drawPane(p placed) []string {
	b := border{focused: p.pane == m.view.focus}
	for _, t := range p.tabs {
		b.tabs = append(b.tabs, tab{fmt.Sprint(int(t)), t.name(), t == p.pane})
	}
	var lines []string
	area := inside(p.area)
	switch p.pane {
	case latticePane:
		b.note = latticeNote(m.lattice(), m.view, m.styles)
		lines = drawLattice(m.lattice(), m.view, area, m.styles)
		if why := m.noGallery(); why != "" {
			lines = remark(why, area, m.styles)
		}
	case energyPane:
		b.note = energyNote(m.shown(), m.view)
		lines = drawEnergy(m.shown(), m.view, area, m.styles)
	case latentsPane:
		v := m.view
		v.solo = m.solo()
		lines = drawLatents(m.latest, v, area, m.styles)
	case samplerPane:
		b.note = "hybrid Monte Carlo"
		lines = drawSampler(m.calm, m.view, area, m.styles)
	case levelsPane:
		b.note, b.stale = levelsNote(m.latest)
		lines = drawLevels(m.latest, m.view, area, m.styles)
		if m.over() && !m.reaches(flow) && levelsOf(m.latest) == nil {
			lines = remark("attach to the run again to see its levels", area, m.styles)
		}
		if m.link.Watching && levelsOf(m.latest) == nil {
			lines = remark("to be seen once somebody who steers looks at them", area, m.styles)
		}
	case informationPane:
		b.note = informationNote(m.latest)
		lines = drawInformation(m.latest, m.view, area, m.styles)
		if m.reaches(flow) && m.unasked() {
			lines = remark("focus this pane to measure the mutual information", area, m.styles)
		}
	}
	return box(lines, b, p.area, m.styles)
}

// tooSmall says what the screen needs and what it has. Keys work all the same,
// and a question fits in a line.
func (m *screen) tooSmall() []string {
	text := []string{
		needs(),
		fmt.Sprintf("has %d x %d", m.area.width, m.area.height),
		"q quits",
	}
	switch m.dialog {
	case quitDialog:
		text = []string{m.ways()[0].words() + "?", "y yes, n no"}
	case savingDialog:
		text = []string{"saving"}
	}
	lines := middle(text, m.area)
	for len(lines) < m.area.height {
		lines = append(lines, "")
	}
	lines = lines[:max(m.area.height, 0)]
	for i, line := range lines {
		lines[i] = fit(line, m.area.width)
	}
	return lines
}
