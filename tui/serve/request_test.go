package serve

import (
	"slices"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

func terminalRequest(term string, columns, rows uint32) []byte {
	return gossh.Marshal(struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}{term, columns, rows, 0, 0, ""})
}

func sizeRequest(columns, rows uint32) []byte {
	return gossh.Marshal(struct{ Columns, Rows, Width, Height uint32 }{columns, rows, 0, 0})
}

func variable(name, value string) []byte {
	return gossh.Marshal(struct{ Name, Value string }{name, value})
}

func TestWindowIsClamped(t *testing.T) {
	for _, c := range []struct {
		columns, rows uint32
		want          window
	}{
		{80, 24, window{80, 24}},
		{0, 0, window{0, 0}},
		{400, 150, window{400, 150}},
		{401, 151, window{400, 150}},
		{1 << 31, 1, window{400, 1}},
		{4294967295, 4294967295, window{400, 150}},
	} {
		d := desk{environ: map[string]string{}}
		if !d.seat(terminalRequest("xterm", c.columns, c.rows)) || d.window != c.want {
			t.Errorf("%d x %d at first is %v", c.columns, c.rows, d.window)
		}
		if got, ok := resized(sizeRequest(c.columns, c.rows)); !ok || got != c.want {
			t.Errorf("%d x %d later is %v", c.columns, c.rows, got)
		}
	}
	d := desk{environ: map[string]string{}}
	if d.seat([]byte{0, 0, 1}) || d.seat(nil) || d.terminal {
		t.Error("half a request is taken")
	}
	if _, ok := resized([]byte{1, 2}); ok {
		t.Error("half a size is taken")
	}
	if !d.seat(terminalRequest("xterm", 1, 1)) || d.seat(terminalRequest("xterm", 2, 2)) {
		t.Error("a session has not one terminal")
	}
}

// Of the environment there is what a screen needs, in few harmless characters.
func TestEnvironment(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	d := desk{environ: map[string]string{}}
	if !slices.Contains(d.list(), "LANG=C.UTF-8") {
		t.Errorf("the locale of nobody in particular: %q", d.list())
	}
	d.seat(terminalRequest("xterm-256color", 80, 24))
	for name, value := range map[string]string{
		"COLORTERM": "truecolor", "LANG": "de_DE.UTF-8@euro", "NO_COLOR": strings.Repeat("1", 65),
		"TMUX": "/tmp/tmux", "PATH": "/tmp", "LD_PRELOAD": "x.so", "TERM": "dumb", "lang": "C",
	} {
		taken := slices.Contains([]string{"COLORTERM", "LANG", "NO_COLOR"}, name)
		if d.set(variable(name, value)) != taken {
			t.Errorf("%s: taken %v", name, !taken)
		}
	}
	if d.set([]byte{0}) {
		t.Error("half a variable is taken")
	}
	got := d.list()
	if at := slices.Index(got, "LANG=C.UTF-8"); at > slices.Index(got, "LANG=de_DE.UTF-8@euro") {
		t.Errorf("the client's locale does not come last: %q", got)
	}
	slices.Sort(got)
	want := []string{"COLORTERM=truecolor", "LANG=C.UTF-8", "LANG=de_DE.UTF-8@euro", "NO_COLOR=", "SSH_TTY=neuralrg", "TERM=xterm-256color", "TTY_FORCE=1"}
	if !slices.Equal(got, want) {
		t.Errorf("the environment is %q, want %q", got, want)
	}
	for value, want := range map[string]string{
		strings.Repeat("x", 64): strings.Repeat("x", 64), strings.Repeat("x", 65): "",
		"../../etc/passwd": "", "a/b": "", ".": "", "a\x1b[2J": "", "a b": "", "ünter": "", "": "",
	} {
		if got := harmless(value); got != want {
			t.Errorf("%q becomes %q", value, got)
		}
	}
}
