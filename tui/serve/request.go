package serve

import (
	"os"
	"strings"

	gossh "golang.org/x/crypto/ssh"
)

// What a screen takes of a client at most.
const (
	mostColumns, mostRows = 400, 150
	mostValue             = 64 // bytes of a name or a value
)

// accepted are the variables that a client may set; TERM comes with the request
// for a terminal.
var accepted = [...]string{"COLORTERM", "NO_COLOR", "LANG"}

// window is the size of a terminal in cells: its width and its height.
type window [2]int

// clampWindow makes a size of what a client says.
func clampWindow(columns, rows uint32) window {
	return window{int(min(columns, mostColumns)), int(min(rows, mostRows))}
}

// desk is what a client has asked for before its screen is shown.
type desk struct {
	terminal bool
	window   window
	environ  map[string]string
}

// seat takes a request for a terminal.
func (d *desk) seat(payload []byte) bool {
	var asked struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}
	if d.terminal || gossh.Unmarshal(payload, &asked) != nil {
		return false
	}
	d.terminal, d.window = true, clampWindow(asked.Columns, asked.Rows)
	d.environ["TERM"] = harmless(asked.Term)
	return true
}

// set takes a variable, if it is one that a screen needs.
func (d *desk) set(payload []byte) bool {
	var asked struct{ Name, Value string }
	if gossh.Unmarshal(payload, &asked) != nil {
		return false
	}
	for _, name := range accepted {
		if asked.Name == name {
			d.environ[name] = harmless(asked.Value)
			return true
		}
	}
	return false
}

// harmless is a value of the environment as it may be used to look for the
// description of a terminal, which is a file: empty, unless all of it is letters,
// digits and a few signs between them.
func harmless(value string) string {
	strange := func(r rune) bool {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !plain && !strings.ContainsRune("-_.+@", r)
	}
	if len(value) > mostValue || strings.ContainsFunc(value, strange) || strings.HasPrefix(value, ".") {
		return ""
	}
	return value
}

// list is the environment of the screen, as os.Environ has one. It is a terminal,
// whatever the library sees of it, and it is over SSH. Few clients name their
// locale unasked: it is this process's unless they do.
func (d *desk) list() []string {
	all := []string{"TTY_FORCE=1", "SSH_TTY=neuralrg", "LANG=" + locale()}
	for name, value := range d.environ {
		all = append(all, name+"="+value)
	}
	return all
}

// locale is that of this process.
func locale() string {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := os.Getenv(name); value != "" {
			return harmless(value)
		}
	}
	return ""
}

// resized is the size that a window has got.
func resized(payload []byte) (window, bool) {
	var asked struct{ Columns, Rows, Width, Height uint32 }
	if gossh.Unmarshal(payload, &asked) != nil {
		return window{}, false
	}
	return clampWindow(asked.Columns, asked.Rows), true
}
