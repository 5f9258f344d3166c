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
	c.Format, c.Kernels, c.Sampler, c.SamplerShare = Format, "go", SamplerOff, DefaultSamplerShare
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
