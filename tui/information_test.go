package tui

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"neuralrg/themes"
	"neuralrg/training/run"
)

// sampleInformation is of fields that know of each other the more the nearer they
// are, and of latents that know next to nothing but of those in their block.
func sampleInformation(c run.Config, spacing, epoch int) *run.Information {
	random := rand.New(rand.NewPCG(uint64(c.L), 11))
	i := &run.Information{Epoch: epoch, Spacing: spacing, Samples: 4096}
	side := min(c.L/spacing, 8)
	for n := range side * side {
		i.Sites = append(i.Sites, (n/side*c.L+n%side)*spacing)
	}
	slices.SortStableFunc(i.Sites, func(a, b int) int { return c.Level(b) - c.Level(a) })
	for _, site := range i.Sites {
		if n := len(i.Levels); n == 0 || i.Levels[n-1] != c.Level(site) {
			i.Levels, i.Sizes = append(i.Levels, c.Level(site)), append(i.Sizes, 0)
		}
		i.Sizes[len(i.Sizes)-1]++
	}
	along := func(a, b int) float64 {
		d := math.Abs(float64(a - b))
		return min(d, float64(c.L)-d)
	}
	n := len(i.Sites)
	i.Fields.Values, i.Latents.Values = make([]float32, n*n), make([]float32, n*n)
	for x, a := range i.Sites {
		for y, b := range i.Sites[:x] {
			d := math.Hypot(along(a/c.L, b/c.L), along(a%c.L, b%c.L))
			field, latent := 0.15+0.3/d, 0.04/(d*d)+0.01*random.NormFloat64()
			for _, at := range []int{x*n + y, y*n + x} {
				i.Fields.Values[at], i.Latents.Values[at] = float32(field), float32(latent)
			}
		}
	}
	i.TotalCorrelation = run.TotalCorrelation{Value: 1.91, Error: 0.08, Lower: 0.52, LowerError: 0.04, Upper: 2.33, UpperError: 0.07}
	i.Fields.Noise, i.Latents.Noise = 0.0103, 0.0099
	i.Fields.ByLevel = []run.MeanInformation{{Pairs: n * (n - 1) / 2, Value: 0.2212, Error: 0.0041}}
	for d := range 9 {
		distance := float64(spacing) * math.Sqrt(float64(d+1))
		i.Fields.ByDistance = append(i.Fields.ByDistance, run.MeanInformation{Distance: distance, Pairs: 128, Value: 0.15 + 0.3/distance, Error: 0.005})
	}
	for x, a := range i.Levels {
		for _, b := range i.Levels[x:] {
			i.Latents.ByLevel = append([]run.MeanInformation{{Levels: [2]int{b, a}, Pairs: 100, Value: 0.01 / float64(1+a+b), Error: 0.0007}}, i.Latents.ByLevel...)
		}
	}
	return i
}

// informed is a snapshot with such an information.
func informed(L int) *run.Snapshot {
	s := sample(L, 1234)
	s.Information = sampleInformation(s.Config, run.CoarsestSpacing(L), 1222)
	return s
}

func TestInformationPane(t *testing.T) {
	theme, _ := themes.Named("dark")
	without := newStyles(theme, colorprofile.ASCII, false)
	for _, area := range []size{{40, 19}, {62, 20}, {76, 19}, {116, 35}, {196, 45}} {
		t.Run(fmt.Sprintf("%dx%d", area.width, area.height), func(t *testing.T) {
			golden.RequireEqual(t, strings.Join(drawInformation(informed(16), view{}, area, without), "\n")+"\n")
		})
	}
	for name, change := range map[string]func(*run.Snapshot, *view){
		"nothing": func(s *run.Snapshot, _ *view) { s.Information = nil },
		"first": func(s *run.Snapshot, _ *view) {
			s.Information, s.Inquiry = nil, &run.Inquiry{Stage: "drawing exact samples"}
		},
		"now": func(s *run.Snapshot, _ *view) { s.Information.Epoch = s.Epoch },
		"progress": func(s *run.Snapshot, _ *view) {
			s.Inquiry = &run.Inquiry{Stage: "measuring latents", Part: 0.31, Done: 1120, Total: 2700}
		},
		"error": func(s *run.Snapshot, _ *view) {
			s.Inquiry = &run.Inquiry{Error: "the flow gives what is not finite for 3 of 4096 exact samples", Hint: "take a flow that has learnt more"}
		},
		"scales": func(_ *run.Snapshot, v *view) { v.ownScales = true },
		"L4":     func(s *run.Snapshot, _ *view) { *s = *informed(4) },
	} {
		t.Run(name, func(t *testing.T) {
			s, v := informed(16), view{}
			change(s, &v)
			golden.RequireEqual(t, strings.Join(drawInformation(s, v, size{76, 19}, without), "\n")+"\n")
		})
	}
	for name, st := range map[string]*styles{
		"truecolor": newStyles(theme, colorprofile.TrueColor, false),
		"256":       newStyles(theme, colorprofile.ANSI256, false),
		"ascii":     newStyles(theme, colorprofile.ASCII, true),
	} {
		t.Run(name, func(t *testing.T) {
			golden.RequireEqual(t, plainIf(st.ascii, strings.Join(drawInformation(informed(8), view{}, size{54, 14}, st), "\n"))+"\n")
		})
	}
}

