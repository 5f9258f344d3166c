package run

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// complete is a tiny configuration as Start completes it.
func complete() Config {
	c := tiny(10)
	c.Format, c.Kernels, c.Sampler = Format, "go", SamplerOff
	return c
}

func TestConfigComesBack(t *testing.T) {
	want := complete()
	want.Temperature, want.Seed, want.Preset = 2.269185314213022, 1<<64-1, "paper"
	data, err := want.encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), configName)
	if err := writeWhole(path, data); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadConfig(path); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

func TestBadConfig(t *testing.T) {
	good := func() map[string]any {
		data, _ := complete().encode()
		var m map[string]any
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	for name, c := range map[string]struct {
		change func(map[string]any)
		say    string
	}{
		"newer":         {func(m map[string]any) { m["format"], m["new"] = 2, true }, "format 2"},
		"no format":     {func(m map[string]any) { delete(m, "format") }, "format"},
		"unknown":       {func(m map[string]any) { m["momentum"] = 0.9 }, `"momentum"`},
		"wrong type":    {func(m map[string]any) { m["batch"] = "many" }, `"batch"`},
		"too large":     {func(m map[string]any) { m["seed"] = 1e30 }, `"seed"`},
		"missing":       {func(m map[string]any) { delete(m, "symmetry") }, `setting "symmetry" is missing`},
		"null":          {func(m map[string]any) { m["seed"] = nil }, `setting "seed" is missing`},
		"size":          {func(m map[string]any) { m["size"] = 7 }, "7"},
		"sampler":       {func(m map[string]any) { m["sampler"] = "wolff" }, `"wolff"`},
		"sampler share": {func(m map[string]any) { m["sampler_share"] = 2 }, "2"},
		"no share":      {func(m map[string]any) { m["sampler_share"] = -0.5 }, "-0.5"},
		"rate":          {func(m map[string]any) { m["lr"] = -1 }, "-1"},
	} {
		m := good()
		c.change(m)
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		checkBad(t, name, data, c.say)
	}
	for name := range good() {
		if name == "version" || name == "kernels" { // they are no settings
			continue
		}
		for _, change := range []func(map[string]any){
			func(m map[string]any) { delete(m, name) },
			func(m map[string]any) { m[name] = nil },
		} {
			m := good()
			change(m)
			data, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			checkBad(t, "without "+name, data, name)
		}
	}
	data, _ := complete().encode()
	checkBad(t, "two objects", append(data, data...), "")
	checkBad(t, "truncated", data[:len(data)/2], "")
	checkBad(t, "empty", nil, "")
	checkBad(t, "a list", []byte("[1]"), "")
	if _, err := ReadConfig(t.TempDir()); err == nil || hintOf(err) == "" {
		t.Errorf("a directory as a configuration: %v", err)
	}
}

// What the JSON decoder says is for programmers.
func TestBadConfigInOurWords(t *testing.T) {
	for text, want := range map[string]struct{ say, hint string }{
		`[]`:                                 {"this is not a configuration", "config.json"},
		`{"format": 1,`:                      {"this is not a configuration: byte 13", "config.json"},
		`{"format": 99999999999999999999}`:   {"has format 99999999999999999999", "a later neuralrg"},
		`{"format": 1e999}`:                  {"format 1e999", "a later neuralrg"},
		`{"format": 2, "version": "0.1.0"}`:  {"has format 2", "use a later neuralrg, which reads format 2"},
		`{"format": 2, "version": "0.10.0"}`: {"has format 2", "(0.10.0) or a later one"},
		`{"format": 2, "version": "mine"}`:   {"has format 2", "use a later neuralrg, which reads format 2"},
	} {
		_, err := decodeConfig([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want.say) || !strings.Contains(hintOf(err), want.hint) {
			t.Errorf("%s: %v (%s)", text, err, hintOf(err))
		}
		if err != nil && (strings.Contains(err.Error(), "json:") || strings.Contains(err.Error(), "struct")) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAdviceFitsTheName(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "nothing"), link); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(dir, strings.Repeat("x", 300))
	_, absent := ReadConfig(filepath.Join(dir, "nothing.json"))
	_, folder := ReadConfig(dir)
	_, tooLong := ReadConfig(long)
	for name, c := range map[string]struct {
		err  error
		hint string
	}{
		"no file":         {absent, "a file that exists"},
		"a directory":     {folder, filepath.Join(dir, configName)},
		"a long file":     {tooLong, "shorter"},
		"a long run":      {directory(long).create(), "shorter"},
		"a dangling link": {directory(link).create(), "links"},
	} {
		if c.err == nil || !strings.Contains(hintOf(c.err), c.hint) {
			t.Errorf("%s: %v (%s)", name, c.err, hintOf(c.err))
		}
	}
}

// checkBad wants one line that names the file and what is wrong, and a hint.
func checkBad(t *testing.T, name string, data []byte, say string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "my.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ReadConfig(path)
	if err == nil || hintOf(err) == "" {
		t.Fatalf("%s: %v without a hint", name, err)
	}
	if text := err.Error(); !strings.Contains(text, "my.json") || !strings.Contains(text, say) || strings.Contains(text, "\n") {
		t.Errorf("%s: %q should be one line about my.json and %s", name, text, say)
	}
}

func FuzzConfig(f *testing.F) {
	data, _ := complete().encode()
	f.Add(data)
	f.Add([]byte(`{"format":1,"size":1e9}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decodeConfig(data)
		if err != nil {
			var hinted interface{ Hint() string }
			if !errors.As(err, &hinted) || hinted.Hint() == "" {
				t.Fatalf("%v has no hint", err)
			}
			return
		}
		again, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeConfig(again); err != nil || got != c {
			t.Fatalf("%+v came back as %+v, %v", c, got, err)
		}
	})
}
