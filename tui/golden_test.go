package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/golden"

	"neuralrg/themes"
	"neuralrg/training/run"
)

// never is a clock that never strikes.
func never(time.Duration, tea.Msg) tea.Cmd { return nil }

// still is a screen that shows a snapshot at a size, on a clock that stands.
func still(s *run.Snapshot, area size, profile colorprofile.Profile, ascii bool) *screen {
	theme, _ := themes.Named("dark")
	m := newScreen(func(run.Command) error { return nil }, never, newStyles(theme, profile, ascii))
	m.now = func() time.Time { return time.Unix(1e9, 0) }
	m.area = area
	if s != nil {
		m.take(s)
	}
	return m
}

func frame(m *screen) string { return m.View().Content + "\n" }

// Whole screens, without colours so that they can be read.
func TestScreens(t *testing.T) {
	s := sample(16, 1234)
	for _, area := range []size{{80, 24}, {120, 40}, {200, 50}, {120, 30}, {40, 10}, {30, 9}} {
		t.Run(fmt.Sprintf("%dx%d", area.width, area.height), func(t *testing.T) {
			golden.RequireEqual(t, frame(still(s, area, colorprofile.ASCII, false)))
		})
	}
	for name, change := range map[string]func(*screen){
		"help": func(m *screen) { m.dialog = helpDialog },
		"quit": func(m *screen) { m.dialog = quitDialog },
		"quitAway": func(m *screen) {
			m.link = Link{Away: true, How: "attached"}
			m.quit("q")
		},
		"severed":           func(m *screen) { m.sever() },
		"files":             func(m *screen) { m.link = Link{Away: true, ReadOnly: true, How: "by files of far-away, read-only"} },
		"saving":            func(m *screen) { m.dialog = savingDialog },
		"latents":           func(m *screen) { m.view.focus = latentsPane },
		"latentsStatistics": func(m *screen) { m.view.focus, m.view.face = latentsPane, statisticsFace },
		"latentsZoomed":     func(m *screen) { m.view.focus, m.view.zoomed = latentsPane, true },
		"latentsExamining": func(m *screen) {
			m.view.focus, m.view.face = latentsPane, statisticsFace
			s, x := *s, *s.Examination
			x.Partners, x.Compared = x.Partners[:2], 2
			s.Examination = &x
			m.latest = &s
		},
		"sampler":       func(m *screen) { m.view.focus = samplerPane },
		"samplerZoomed": func(m *screen) { m.view.focus, m.view.zoomed = samplerPane, true },
		"samplerShort": func(m *screen) {
			m.view.focus, m.view.zoomed = samplerPane, true
			s := *s
			s.Samplers = []run.SamplerReport{{
				Space: run.SamplerLatent, Chains: 8, Leapfrogs: 10, Step: 0.2, Trajectories: 1, Acceptance: 1,
				Short: true, Doubt: "too short yet", Trace: []float32{0.01}, TraceBlock: 1,
			}}
			m.latest, m.calm = &s, &s
		},
		"samplerDoubt": func(m *screen) {
			m.view.focus, m.view.zoomed = samplerPane, true
			s := *s
			s.Samplers = slices.Clone(s.Samplers)
			s.Samplers[0].Doubt, s.Samplers[1].Tuning = "the chains disagree: R-hat is 1.07", 0.34
			m.latest, m.calm = &s, &s
		},
		"warning": func(m *screen) {
			s := *s
			s.Judgement = &run.Judgement{Epoch: s.Epoch - 40, Warning: "the flow magnetises too much: <m^2> 0.720 against 0.545; forward ESS 0.11, reverse 0.35"}
			m.take(&s)
			m.calm = &s
		},
		"levels":       func(m *screen) { m.view.focus = levelsPane },
		"levelsDrawn":  func(m *screen) { m.view.focus, m.view.refinement = levelsPane, refinement{2, true, true} },
		"levelsZoomed": func(m *screen) { m.view.focus, m.view.zoomed = levelsPane, true },
		"levelsLate": func(m *screen) {
			s := *s
			s.Phase, s.Levels = run.Finished, nil
			m.view.focus = levelsPane
			m.take(&s)
		},
		"fields":        func(m *screen) { m.view.picture = fieldPicture },
		"up":            func(m *screen) { m.view.picture = upPicture },
		"gallery":       func(m *screen) { m.view.album = galleryAlbum },
		"strip":         func(m *screen) { m.view.album = stripAlbum },
		"galleryZoomed": func(m *screen) { m.view.album, m.view.zoomed = galleryAlbum, true },
		"stripZoomed":   func(m *screen) { m.view.album, m.view.zoomed = stripAlbum, true },
		"gap":           func(m *screen) { m.view.focus, m.view.gap = energyPane, true },
		"companions": func(m *screen) {
			m.view.focus, m.view.zoomed, m.view.gap = energyPane, true, true
			m.accompany([]companion{companionOf("runs/longer", sample(16, 2000)), companionOf("runs/smaller", sample(8, 800))})
		},
		"frozen": func(m *screen) {
			m.freeze("")
			s := *m.latest
			s.Epoch += 70
			m.latest, m.calm = &s, &s
		},
		"zoomed":   func(m *screen) { m.view.focus, m.view.zoomed = energyPane, true },
		"notice":   func(m *screen) { m.say(notice{text: "saving a checkpoint"}) },
		"starting": func(m *screen) { m.latest, m.calm = nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			m := still(s, size{80, 24}, colorprofile.ASCII, false)
			change(m)
			golden.RequireEqual(t, frame(m))
		})
	}
}

