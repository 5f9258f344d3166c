package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"neuralrg/themes"
)

// sheet is what all pages have: their place on the terminal, the theme that they
// wear, and a notice that stands for a while.
type sheet struct {
	after  func(time.Duration, tea.Msg) tea.Cmd // a message to come later
	styles *styles
	chosen bool // the theme by the user, not by the background
	area   size
	notice notice
	said   int // numbers the notices, so that a new one is not cleared too soon
}

// silenceMsg says that a notice has stood long enough.
type silenceMsg struct{ said int }

// noticeTime is how long a notice stands.
const noticeTime = 4 * time.Second

func newSheet(h *host) sheet { return sheet{after: later(h.watch), styles: h.styles} }

// dress puts a theme on.
func (s *sheet) dress(theme themes.Theme) { s.styles = s.styles.dressed(theme) }

func (s *sheet) worn() (*styles, bool) { return s.styles, s.chosen }

func (s *sheet) wear(st *styles, chosen bool) { s.styles, s.chosen = st, chosen }

// hear takes a message that means the same to every page, if it is one.
func (s *sheet) hear(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.area = clamp(size{msg.Width, msg.Height})
	case tea.BackgroundColorMsg:
		if !s.chosen {
			s.styles = s.styles.on(msg.IsDark())
		}
	case silenceMsg:
		if msg.said == s.said {
			s.notice = notice{}
		}
	}
}

// say shows a notice for a while.
func (s *sheet) say(n notice) tea.Cmd {
	s.said++
	s.notice = notice{Clean(n.text), n.bad}
	return s.after(noticeTime, silenceMsg{s.said})
}

// fits says that there is room for a page.
func (s *sheet) fits() bool { return s.area.width >= minWidth && s.area.height >= minHeight }

// needs says how much room a page needs.
func needs() string { return fmt.Sprintf("needs %d x %d", minWidth, minHeight) }

// cramped says that to a user, and the way out.
func (s *sheet) cramped(way string) []string {
	lines := blank(s.area.width, s.area.height)
	for i, text := range []string{needs(), way} {
		if i < len(lines) {
			lines[i] = fit(center(text, s.area.width), s.area.width)
		}
	}
	return lines
}

// draw is a view of a page's lines, with a title for the window.
func (s *sheet) draw(lines []string, title string) tea.View {
	content := strings.Join(lines, "\n")
	if s.styles.ascii {
		content = plain(content)
	}
	v := tea.NewView(content)
	v.AltScreen = true
	v.WindowTitle = Clean(title)
	return v
}
