package tui

import (
	"fmt"
	"maps"
	"slices"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// formPage asks for the settings of a new run: every option of the command line
// with its help. What they come to and what is wrong with them the workshop says,
// after every letter.
type formPage struct {
	sheet
	host     *host
	workshop Workshop
	title    string

	given map[string]string
	plan  Plan
	asked int // numbers the questions, so that only the newest answer counts
	heard int // the last that was answered

	at    int // the field; one more is the line that starts the run
	first int // the row that is the uppermost
	input textinput.Model

	starting bool
}

// Messages of the form to itself.
type (
	plannedMsg struct {
		number int
		plan   Plan
	}
	startedMsg struct {
		dir string
		err error
	}
)

// newForm asks for a run, of which some settings are given at first.
func newForm(h *host, title string, given map[string]string) *formPage {
	p := &formPage{sheet: newSheet(h), host: h, workshop: h.workshop(), title: title, given: maps.Clone(given), input: newInput()}
	if p.given == nil {
		p.given = map[string]string{}
	}
	return p
}

// Init asks what the settings come to.
func (p *formPage) Init() tea.Cmd { return tea.Batch(p.input.Focus(), p.ask()) }

func (p *formPage) ask() tea.Cmd {
	p.asked++
	number, given, h, w := p.asked, maps.Clone(p.given), p.host, p.workshop
	return h.during(func() tea.Msg { return plannedMsg{number, w.Plan(h.watch, given)} })
}

// Update takes a message.
func (p *formPage) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return p, p.press(msg)
	case tea.PasteMsg:
		return p, p.edit(msg)
	case plannedMsg:
		if msg.number > p.heard {
			first := p.heard == 0
			p.heard, p.plan = msg.number, msg.plan
			if first {
				p.enter(0)
			}
		}
	case startedMsg:
		p.starting = false
		if msg.err != nil {
			p.notice = refusal(msg.err)
			return p, nil
		}
		return p, leave(openMsg{msg.dir})
	default:
		p.hear(msg)
	}
	return p, nil
}

// field is the one that is chosen, if it is one.
func (p *formPage) field() (Field, bool) {
	if p.at < len(p.plan.Fields) {
		return p.plan.Fields[p.at], true
	}
	return Field{}, false
}

// enter goes to a field, with what is given there to be edited.
func (p *formPage) enter(at int) {
	p.at = min(max(at, 0), len(p.plan.Fields))
	f, _ := p.field()
	p.input.SetValue(p.given[f.Name])
	p.input.CursorEnd()
}

// press is a key: most are letters of the field.
func (p *formPage) press(msg tea.KeyPressMsg) tea.Cmd {
	if p.starting {
		return nil
	}
	p.notice = notice{}
	switch key := msg.String(); key {
	case "esc", "ctrl+c":
		return leave(nil)
	case "up", "shift+tab":
		p.enter(p.at - 1)
	case "down", "tab":
		p.enter(p.at + 1)
	case "pgup":
		p.enter(0)
	case "pgdown":
		p.enter(len(p.plan.Fields))
	case "enter":
		if _, ok := p.field(); ok {
			p.enter(p.at + 1)
			return nil
		}
		return p.start()
	case "left", "right", "space":
		if f, ok := p.field(); ok && len(f.Choices) > 0 {
			return p.turn(f, key)
		}
		return p.edit(msg)
	case "ctrl+u":
		return p.set("")
	default:
		return p.edit(msg)
	}
	return nil
}

// turn takes the next choice of a field, or the one before.
func (p *formPage) turn(f Field, key string) tea.Cmd {
	step := 1
	if key == "left" {
		step = len(f.Choices) - 1
	}
	at := max(slices.Index(f.Choices, f.Value), 0)
	return p.set(f.Choices[(at+step)%len(f.Choices)])
}

// edit gives the field a letter more or less. Of a field with choices the last
// letter may go, which gives it back to the others.
func (p *formPage) edit(msg tea.Msg) tea.Cmd {
	f, ok := p.field()
	if !ok {
		return nil
	}
	if k, is := msg.(tea.KeyPressMsg); len(f.Choices) > 0 {
		if is && (k.String() == "backspace" || k.String() == "delete") {
			return p.set("")
		}
		return nil
	}
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	if p.input.Value() == p.given[f.Name] {
		return cmd
	}
	return tea.Batch(cmd, p.give(f.Name, p.input.Value()))
}

// set gives the field a value; none leaves it to the others.
func (p *formPage) set(value string) tea.Cmd {
	f, ok := p.field()
	if !ok {
		return nil
	}
	p.input.SetValue(value)
	p.input.CursorEnd()
	return p.give(f.Name, value)
}

func (p *formPage) give(name, value string) tea.Cmd {
	if value == "" {
		delete(p.given, name)
	} else {
		p.given[name] = value
	}
	// What is typed shows at once, and what it comes to when that is known.
	if i := slices.IndexFunc(p.plan.Fields, func(f Field) bool { return f.Name == name }); i >= 0 && value != "" {
		p.plan.Fields = slices.Clone(p.plan.Fields)
		p.plan.Fields[i].Value, p.plan.Fields[i].Given = value, true
	}
	return p.ask()
}

