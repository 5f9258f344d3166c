package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"
)

// palette finds an action of the table by some letters of what it does.
type palette struct {
	input textinput.Model
	at    int
}

// offer is a row of the palette: one name of an action.
type offer struct {
	action action
	name   string
	key    string
	text   string
}

// offered are all actions that have what they need, whichever pane they are of.
func (m *screen) offered() []offer {
	var all []offer
	for _, a := range m.actions {
		if !m.reaches(a.needs) {
			continue
		}
		for _, b := range a.keys {
			text := a.help
			if a.pane != 0 {
				text = a.pane.name() + ": " + text
			}
			o := offer{action: a, name: b.name, text: text}
			if len(b.keys) > 0 {
				o.key = drawnKey(b.keys[0])
			}
			if len(a.keys) > 1 {
				o.text += " — " + strings.ReplaceAll(b.name, "-", " ")
			}
			if b.name != "palette" {
				all = append(all, o)
			}
		}
	}
	return all
}

// found are the offers that have the letters of the input side by side or, if there
// are none, those that have them in this order.
func (m *screen) found() []offer {
	all := m.offered()
	pattern := strings.TrimSpace(m.palette.input.Value())
	if pattern == "" {
		slices.SortStableFunc(all, func(a, b offer) int { return m.distance(a) - m.distance(b) })
		return all
	}
	texts := make([]string, len(all))
	for i, o := range all {
		texts[i] = o.text
	}
	var whole, some []offer
	for _, match := range fuzzy.Find(pattern, texts) {
		if strings.Contains(strings.ToLower(texts[match.Index]), strings.ToLower(pattern)) {
			whole = append(whole, all[match.Index])
		} else {
			some = append(some, all[match.Index])
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return some
}

// distance is 0 of what works with the present focus, and 1 of what is of another
// pane.
func (m *screen) distance(o offer) int {
	if o.action.pane == 0 || o.action.pane == m.view.focus {
		return 0
	}
	return 1
}

func (m *screen) openPalette(string) tea.Cmd {
	m.dialog, m.palette = paletteDialog, palette{input: newInput()}
	return m.palette.input.Focus()
}

// longestInput is as long as a path can be: somebody may type on and on.
const longestInput = 4096

// newInput is a line of text to be typed. It takes nothing from the clipboard,
// which would be that of this host.
func newInput() textinput.Model {
	input := textinput.New()
	input.CharLimit = longestInput
	input.KeyMap.Paste.Unbind()
	return input
}

// seek is a key while the palette is open.
func (m *screen) seek(msg tea.KeyPressMsg) tea.Cmd {
	found := m.found()
	switch msg.String() {
	case "esc", "ctrl+c":
		m.dialog = noDialog
	case "up", "shift+tab", "ctrl+p":
		m.palette.at = max(m.palette.at-1, 0)
	case "down", "tab", "ctrl+n":
		m.palette.at = min(m.palette.at+1, max(len(found)-1, 0))
	case "enter":
		m.dialog = noDialog
		if m.palette.at < len(found) {
			return m.carryOut(found[m.palette.at])
		}
	default:
		before := m.palette.input.Value()
		var cmd tea.Cmd
		m.palette.input, cmd = m.palette.input.Update(msg)
		if m.palette.input.Value() != before {
			m.palette.at = 0
		}
		return cmd
	}
	return nil
}

// carryOut does what an offer says, in the pane that it is of.
func (m *screen) carryOut(o offer) tea.Cmd {
	var look tea.Cmd
	if p := o.action.pane; p != 0 && p != m.view.focus {
		m.view.focus = p
		m.view.seen = m.view.learned()
		look = m.look()
	}
	return tea.Batch(look, m.perform(o.action, o.name))
}

// paletteLines are the line that is typed and as many offers as have room.
func (m *screen) paletteLines(area size) []string {
	st := m.styles
	width := min(area.width-6, 76)
	rows := max(min(area.height-8, 14), 3)
	found := m.found()
	lines := []string{fit(st.accent.paint(":")+typing(m.palette.input, width-2, st), width), ""}
	first := max(min(m.palette.at-rows/2, len(found)-rows), 0)
	for i := first; i < min(first+rows, len(found)); i++ {
		cursor, text := "  ", found[i].text
		if i == m.palette.at {
			cursor, text = st.accent.paint("▸ "), st.strong.paint(text)
		}
		room := width - widthOf(found[i].key) - 2
		lines = append(lines, spread(fit(cursor+text, room), st.accent.paint(found[i].key), width))
	}
	if len(found) == 0 {
		lines = append(lines, st.muted.paint("nothing is called so"))
	}
	for len(lines) < rows+2 { // the box stands still while one types
		lines = append(lines, "")
	}
	return append(lines, "", st.muted.paint(howToChoose))
}

// typing is a line that is being typed, with its cursor, as much as has room.
func typing(input textinput.Model, room int, st *styles) string {
	letters := []rune(input.Value())
	at := min(input.Position(), len(letters))
	before, after := shorten(Clean(string(letters[:at])), room-1), Clean(string(letters[at:]))
	return fit(st.strong.paint(before)+st.accent.paint("▏")+st.strong.paint(after), room)
}

// help is the state of the list of keys.
type help struct {
	input  textinput.Model
	typing bool
	first  int // line that is the uppermost
	lines  int // that there were when it was last drawn
	rows   int // that had room
}

func (m *screen) openHelp(string) tea.Cmd {
	m.dialog, m.help = helpDialog, help{input: newInput()}
	return nil
}

// consult is a key while the help is open.
func (m *screen) consult(msg tea.KeyPressMsg) tea.Cmd {
	h := &m.help
	key := msg.String()
	switch {
	case slices.Contains([]string{"up", "down", "pgup", "pgdown"}, key):
		h.scroll(map[string]int{"up": -1, "down": 1, "pgup": -h.rows, "pgdown": h.rows}[key])
	case key == "/" && !h.typing:
		h.typing = true
		return h.input.Focus()
	case !h.typing || key == "esc" || key == "ctrl+c" || key == "enter":
		m.dialog = noDialog
	default:
		var cmd tea.Cmd
		h.input, cmd = h.input.Update(msg)
		h.first = 0
		return cmd
	}
	return nil
}

func (h *help) scroll(lines int) { h.first = max(min(h.first+lines, h.lines-h.rows), 0) }

// helpLines are all keys, or, where they find no room, those that work with the
// present focus; and if it is searched, those that do what is sought.
func (m *screen) helpLines(area size) []string {
	st, h := m.styles, &m.help
	h.rows = max(area.height-4, 1)
	if h.typing {
		h.rows = max(h.rows-1, 1)
		return append([]string{st.accent.paint("/") + typing(h.input, min(area.width-8, 40), st)},
			h.window(helpOn(m.sought(), st), "enter closes this, ↑ ↓ scroll", st)...)
	}
	all := helpOn(m.actions, st)
	if len(all) <= h.rows {
		return h.window(all, "any key closes this, / searches", st)
	}
	here := slices.DeleteFunc(slices.Clone(m.actions), func(a action) bool { return a.pane != 0 && a.pane != m.view.focus })
	return h.window(helpOn(here, st), "any key closes this, / searches all; each pane has its own", st)
}

// sought are the actions with all words of the search in what they do, or with
// that key.
func (m *screen) sought() []action {
	words := strings.Fields(strings.ToLower(m.help.input.Value()))
	return slices.DeleteFunc(slices.Clone(m.actions), func(a action) bool {
		text := strings.ToLower(a.help + " " + a.hint)
		if a.pane != 0 {
			text += " " + a.pane.name()
		}
		return slices.ContainsFunc(words, func(w string) bool {
			return !strings.Contains(text, w) && !slices.Contains(a.typed(), w)
		})
	})
}

// window is the part of some lines that has room, and a line on how to go on.
func (h *help) window(lines []string, end string, st *styles) []string {
	h.lines = len(lines)
	h.scroll(0)
	shown := lines[h.first:min(h.first+h.rows, len(lines))]
	if len(lines) > h.rows {
		end = "↑ ↓ scroll, " + end
	}
	return append(slices.Clone(shown), "", st.muted.paint(end))
}