func plainIf(ascii bool, text string) string {
	if ascii {
		return plain(text)
	}
	return text
}

// Whatever the room, no line is wider than it and there are no more of them.
func TestInformationFits(t *testing.T) {
	theme, _ := themes.Named("light")
	st := newStyles(theme, colorprofile.TrueColor, false)
	s := informed(16)
	for width := 1; width <= 200; width += 7 {
		for height := 1; height <= 60; height += 5 {
			lines := drawInformation(s, view{}, size{width, height}, st)
			if len(lines) > height {
				t.Fatalf("%d x %d: %d lines", width, height, len(lines))
			}
			for _, line := range lines {
				if w := ansi.StringWidth(line); w > width {
					t.Fatalf("%d x %d: a line is %d wide", width, height, w)
				}
			}
		}
	}
}

// The pane asks when it gets the focus, once; again when a key says so, and for
// other sites.
func TestInformationIsAskedFor(t *testing.T) {
	c := newConsole(16, size{120, 40})
	asked := func() (spacings []int) {
		for _, command := range c.fake.asked() {
			if command.Kind == run.Inform {
				spacings = append(spacings, command.Spacing)
			}
		}
		return spacings
	}
	expect := func(when string, want ...int) {
		t.Helper()
		if got := asked(); !slices.Equal(got, want) {
			t.Fatalf("%s: asked for %v, want %v", when, got, want)
		}
	}
	c.press("1", "m", "[")
	expect("without the focus")
	c.press("6")
	expect("with the focus", 2)
	c.show()
	c.press("z", "z")
	expect("when it is there", 2)
	c.press("m")
	expect("anew", 2, 2)
	c.press("[")
	expect("finer", 2, 2, 1)
	c.press("[")
	if !strings.Contains(c.notice.text, "no finer") {
		t.Errorf("beyond the finest: %q", c.notice.text)
	}
	expect("beyond the finest", 2, 2, 1)
	c.press("]", "]")
	if !strings.Contains(c.notice.text, "no coarser") {
		t.Errorf("beyond the coarsest: %q", c.notice.text)
	}
	expect("coarser", 2, 2, 1, 2)
	c.view.spacing, c.inquired = 0, 0 // as a screen that comes later
	c.press("1", "6")
	expect("what is there already", 2, 2, 1, 2)
	c.press("v")
	if !c.view.ownScales {
		t.Error("l does not change the scales")
	}
}

// A wide screen shows the pane all the time: there it costs a live run nothing
// until it is looked at, while of files it is measured at once.
func TestInformationOnAWideScreen(t *testing.T) {
	asks := func(c *console) bool {
		c.fake.commands = nil
		c.tell(snapshotMsg{c.fake.feed.Latest()})
		return slices.ContainsFunc(c.fake.asked(), func(c run.Command) bool { return c.Kind == run.Inform })
	}
	c := newConsole(16, size{200, 50})
	if !c.shows(informationPane) || asks(c) {
		t.Error("a live run is asked without being looked at")
	}
	c = newConsole(16, size{200, 50})
	c.link.ReadOnly = true
	if !asks(c) {
		t.Error("the files are not asked")
	}
}

// What is not answered, or cannot be, is not asked for again with every snapshot.
func TestInformationIsNotAskedForAgain(t *testing.T) {
	c := newConsole(16, size{120, 40})
	asked := 0
	c.screen.do = func(command run.Command) error {
		if command.Kind == run.Inform {
			asked++
		}
		return nil
	}
	c.press("6")
	c.show()
	s := *c.fake.feed.Latest()
	s.Inquiry = &run.Inquiry{Spacing: 2, Error: "the flow has diverged"}
	c.tell(snapshotMsg{&s})
	c.press("z", "1", "6")
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	c.press("m")
	if asked != 2 {
		t.Errorf("by a key: %d times", asked)
	}
}

// The answer shows at once, also where it is the last that comes of a run.
func TestInformationShowsAtOnce(t *testing.T) {
	c := newConsole(16, size{120, 40})
	c.now = func() time.Time { return time.Unix(1e9, 0) }
	c.press("6")
	s := *c.fake.feed.Latest()
	s.Information, s.Inquiry = nil, &run.Inquiry{Spacing: 2, Stage: "measuring latents", Part: 0.3}
	c.tell(snapshotMsg{&s})
	if text := ansi.Strip(c.View().Content); !strings.Contains(text, "30 %") {
		t.Errorf("while it is measured:\n%s", text)
	}
	answered := s
	answered.Information, answered.Inquiry = sampleInformation(s.Config, 2, s.Epoch), nil
	c.tell(snapshotMsg{&answered})
	if text := ansi.Strip(c.View().Content); !strings.Contains(text, "this epoch") || !strings.Contains(text, "latents 0") {
		t.Errorf("with the answer:\n%s", text)
	}
}
