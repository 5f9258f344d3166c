package tui

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/themes"
	"neuralrg/training/run"
)

// key is what Bubble Tea sends for a key of some name.
func key(name string) tea.KeyPressMsg {
	special := map[string]tea.Key{
		"space": {Code: tea.KeySpace, Text: " "}, "enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape},
		"tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
		"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight},
		"pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+z": {Code: 'z', Mod: tea.ModCtrl},
	}
	if k, ok := special[name]; ok {
		return tea.KeyPressMsg(k)
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func TestKeyNames(t *testing.T) {
	for _, a := range actions() {
		for _, name := range a.typed() {
			if got := key(name).String(); got != name {
				t.Errorf("Bubble Tea calls %q %q", name, got)
			}
		}
	}
}

// console is a screen with its commands carried out as the program would, but
// in order and at once; what comes later a test brings itself. Its clock stands.
type console struct {
	*screen
	fake      *fakeRun
	quit      bool
	clipboard string
}

func newConsole(L int, area size) *console {
	fake := newFake(L)
	theme, _ := themes.Named("dark")
	m := newScreen(fake.Do, never, newStyles(theme, colorprofile.TrueColor, false))
	m.now = func() time.Time { return time.Unix(1e9, 0) }
	c := &console{screen: m, fake: fake}
	c.tell(tea.WindowSizeMsg{Width: area.width, Height: area.height})
	c.show()
	return c
}

// show brings the newest snapshot to the screen.
func (c *console) show() { c.tell(snapshotMsg{c.fake.feed.Latest()}) }

func (c *console) tell(msg tea.Msg) {
	_, cmd := c.Update(msg)
	c.carryOut(cmd)
}

func (c *console) carryOut(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, cmd := range msg {
			c.carryOut(cmd)
		}
	case tea.QuitMsg:
		c.quit = true
	case nil:
	default:
		if fmt.Sprintf("%T", msg) == "tea.setClipboardMsg" { // the library does not tell its name
			c.clipboard = fmt.Sprint(msg)
			return
		}
		c.tell(msg)
	}
}

func (c *console) press(keys ...string) {
	for _, k := range keys {
		c.tell(key(k))
		c.show()
	}
}

func TestKeysSendCommands(t *testing.T) {
	c := newConsole(16, size{120, 40})
	c.press("space", "space", "+", "+", "-", "r", "s")
	want := []run.Command{
		{Kind: run.Pause},
		{Kind: run.Resume},
		{Kind: run.SetRate, Value: 1e-3 * 1.25},
		{Kind: run.SetRate, Value: 1e-3 * 1.25 * 1.25},
		{Kind: run.SetRate, Value: 1e-3 * 1.25},
		{Kind: run.Redraw},
		{Kind: run.Save},
	}
	got := slices.DeleteFunc(c.fake.asked(), asksToLook)
	if len(got) != len(want) {
		t.Fatalf("commands %v, want %v", got, want)
	}
	for i := range want {
		if got[i].Kind != want[i].Kind || math.Abs(got[i].Value-want[i].Value) > 1e-15 {
			t.Errorf("command %d is %v, want %v", i, got[i], want[i])
		}
	}
	if !strings.Contains(c.notice.text, "saving") {
		t.Errorf("the notice after saving is %q", c.notice.text)
	}
}

func TestFocusAndZoom(t *testing.T) {
	c := newConsole(16, size{120, 40})
	for _, step := range []struct {
		key    string
		focus  pane
		zoomed bool
	}{
		{"tab", energyPane, false},
		{"tab", latentsPane, false},
		{"tab", samplerPane, false},
		{"tab", levelsPane, false},
		{"tab", informationPane, false},
		{"tab", latticePane, false},
		{"shift+tab", informationPane, false},
		{"3", latentsPane, false},
		{"z", latentsPane, true},
		{"1", latticePane, true},
		{"enter", latticePane, false},
	} {
		c.press(step.key)
		if c.view.focus != step.focus || c.view.zoomed != step.zoomed {
			t.Fatalf("after %q: pane %d, zoomed %v; want %d, %v", step.key, c.view.focus, c.view.zoomed, step.focus, step.zoomed)
		}
	}
}

// The panes on what was learned share a box, which keeps the last of them while
// others have the focus; a wide screen has room for all.
func TestLearnedPanesShareABox(t *testing.T) {
	for _, area := range []size{{120, 40}, {200, 50}} {
		c := newConsole(16, area)
		all := area.width == 200
		for _, step := range []struct {
			key   string
			shown pane
		}{{"1", latentsPane}, {"5", levelsPane}, {"2", levelsPane}, {"6", informationPane}, {"4", informationPane}, {"3", latentsPane}} {
			c.press(step.key)
			for _, p := range panes {
				want := all || p == step.shown || !slices.Contains(learned, p)
				if c.shows(p) != want {
					t.Errorf("%v, key %s: %s shown %v", area, step.key, p.name(), !want)
				}
			}
		}
	}
}

func TestOnlyTheFocusedPaneTakesItsKeys(t *testing.T) {
	c := newConsole(16, size{120, 40})
	before := c.view
	c.press("up", "[", "a")
	if c.view != before {
		t.Errorf("keys of other panes changed %+v to %+v", before, c.view)
	}
	c.press("2", "v")
	if !c.view.gap {
		t.Error("v did not change the scale")
	}
}

// Moving about asks for a response, but only for the last latent of a quick
// series.
func TestInspector(t *testing.T) {
	c := newConsole(16, size{120, 40})
	g := geometryOf(c.latest.Config)
	first := c.view.latent
	if first != g.start() {
		t.Fatalf("the first latent is %d, want %d", first, g.start())
	}
	c.press("3")
	c.fake.commands = nil
	c.press("right", "[", "down")
	if got := c.fake.asked(); len(got) != 0 {
		t.Fatalf("commands before the selection has stood: %v", got)
	}
	for moves := 1; moves <= c.moves; moves++ {
		c.tell(selectedMsg{moves})
	}
	want := []run.Command{{Kind: run.Respond, Latent: c.view.latent}}
	if got := c.fake.asked(); !slices.Equal(got, want) {
		t.Errorf("commands %v, want %v", got, want)
	}
	c.show()
	if responseOf(c.latest, g, c.view.latent) == nil {
		t.Error("the response has not come")
	}
	c.press("up")
	if responseOf(c.latest, g, c.view.latent) != nil {
		t.Error("the response to another latent is taken for this one's")
	}
}

// The response grows old while training goes on, and is asked for again; but
// not while nobody can see it.
func TestInspectorRefreshes(t *testing.T) {
	c := newConsole(16, size{120, 40})
	now := c.askedAt
	c.now = func() time.Time { return now }
	count := func() int { return len(c.fake.asked()) }
	for _, step := range []struct {
		wait time.Duration
		area size
		more int
	}{
		{responseLife / 2, size{120, 40}, 0},
		{responseLife, size{120, 40}, 1},
		{responseLife, size{80, 24}, 0},
	} {
		c.area = step.area
		now = now.Add(step.wait)
		before := count()
		c.fake.state.Epoch++
		c.fake.publish()
		c.show()
		if got := count() - before; got != step.more {
			t.Errorf("after %v at %v: %d questions, want %d", step.wait, step.area, got, step.more)
		}
	}
}

func TestQuitAsks(t *testing.T) {
	const stops, leaves, stays = "stops", "leaves", "stays"
	for _, c := range []struct {
		keys string
		here string // what becomes of a run of this process
		away string // and of another's
	}{
		{"q", stays, stays},
		{"q esc", stays, stays},
		{"q enter", stops, leaves},
		{"q y", stops, leaves},
		{"q right enter", leaves, stops},
		{"q down down enter", stays, stays},
		{"q up enter", stays, stays},
		{"q s", stops, stops},
		{"q l", leaves, leaves},
		{"q c", stays, stays},
		{"ctrl+c", stays, stays},
		{"ctrl+c ctrl+c", stops, leaves},
		{"? q q left left enter", leaves, stops},
	} {
		for away, want := range map[bool]string{false: c.here, true: c.away} {
			console := newConsole(8, size{80, 24})
			console.link.Away = away
			console.press(strings.Fields(c.keys)...)
			got := stays
			switch stopped := slices.ContainsFunc(console.fake.asked(), func(c run.Command) bool { return c.Kind == run.Stop }); {
			case stopped && console.quit && console.exit == Done:
				got = stops
			case console.quit && console.exit == Left && !stopped:
				got = leaves
			case stopped || console.quit:
				got = "neither"
			}
			if got != want {
				t.Errorf("keys %q, away %v: it %s, want %s", c.keys, away, got, want)
			}
		}
	}
}

// Ctrl-Z is answered, and does nothing.
func TestCtrlZSaysWhatLeaves(t *testing.T) {
	c := newConsole(8, size{80, 24})
	c.press("ctrl+z")
	if text := ansi.Strip(c.View().Content); c.quit || !strings.Contains(text, "Ctrl-Z is no use here: q leaves") {
		t.Errorf("quit %v:\n%s", c.quit, text)
	}
}

// When the run is over nothing is asked, and nothing is sent.
func TestQuitWhenOver(t *testing.T) {
	for _, phase := range []run.Phase{run.Stopped, run.Finished, run.Failed} {
		c := newConsole(8, size{80, 24})
		c.fake.state.Phase = phase
		c.fake.publish()
		c.show()
		c.fake.commands = nil
		c.press("esc", "space", "+", "s", "r")
		if got := c.fake.asked(); len(got) != 0 {
			t.Errorf("%s: commands %v", phase, got)
		}
		if c.quit {
			t.Errorf("%s: left too soon", phase)
		}
		if c.press("q"); !c.quit {
			t.Errorf("%s: q does not leave", phase)
		}
	}
}

// A refused command is said; a refused stop leaves the screen usable.
func TestRefusal(t *testing.T) {
	c := newConsole(8, size{80, 24})
	c.do = func(run.Command) error { return errors.New("no\x1b[2Jthing\n") }
	c.press("s")
	if want := (notice{"no[2Jthing ", true}); c.notice != want {
		t.Errorf("notice %+v, want %+v", c.notice, want)
	}
	c.press("q", "enter")
	if c.dialog != noDialog || c.quit {
		t.Errorf("after a refused stop: dialog %d, left %v", c.dialog, c.quit)
	}
}

// A second press of space within one epoch takes the first one back, although
// the screen does not show the pause yet.
func TestPauseIsTakenBackWithinAnEpoch(t *testing.T) {
	c := newConsole(8, size{80, 24})
	var first tea.Cmd
	for range 3 {
		if _, cmd := c.Update(key("space")); first == nil {
			first = cmd
		}
	}
	c.carryOut(first)
	got := c.fake.asked()
	want := []run.Command{{Kind: run.Pause}, {Kind: run.Resume}, {Kind: run.Pause}}
	if !slices.Equal(got, want) {
		t.Errorf("commands %v, want %v", got, want)
	}
}

// Commands are given one after the other; the learning rate only as last asked.
func TestCommandsKeepTheirOrder(t *testing.T) {
	c := newConsole(8, size{80, 24})
	first := c.send(run.Command{Kind: run.Pause})
	if first == nil {
		t.Fatal("nothing is sent")
	}
	for _, command := range []run.Command{
		{Kind: run.SetRate, Value: 1}, {Kind: run.SetRate, Value: 2}, {Kind: run.Resume},
	} {
		if c.send(command) != nil {
			t.Fatalf("%v is sent while another command is under way", command)
		}
	}
	c.carryOut(first)
	got := c.fake.asked()
	want := []run.Command{{Kind: run.Pause}, {Kind: run.SetRate, Value: 2}, {Kind: run.Resume}}
	if !slices.Equal(got, want) {
		t.Errorf("commands %v, want %v", got, want)
	}
}

// Charts and numbers change twice a second, the lattice and the phase at once.
func TestCalm(t *testing.T) {
	c := newConsole(8, size{80, 24})
	now := time.Unix(1e9, 0)
	c.now = func() time.Time { return now }
	c.calmed = now
	step := func(wait time.Duration, phase run.Phase) (lattice, charts bool) {
		now = now.Add(wait)
		c.fake.state.Epoch++
		c.fake.state.Phase = phase
		c.fake.publish()
		c.show()
		return c.latest.Epoch == c.fake.state.Epoch, c.calm.Epoch == c.fake.state.Epoch
	}
	if lattice, charts := step(calmPeriod/2, run.Training); !lattice || charts {
		t.Errorf("soon: lattice %v, charts %v", lattice, charts)
	}
	if lattice, charts := step(calmPeriod/2, run.Training); !lattice || !charts {
		t.Errorf("later: lattice %v, charts %v", lattice, charts)
	}
	if _, charts := step(0, run.Paused); !charts {
		t.Error("a change of phase is not shown at once")
	}
}

// The background chooses a theme until the user does: t and T go through all of
// them, b goes to one for the other background.
func TestThemes(t *testing.T) {
	c := newConsole(8, size{80, 24})
	name := func() string { return c.styles.theme.Name }
	c.tell(tea.BackgroundColorMsg{Color: ansi.White})
	if c.styles.theme.Dark {
		t.Error("a dark theme on a white background")
	}
	var forth, back []string
	for range themes.All() {
		forth = append(forth, name())
		c.press("t")
	}
	for range themes.All() {
		c.press("T")
		back = append(back, name())
	}
	if slices.Reverse(back); !slices.Equal(forth, back) {
		t.Errorf("t shows %v, T back again %v", forth, back)
	}
	if slices.Sort(forth); len(slices.Compact(forth)) != len(themes.All()) {
		t.Errorf("t shows only %v", forth)
	}
	for range 2 {
		before := c.styles.theme
		if c.press("b"); c.styles.theme.Dark == before.Dark {
			t.Errorf("after %s b shows %s", before.Name, name())
		}
	}
	chosen := name()
	if c.tell(tea.BackgroundColorMsg{Color: ansi.Black}); name() != chosen || chosen != "light" {
		t.Errorf("the background makes %s of %s", name(), chosen)
	}
}

// A theme that is only liked is worn on backgrounds that it suits, its counterpart
// on others, until the user chooses.
func TestLikedTheme(t *testing.T) {
	for _, c := range []struct{ liked, onBlack, onWhite string }{
		{"", "dark", "light"},
		{"aurora", "aurora", "light"},
		{"contrast", "contrast", "contrast-light"},
		{"light", "dark", "light"},
		{"mono-light", "mono", "mono-light"},
	} {
		k := newConsole(8, size{80, 24})
		k.styles.liked = c.liked
		k.tell(tea.BackgroundColorMsg{Color: ansi.White})
		onWhite := k.styles.theme.Name
		k.tell(tea.BackgroundColorMsg{Color: ansi.Black})
		if onBlack := k.styles.theme.Name; onBlack != c.onBlack || onWhite != c.onWhite {
			t.Errorf("%q is %q on black and %q on white", c.liked, onBlack, onWhite)
		}
		k.press("t")
		chosen := k.styles.theme.Name
		if k.tell(tea.BackgroundColorMsg{Color: ansi.White}); k.styles.theme.Name != chosen {
			t.Errorf("%q that was chosen becomes %q", chosen, k.styles.theme.Name)
		}
	}
}

func check(t *testing.T, m *screen) {
	t.Helper()
	lines := strings.Split(m.View().Content, "\n")
	if len(lines) != m.area.height {
		t.Fatalf("%d lines on a screen of %v, pane %d, dialog %d", len(lines), m.area, m.view.focus, m.dialog)
	}
	for i, line := range lines {
		if at := strings.IndexFunc(line, func(r rune) bool { return r > unicode.MaxASCII }); m.styles.ascii && at >= 0 {
			t.Fatalf("line %d has a character that is not ASCII: %q", i, line[at:])
		}
		if w := ansi.StringWidth(line); w != m.area.width {
			t.Fatalf("line %d is %d wide on a screen of %v, pane %d, dialog %d: %q", i, w, m.area, m.view.focus, m.dialog, ansi.Strip(line))
		}
	}
}

// Whatever is typed and however the window changes, the screen stands.
func TestRandomKeys(t *testing.T) {
	var keys []string
	for _, a := range actions() {
		keys = append(keys, a.typed()...)
	}
	keys = append(keys, "esc", "x", "y", "é", "7")
	const seed = 3
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var c *console
	rounds := 2000
	if testing.Short() {
		rounds = 500
	}
	for i := range rounds {
		if i%100 == 0 {
			c = newConsole([]int{4, 8, 16, 64, 2}[i/100%5], size{80, 24})
			c.do = func(command run.Command) error {
				if random.IntN(4) == 0 {
					return errFake
				}
				return c.fake.Do(command)
			}
		}
		switch random.IntN(7) {
		case 0:
			_, _ = c.Update(tea.WindowSizeMsg{Width: random.IntN(320) - 5, Height: random.IntN(110) - 5})
		case 1:
			c.fake.mu.Lock()
			if !c.fake.state.Phase.Over() {
				c.fake.state.Epoch++
				c.fake.publish()
			}
			c.fake.mu.Unlock()
			_, _ = c.Update(snapshotMsg{c.fake.feed.Latest()})
		case 2:
			_, _ = c.Update(selectedMsg{c.moves})
		case 3:
			_, _ = c.Update(frameMsg{c.frames})
		default:
			_, cmd := c.Update(key(keys[random.IntN(len(keys))]))
			if c.busy && cmd != nil {
				c.busy = false
			}
		}
		if c.area.width > 0 && c.area.height > 0 {
			check(t, c.screen)
		}
	}
}

// What a run says cannot steer the terminal.
func TestControlCharacters(t *testing.T) {
	s := sample(8, 10)
	evil := "a\x1b[2J\x07\u202eb\u009bc\nd"
	s.Dir, s.Error, s.Hint, s.Phase, s.Samplers[0].Space = evil, evil, evil, run.Failed, run.Sampler(evil)
	for _, open := range []dialog{noDialog, failedDialog} {
		m := still(s, size{120, 40}, colorprofile.ASCII, false)
		m.dialog = open
		content := m.View().Content
		check(t, m)
		for _, r := range []string{"\x1b[2J", "\x07", "\u202e", "\u009b"} {
			if strings.Contains(content, r) {
				t.Errorf("%q reaches the terminal", r)
			}
		}
	}
}

// Numbers that are not finite, and a run that has nothing yet, are drawn.
func TestOddSnapshots(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	odd := sample(8, 5)
	epochs := odd.History.Recent
	odd.History = run.History{}
	for i, m := range epochs {
		m.FreeEnergy, m.Gap = []float64{nan, inf}[i%2], -inf
		odd.History = odd.History.Append(m)
	}
	odd.EpochsPerSecond, odd.Remaining = nan, inf
	odd.Levels.Coarse[1][0], odd.Levels.Zero[0][7] = float32(nan), float32(inf)
	odd.Lattice.X[3], odd.Response.Map[0] = float32(nan), float32(inf)
	odd.Samplers[0].Trace = []float32{float32(nan), float32(inf)}
	odd.Samplers[0].M2, odd.Samplers[0].M2Error, odd.Samplers[1].Acceptance = nan, nan, inf
	odd.Exact.MagnetizationSquared = nil
	short := sample(8, 2)
	short.Lattice.X, short.Response.Map, short.Levels.Coarse = short.Lattice.X[:9], nil, short.Levels.Coarse[:1]
	for _, s := range []*run.Snapshot{odd, short, {}, {Phase: run.Starting}} {
		for _, focus := range panes {
			for _, gap := range []bool{false, true} {
				m := still(s, size{100, 30}, colorprofile.TrueColor, false)
				m.view.focus, m.view.zoomed, m.view.gap = focus, true, gap
				check(t, m)
			}
		}
	}
}

func TestSamplersThatAreOff(t *testing.T) {
	s := sample(8, 300)
	s.Samplers, s.Sampler = nil, run.SamplerOff
	theme, _ := themes.Named("dark")
	st := newStyles(theme, colorprofile.ASCII, true)
	if text := strings.Join(drawSampler(s, view{}, size{54, 14}, st), "\n"); !strings.Contains(text, "the samplers are off") {
		t.Errorf("the pane says %q", text)
	}
	s.Sampler = run.SamplerBoth
	if text := strings.Join(drawSampler(s, view{}, size{54, 14}, st), "\n"); !strings.Contains(text, "waiting") {
		t.Errorf("the pane says %q", text)
	}
}

// Commands that a run does not answer do not pile up without end, and to stop is
// always possible.
func TestQueueIsBounded(t *testing.T) {
	c := newConsole(8, size{80, 24})
	c.busy = true // the run does not answer
	for range 1000 {
		c.tell(key("space"))
		c.tell(key("s"))
	}
	if n := len(c.queue); n != mostQueued {
		t.Errorf("%d commands wait", n)
	}
	if !strings.Contains(c.text(), "the run has not answered yet") {
		t.Errorf("the screen does not say so:\n%s", c.text())
	}
	c.stop()
	if last := c.queue[len(c.queue)-1]; last.Kind != run.Stop {
		t.Errorf("the last command is %v", last)
	}
}
