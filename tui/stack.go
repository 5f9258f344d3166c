package tui

import (
	"reflect"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// stack is the program's one model: pages one on the other, such as the screen of
// a run and the list of runs over it. The uppermost has the terminal and the keys.
// To quit a page leads back to the one below, and from the last out of the program.
//
// What a page says to itself, by a command, comes back to it by its number,
// whatever lies over it by then.
type stack struct {
	pages []*page
	area  tea.WindowSizeMsg
	last  int // numbers the pages
	host  *host
}

// page is a model with what it holds on to.
type page struct {
	number int
	model  tea.Model
	close  func() // lets go of it, outside of Update; may be nil

	unseen  *run.Snapshot // the newest that came while it was covered
	severed bool          // likewise the end of the feed
}

// Messages to the stack.
type (
	// letterMsg is for the page of a number, if it is still there.
	letterMsg struct {
		to  int
		msg tea.Msg
	}
	// pushMsg puts a page on top.
	pushMsg struct{ model tea.Model }
	// openMsg opens the run in a directory of the library.
	openMsg struct{ dir string }
	// openedMsg puts the screen of a run on top.
	openedMsg struct{ Opened }
	// unopenedMsg tells a page that the run it wanted to open cannot be.
	unopenedMsg struct{ err error }
	// leaveMsg takes the page away that says so. The one below may be told something.
	leaveMsg struct{ word tea.Msg }
	// coveredMsg tells a page that another lies over it, shownMsg that none does any
	// more.
	coveredMsg struct{}
	shownMsg   struct{}
)

// push puts a page over the one that returns it.
func push(model tea.Model) tea.Cmd { return func() tea.Msg { return pushMsg{model} } }

// leave takes the page away that returns it.
func leave(word tea.Msg) tea.Cmd { return func() tea.Msg { return leaveMsg{word} } }

// lookAt opens a run of the library over the page that returns it.
func lookAt(dir string) tea.Cmd { return func() tea.Msg { return openMsg{dir} } }

// dresser is a page that wears a theme, as all on the screen do. It is chosen if
// the user wants it, whatever the background.
type dresser interface {
	tea.Model
	worn() (st *styles, chosen bool)
	wear(st *styles, chosen bool)
}

// newStack has one page. What closes it is not the stack's to do.
func newStack(first tea.Model, h *host) *stack {
	return &stack{pages: []*page{{number: 1, model: first}}, last: 1, host: h}
}

func (s *stack) top() *page { return s.pages[len(s.pages)-1] }

// Init begins the first page.
func (s *stack) Init() tea.Cmd {
	first := s.from(s.top(), s.top().model.Init())
	if s.host.synchronized {
		return tea.Batch(synchronize, first)
	}
	return first
}

// View is that of the uppermost page.
func (s *stack) View() tea.View { return s.top().model.View() }

// Update gives a message to whom it concerns.
func (s *stack) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.area = msg
		return s, s.tellAll(msg)
	case tea.BackgroundColorMsg:
		return s, s.tellAll(msg)
	case letterMsg:
		for _, p := range s.pages {
			if p.number == msg.to {
				return s, s.deliver(p, msg.msg)
			}
		}
		return s, discard(msg.msg)
	}
	return s, s.tell(s.top(), msg)
}

// discard closes a run that was opened for a page which has gone.
func discard(msg tea.Msg) tea.Cmd {
	if o, ok := msg.(openedMsg); ok {
		return closing(o.Close)
	}
	return nil
}

func (s *stack) tellAll(msg tea.Msg) tea.Cmd {
	var all []tea.Cmd
	for _, p := range s.pages {
		all = append(all, s.tell(p, msg))
	}
	return tea.Batch(all...)
}

// tell gives a message to a page.
func (s *stack) tell(p *page, msg tea.Msg) tea.Cmd {
	model, cmd := p.model.Update(msg)
	p.model = model
	return s.from(p, cmd)
}

// deliver takes a letter: some are about the stack itself, and snapshots wait
// until their page is seen.
func (s *stack) deliver(p *page, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pushMsg:
		return s.push(&page{model: msg.model}, nil)
	case openMsg:
		return s.from(p, s.host.openRun(msg.dir))
	case openedMsg:
		model, follow, close := s.host.seat(s.last+1, msg.Opened)
		return s.push(&page{model: model, close: close}, follow)
	case leaveMsg:
		return s.pop(p, msg.word)
	case snapshotMsg:
		if p != s.top() {
			p.unseen = msg.Snapshot
			return nil
		}
	case severedMsg:
		if p != s.top() {
			p.severed = true
			return nil
		}
	}
	return s.tell(p, msg)
}

// push puts a page on top, in the theme of the one below.
func (s *stack) push(p *page, more tea.Cmd) tea.Cmd {
	below := s.top()
	dress(p.model, below.model)
	s.last++
	p.number = s.last
	s.pages = append(s.pages, p)
	return tea.Batch(s.tell(below, coveredMsg{}), s.tell(p, s.area), s.from(p, p.model.Init()), more)
}

// pop takes a page away, and shows the one below what it has missed.
func (s *stack) pop(gone *page, word tea.Msg) tea.Cmd {
	if len(s.pages) == 1 {
		return tea.Quit
	}
	var all []tea.Cmd
	covered := gone == s.top()
	for i, p := range s.pages {
		if p == gone {
			s.pages = append(s.pages[:i:i], s.pages[i+1:]...)
			break
		}
	}
	all = append(all, closing(gone.close))
	p := s.top()
	if covered {
		dress(p.model, gone.model)
	}
	if covered {
		all = append(all, s.tell(p, shownMsg{}))
	}
	if p.unseen != nil {
		all = append(all, s.tell(p, snapshotMsg{p.unseen}))
		p.unseen = nil
	}
	if p.severed {
		all = append(all, s.tell(p, severedMsg{}))
		p.severed = false
	}
	if word != nil {
		all = append(all, s.deliver(p, word))
	}
	return tea.Batch(all...)
}

func closing(close func()) tea.Cmd {
	if close == nil {
		return nil
	}
	return func() tea.Msg {
		close()
		return nil
	}
}

// dress gives one page the theme of another.
func dress(page, like tea.Model) {
	p, ok := page.(dresser)
	l, also := like.(dresser)
	if ok && also {
		p.wear(l.worn())
	}
}

// from makes what a page's command brings a letter to that page, unless it is the
// program's to know.
func (s *stack) from(p *page, cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		switch msg := cmd().(type) {
		case nil:
			return nil
		case tea.BatchMsg:
			for i, cmd := range msg {
				msg[i] = s.from(p, cmd)
			}
			return msg
		case tea.QuitMsg:
			return letterMsg{p.number, leaveMsg{}}
		default:
			if ours(msg) {
				return letterMsg{p.number, msg}
			}
			return msg
		}
	}
}

// ours says that a message is of a type of this package.
func ours(msg tea.Msg) bool {
	return reflect.TypeOf(msg).PkgPath() == reflect.TypeFor[letterMsg]().PkgPath()
}
