package tui

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// settings are the user's, for all screens: a file of JSON that may leave out
// everything. What is given on the command line comes first.
type settings struct {
	Format       int                 `json:"format"`
	Theme        string              `json:"theme"`
	Color        Color               `json:"color"`
	Glyphs       Glyphs              `json:"glyphs"`
	FPS          int                 `json:"fps"`
	Mouse        *bool               `json:"mouse"`
	Synchronized *bool               `json:"synchronized"`
	Keys         map[string]oneOrAll `json:"keys"`
}

// settingNames are the fields of settings.
var settingNames = []string{"format", "theme", "color", "glyphs", "fps", "mouse", "synchronized", "keys"}

// settingsFormat is the newest format of the file that this program knows.
const settingsFormat = 1

// longestSettings bounds what is read of the file.
const longestSettings = 1 << 20

// oneOrAll is a list of keys, or one that stands by itself.
type oneOrAll []string

func (o *oneOrAll) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*o = oneOrAll{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}

// SettingsFile is where the user's settings are looked for; empty if there is no
// such place.
func SettingsFile() string {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) { // as its specification says
		var err error
		if dir, err = os.UserConfigDir(); err != nil {
			return ""
		}
	}
	return filepath.Join(dir, "neuralrg", "settings.json")
}

// WithSettings completes what was given on the command line with the user's
// settings, if there are any, and reports what is wrong with either.
func (o Options) WithSettings() (Options, error) {
	if err := o.Validate(); err != nil {
		return o, err
	}
	file := SettingsFile()
	text, err := readSettings(file)
	if err != nil || text == nil {
		return o, err
	}
	s, err := parseSettings(text)
	if err != nil {
		return o, inFile(file, err)
	}
	if err := s.options().Validate(); err != nil {
		return o, inFile(file, err)
	}
	return s.under(o), nil
}

// WithSettingsForOthers completes what was given for the screens of others with
// what does not depend on the terminal in the user's settings: the keys, whether
// the mouse is the screen's, and the theme, for backgrounds that it suits.
func (o Options) WithSettingsForOthers() (Options, error) {
	own, err := o.WithSettings()
	if err != nil {
		return o, err
	}
	if o.Theme == "" {
		o.Liked = own.Theme
	}
	o.Keys, o.NoMouse = own.Keys, own.NoMouse
	return o, nil
}

func inFile(file string, err error) error {
	hint := "docs/command-line.md says what may stand there"
	var u usage
	if errors.As(err, &u) && u.hint != "" {
		hint = u.hint
	}
	return usage{fmt.Sprintf("settings %s: %s", Clean(file), err), hint}
}

// readSettings is the text of the file, nil if there is none.
func readSettings(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		defer f.Close()
		text, failed := io.ReadAll(io.LimitReader(f, longestSettings+1))
		if err = failed; err == nil && len(text) > longestSettings {
			err = fmt.Errorf("longer than %d bytes", longestSettings)
		}
		if err == nil {
			return text, nil
		}
	}
	return nil, usage{fmt.Sprintf("settings %s cannot be read: %v", Clean(file), err), "make it readable, or take it away"}
}

func parseSettings(text []byte) (settings, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return settings{}, usage{"not an object of JSON: " + strings.TrimPrefix(err.Error(), "json: ") + where(text, err), ""}
	}
	var s settings
	if err := json.Unmarshal(text, &s); err != nil {
		return s, usage{misfit(err) + where(text, err), ""}
	}
	if s.Format > settingsFormat {
		return s, usage{fmt.Sprintf("format %d is of a newer neuralrg", s.Format), fmt.Sprintf("this one knows format %d", settingsFormat)}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(settingNames, name) {
			return s, usage{"unknown setting " + quote(name), "there are " + strings.Join(settingNames, ", ")}
		}
	}
	return s, nil
}

// misfit says which setting has a value of the wrong kind.
func misfit(err error) string {
	var kind *json.UnmarshalTypeError
	if !errors.As(err, &kind) {
		return err.Error()
	}
	return fmt.Sprintf("%s cannot be a JSON %s", quote(firstOf(kind.Field, "keys")), kind.Value)
}

func firstOf(words ...string) string {
	return words[slices.IndexFunc(words, func(w string) bool { return w != "" })]
}

// where is the line of an error, if it is known.
func where(text []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(0)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	default:
		return ""
	}
	return fmt.Sprintf(", line %d", 1+bytes.Count(text[:min(at, int64(len(text)))], []byte("\n")))
}

// options are the settings as options.
func (s settings) options() Options {
	o := Options{Theme: s.Theme, Color: s.Color, Glyphs: s.Glyphs, FPS: s.FPS}
	o.NoMouse = s.Mouse != nil && !*s.Mouse
	o.Unsynchronized = s.Synchronized != nil && !*s.Synchronized
	if len(s.Keys) > 0 {
		o.Keys = map[string][]string{}
		for name, keys := range s.Keys {
			o.Keys[name] = keys
		}
	}
	return o
}

// under are options given, and settings where none were.
func (s settings) under(given Options) Options {
	o := s.options()
	if given.Theme != "" {
		o.Theme = given.Theme
	}
	if given.Color != "" {
		o.Color = given.Color
	}
	if given.Glyphs != "" {
		o.Glyphs = given.Glyphs
	}
	if given.FPS != 0 {
		o.FPS = given.FPS
	}
	if given.Keys != nil {
		o.Keys = given.Keys
	}
	o.NoMouse = o.NoMouse || given.NoMouse
	o.Unsynchronized = o.Unsynchronized || given.Unsynchronized
	return o
}
