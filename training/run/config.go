package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"neuralrg/training"
)

// Validate says what is wrong with a configuration, if anything.
func (c Config) Validate() error {
	if err := c.Config.Validate(); err != nil {
		return err
	}
	if err := c.Sampler.validate(); err != nil {
		return err
	}
	return validateShare(c.SamplerShare)
}

func validateShare(share float64) error {
	if !(share >= 0 && share <= 1) {
		return &problem{
			text: fmt.Sprintf("sampler share %v is out of range", share),
			hint: "choose a share of one core's time from 0, which is off, to 1, as --sampler-share 0.1",
		}
	}
	return nil
}

func (s Sampler) validate() error {
	switch s {
	case SamplerOff, SamplerLatent, SamplerPhysical, SamplerBoth:
		return nil
	}
	return &problem{
		text: fmt.Sprintf("sampler %q is not known", string(s)),
		hint: "choose off, latent, physical or both",
	}
}

// ReadConfig reads and validates a config.json.
func ReadConfig(path string) (Config, error) {
	data, err := readFile(path)
	switch {
	case errors.Is(err, syscall.EISDIR):
		return Config{}, &problem{text: path + " is a directory", hint: "give the file " + filepath.Join(path, configName)}
	case errors.Is(err, fs.ErrNotExist):
		return Config{}, &problem{text: "cannot read " + path, hint: "give the name of a file that exists", cause: err}
	case errors.Is(err, errIrregular):
		return Config{}, &problem{text: "cannot read " + path, hint: "give the config.json of a run", cause: err}
	case err != nil:
		return Config{}, diskProblem("cannot read "+path, err)
	}
	c, err := decodeConfig(data)
	if err != nil {
		return Config{}, &problem{text: path, hint: hintOf(err), cause: err}
	}
	return c, nil
}

// decodeConfig refuses what it does not understand: settings that are silently
// ignored would make another run of the same file.
func decodeConfig(data []byte) (Config, error) {
	var head struct {
		Format  json.Number `json:"format"`
		Version string      `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Config{}, unreadable(err)
	}
	format, _ := head.Format.Float64() // of any size; none is 0
	switch {
	case format > Format:
		return Config{}, newerFormat(head.Format.String(), head.Version)
	case format < 1:
		return Config{}, &problem{
			text: "the configuration does not say its format",
			hint: fmt.Sprintf(`give the config.json of a run, or add "format": %d`, Format),
		}
	}

	var c Config
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Config{}, unreadable(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Config{}, &problem{
			text: "something stands after the configuration",
			hint: "give the config.json of a run as it was written",
		}
	}
	if err := checkComplete(data); err != nil {
		return Config{}, err
	}
	return c, c.Validate()
}

// checkComplete refuses a configuration that leaves a setting out: a zero in its
// place would be somebody's choice that nobody made.
func checkComplete(data []byte) error {
	var given map[string]any
	if err := json.Unmarshal(data, &given); err != nil {
		return unreadable(err)
	}
	names := slices.Sorted(maps.Keys(settings(training.Config{})))
	for _, name := range append(names, "sampler", "sampler_share") {
		if given[name] == nil {
			return &problem{
				text: fmt.Sprintf("setting %q is missing", name),
				hint: "give the config.json of a run with all its settings",
			}
		}
	}
	return nil
}

// laterFormat is the error for a file that a later program wrote.
type laterFormat struct{ *problem }

// newerFormat refuses a file that a later program wrote. version is that of the
// program, if it is known.
func newerFormat(format, version string) error {
	hint := "use a later neuralrg, which reads format " + format
	if later(version, Version) {
		hint = fmt.Sprintf("use the neuralrg that wrote it (%s) or a later one", version)
	}
	return laterFormat{&problem{
		text: fmt.Sprintf("the file has format %s, and this program reads up to format %d", format, Format),
		hint: hint,
	}}
}

// later compares versions as 1.10.2 and 1.9.0. What is no version is not later.
func later(version, than string) bool {
	var a, b [3]int
	_, err := fmt.Sscanf(version, "%d.%d.%d", &a[0], &a[1], &a[2])
	_, _ = fmt.Sscanf(than, "%d.%d.%d", &b[0], &b[1], &b[2])
	return err == nil && slices.Compare(a[:], b[:]) > 0
}

// unreadable says in our words what the JSON decoder found.
func unreadable(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return &problem{
			text: fmt.Sprintf("setting %q cannot be a %s", wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:], wrong.Value),
			hint: "give the config.json of a run as it was written",
		}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return &problem{
			text: fmt.Sprintf("setting %s is not known", name),
			hint: "correct its name or remove it",
		}
	}
	text := "this is not a configuration"
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		text += fmt.Sprintf(": byte %d is not as JSON has it", syntax.Offset)
	}
	return &problem{text: text, hint: "give the config.json of a run"}
}

// encode writes a configuration as it stands in config.json.
func (c Config) encode() ([]byte, error) {
	data, err := json.MarshalIndent(c, "", "  ")
	return append(data, '\n'), err
}
