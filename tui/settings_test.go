package tui

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// settle writes a file of settings, and completes options with it.
func settle(t *testing.T, text string, given Options) (Options, error) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	file := SettingsFile()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return given.WithSettings()
}

// What is given on the command line comes first, then what the file has.
func TestSettings(t *testing.T) {
	const text = `{"format": 1, "theme": "aurora", "color": "256", "glyphs": "braille", "fps": 8, "mouse": false, "synchronized": false,
		"keys": {"pause": ["p", "space"], "up": "i"}}`
	o, err := settle(t, text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if o.Theme != "aurora" || o.Color != Color256 || o.Glyphs != GlyphsBraille || o.FPS != 8 || !o.NoMouse || !o.Unsynchronized {
		t.Errorf("the file is taken as %+v", o)
	}
	want := map[string][]string{"pause": {"p", "space"}, "up": {"i"}}
	if !maps.EqualFunc(o.Keys, want, slices.Equal) {
		t.Errorf("keys %v, want %v", o.Keys, want)
	}
	o, err = settle(t, text, Options{Theme: "light", Color: ColorAuto, Glyphs: GlyphsASCII, FPS: 2})
	if err != nil || o.Theme != "light" || o.Color != ColorAuto || o.Glyphs != GlyphsASCII || o.FPS != 2 || len(o.Keys) != 2 {
		t.Errorf("what is given becomes %+v, %v", o, err)
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	if o, err = (Options{FPS: 3}).WithSettings(); err != nil || o.FPS != 3 {
		t.Errorf("without a file %+v, %v", o, err)
	}
}

// Of the settings, others get what does not depend on the terminal of who wrote
// them; the theme is only liked.
func TestSettingsForOthers(t *testing.T) {
	const text = `{"theme": "aurora", "color": "256", "glyphs": "ascii", "fps": 50, "mouse": false, "synchronized": false, "keys": {"help": "e"}}`
	for _, c := range []struct{ given, want Options }{
		{Options{}, Options{Liked: "aurora", NoMouse: true}},
		{Options{Theme: "safe", Color: ColorAuto, FPS: 3}, Options{Theme: "safe", Color: ColorAuto, FPS: 3, NoMouse: true}},
	} {
		if _, err := settle(t, text, c.given); err != nil {
			t.Fatal(err)
		}
		o, err := c.given.WithSettingsForOthers()
		if err != nil || !slices.Equal(o.Keys["help"], []string{"e"}) || len(o.Keys) != 1 {
			t.Errorf("keys %v, %v", o.Keys, err)
		}
		if o.Keys = nil; !reflect.DeepEqual(o, c.want) {
			t.Errorf("%+v become %+v", c.given, o)
		}
	}
	if _, err := settle(t, `{"theme": "drak"}`, Options{}); err == nil {
		t.Fatal("an unknown theme is taken")
	}
	if _, err := (Options{}).WithSettingsForOthers(); err == nil || !strings.Contains(err.Error(), `unknown theme "drak"`) {
		t.Errorf("a theme that does not exist: %v", err)
	}
}

// What is wrong is named, with a hint.
func TestWrongSettings(t *testing.T) {
	for text, want := range map[string]string{
		``:                                     "not an object",
		`[]`:                                   "not an object",
		"{\n\"fps\": 8,\n}":                    "line 3",
		`{"thme": "dark"}`:                     `unknown setting "thme"`,
		`{"theme": "drak"}`:                    `unknown theme "drak"`,
		`{"theme": 3}`:                         `"theme" cannot be a JSON number`,
		`{"color": "17"}`:                      `unknown colour depth "17"`,
		`{"glyphs": "emoji"}`:                  `unknown glyphs "emoji"`,
		`{"fps": 99}`:                          "frame rate",
		`{"fps": "8"}`:                         `"fps" cannot be a JSON string`,
		`{"format": 2}`:                        "format 2 is of a newer neuralrg",
		`{"keys": {"paus": "p"}}`:              `"paus"`,
		`{"keys": {"pause": 5}}`:               "cannot be a JSON number",
		`{"keys": {"pause": "s"}}`:             `"s" would mean both "pause" and "save"`,
		`{"keys": {"tune": "r"}}`:              `"r" would mean both "tune" and "redraw"`,
		`{"keys": {"pause": "ctrl+b"}}`:        `"ctrl+b" is taken`,
		`{"keys": {"pause": "spcae"}}`:         `no key "spcae"`,
		`{"keys": {"pause": ""}}`:              `no key ""`,
		`{"keys": {"quit": []}}`:               `no key for "quit"`,
		`{"keys": {"help": "\u001b[2J"}}`:      `no key "[2J"`,
		`{"\u001b[2J": 1}`:                     `unknown setting "[2J"`,
		`{}` + strings.Repeat(" ", 1<<20):      "longer than",
		`{"keys": {"open": "q"}, "format": 1}`: `"q" would mean both "open" and "back" on the list of runs`,
	} {
		_, err := settle(t, text, Options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "settings.json") {
			t.Errorf("%.50s: %v, want %q", text, err, want)
			continue
		}
		if hint, ok := err.(interface{ Hint() string }); !ok || hint.Hint() == "" || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%.50s: %q without a hint, or with control characters", text, err)
		}
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	if err := os.MkdirAll(SettingsFile(), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := (Options{}).WithSettings(); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a directory as settings: %v", err)
	}
}

// Keys of the user do what theirs did, in the footer and the help too; two names
// that no pane has at once may share one, and Ctrl-C quits in any case.
func TestKeysOfTheUser(t *testing.T) {
	o, err := settle(t, `{"keys": {"pause": "p", "up": ["i", "up"], "tune": "n", "quit": "Q", "redraw": []}}`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := newConsole(16, size{120, 40})
	c.actions = rebound(actions(), o.Keys)
	c.press("space", "r")
	if got := slices.DeleteFunc(c.fake.asked(), asksToLook); len(got) != 0 {
		t.Errorf("keys that mean nothing any more send %v", got)
	}
	if c.press("p"); c.latest.Phase != "paused" {
		t.Error("p does not pause")
	}
	shown := strings.Join(c.lines(), "\n")
	if !strings.Contains(shown, "p") || strings.Contains(shown, "space") {
		t.Error("the footer has the old keys")
	}
	c.press("3")
	before := c.view.latent
	if c.press("i"); c.view.latent == before {
		t.Error("i does not go up")
	}
	if c.press("q"); c.dialog != noDialog {
		t.Error("q still quits")
	}
	if c.press("ctrl+c"); c.dialog != quitDialog {
		t.Error("Ctrl-C does not quit")
	}
}

// The manual has the name of everything that keys do.
func TestManualNamesWhatKeysDo(t *testing.T) {
	text, err := os.ReadFile("../docs/command-line.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "### Settings")
	for _, name := range keyNames() {
		if !strings.Contains(section, "`"+name+"`") {
			t.Errorf("docs/command-line.md does not name %q under Settings", name)
		}
	}
}