// wrong says what stands against starting the run, if anything.
func (p *formPage) wrong() (problem, hint string) {
	for _, f := range p.plan.Fields {
		if f.Problem != "" {
			return fmt.Sprintf("%s %s is not valid", f.Name, quote(f.Value)), f.Problem
		}
	}
	return p.plan.Problem, p.plan.Hint
}

// start lets the workshop start the run, if nothing is wrong.
func (p *formPage) start() tea.Cmd {
	problem, hint := p.wrong()
	switch {
	case p.heard < p.asked:
		return nil // it is not known yet
	case problem != "":
		p.notice = notice{Clean(problem + "; " + hint), true}
		return nil
	}
	p.starting = true
	given, h, w := maps.Clone(p.given), p.host, p.workshop
	return h.during(func() tea.Msg {
		dir, err := w.Start(h.watch, given)
		return startedMsg{dir, err}
	})
}

// View draws the form.
func (p *formPage) View() tea.View { return p.draw(p.lines(), "neuralrg: "+p.title) }

func (p *formPage) lines() []string {
	st := p.styles
	if !p.fits() {
		return p.cramped("esc goes back")
	}
	title := spread(" "+st.accent.paint("neuralrg")+"  "+Clean(p.title), "", p.area.width)
	body := size{p.area.width, p.area.height - headerRows - footerRows}
	b := border{tabs: []tab{{name: "settings", shown: true}}, focused: true}
	lines := append([]string{title}, box(p.rows(inside(body)), b, body, st)...)
	return append(lines, p.status(), drawFooter(p.notice, p.hints(), p.area.width, st))
}

// The columns of the form.
const (
	nameColumn  = 15
	valueColumn = 26
	leastHelp   = 12 // of the help, that it is worth beginning with
)

// rows are the fields that have room, with the one that is chosen among them.
func (p *formPage) rows(area size) []string {
	if p.heard == 0 {
		return remark("looking", area, p.styles)
	}
	var all []string
	for i, f := range p.plan.Fields {
		all = append(all, p.row(f, i == p.at, area.width))
	}
	all = append(all, "", p.button())
	at := p.at
	if at == len(p.plan.Fields) {
		at = len(all) - 1
	}
	p.first = scrolled(p.first, at, len(all), area.height)
	return all[p.first:min(p.first+area.height, len(all))]
}

func (p *formPage) row(f Field, at bool, width int) string {
	st := p.styles
	cursor, name := "  ", st.muted
	if at {
		cursor, name = st.accent.paint("▸ "), st.strong
	}
	value, ink := Clean(f.Value), st.muted
	switch {
	case f.Problem != "":
		ink = st.bad
	case f.Given:
		ink = st.strong
	}
	room, help := valueColumn, "  "+st.muted.paint(Clean(firstOf(f.Problem, f.Help, " ")))
	if width < nameColumn+valueColumn+4+leastHelp { // the line below has that of the one that is chosen
		room, help = max(width-nameColumn-2, 8), ""
	}
	text := ink.paint(shorten(value, room-2))
	switch {
	case at && len(f.Choices) > 0:
		text = st.accent.paint("‹ ") + ink.paint(value) + st.accent.paint(" ›")
	case at && (f.Given || p.input.Value() != ""):
		text = typing(p.input, room-2, st)
	case at:
		text = st.accent.paint("▏") + ink.paint(shorten(value, room-2))
	}
	return fit(cursor+name.paint(fit(f.Name, nameColumn))+fit(text, room)+help, width)
}

func (p *formPage) button() string {
	st := p.styles
	text := "start the run"
	if p.starting {
		text = "starting"
	}
	if p.at == len(p.plan.Fields) {
		return st.accent.paint("▸ ") + st.strong.paint("[ "+text+" ]")
	}
	return "  " + st.muted.paint("[ "+text+" ]")
}

// status says what is wrong with the settings, or else what the chosen one is.
func (p *formPage) status() string {
	st := p.styles
	problem, hint := p.wrong()
	switch {
	case p.heard == 0:
		return fit("", p.area.width)
	case problem != "":
		return fit(" "+st.bad.paint(Clean(problem))+st.muted.paint("  "+Clean(hint)), p.area.width)
	}
	if f, ok := p.field(); ok {
		return fit(" "+st.accent.paint("--"+f.Name)+"  "+Clean(f.Help), p.area.width)
	}
	if p.heard < p.asked { // what it comes to is not known yet, and enter would do nothing
		return fit(" "+st.muted.paint("looking"), p.area.width)
	}
	return fit(" "+st.good.paint("it can be started")+st.muted.paint("  in a process of its own, that goes on without this screen"), p.area.width)
}

// hints are the footer's keys.
func (p *formPage) hints() []hint {
	all := []hint{{"↑ ↓", "field"}}
	if f, ok := p.field(); ok && len(f.Choices) > 0 {
		all = append(all, hint{"← →", "choose"}, hint{"backspace", "as it was"})
	} else if ok {
		all = append(all, hint{"letters", "edit"}, hint{"ctrl+u", "as it was"})
	}
	return append(all, hint{"pgdown enter", "start"}, hint{"esc", "back"})
}