// The ends of a run.
func TestPhases(t *testing.T) {
	for phase, change := range map[run.Phase]func(*run.Snapshot){
		run.Paused:   func(*run.Snapshot) {},
		run.Finished: func(s *run.Snapshot) { s.Epoch, s.Saved = 5000, 5000 },
		run.Failed: func(s *run.Snapshot) {
			s.Error = "epoch 1235: the loss is not a number"
			s.Hint = "the last good checkpoint is of epoch 1,200: continue from it with a lower --lr"
		},
	} {
		t.Run(string(phase), func(t *testing.T) {
			s := sample(16, 1234)
			s.Phase = phase
			change(s)
			golden.RequireEqual(t, frame(still(s, size{80, 24}, colorprofile.ASCII, false)))
		})
	}
}

// Each pane by itself, in every depth of colour and in ASCII.
func TestPanes(t *testing.T) {
	s := sample(8, 300)
	v := view{focus: latticePane, latent: geometryOf(s.Config).start(), refinement: refinement{stage: 1}}
	theme, _ := themes.Named("dark")
	draw := map[string]func(*run.Snapshot, view, size, *styles) []string{
		"lattice": drawLattice, "energy": drawEnergy, "latents": drawLatents, "sampler": drawSampler, "levels": drawLevels,
		"information": drawInformation,
	}
	s.Information = sampleInformation(s.Config, 1, s.Epoch)
	for name, st := range map[string]*styles{
		"truecolor": newStyles(theme, colorprofile.TrueColor, false),
		"256":       newStyles(theme, colorprofile.ANSI256, false),
		"16":        newStyles(theme, colorprofile.ANSI, false),
		"none":      newStyles(theme, colorprofile.ASCII, false),
		"ascii":     newStyles(theme, colorprofile.ASCII, true),
	} {
		for pane, draw := range draw {
			t.Run(pane+"-"+name, func(t *testing.T) {
				golden.RequireEqual(t, strings.Join(draw(s, v, size{54, 14}, st), "\n")+"\n")
			})
		}
	}
}

// In braille curves are finer than cells, and a lattice that cells have no room
// for shows each of its sites.
func TestBraille(t *testing.T) {
	m := still(sample(64, 1234), size{120, 40}, colorprofile.ASCII, false)
	m.styles.braille = true
	m.prefer(themes.For(false))
	golden.RequireEqual(t, frame(m))
}
