package cli_test

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"
)

// keyFile is a new key, and a file that lets it in.
func keyFile(t *testing.T, dir, name string) (gossh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, gossh.MarshalAuthorizedKey(signer.PublicKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	return signer, path
}

// host is a process of neuralrg serve.
type host struct {
	process     *exec.Cmd
	address     string
	fingerprint string
	reading     sync.WaitGroup // of what else it says
}

// serve starts a server on a port that is free.
func serve(t *testing.T, dir string, args ...string) *host {
	t.Helper()
	h := &host{process: command(t, dir, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)}
	said, err := h.process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.process.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(said)
	line, err := lines.ReadString('\n')
	found := regexp.MustCompile(`^note: serving .* at (127\.0\.0\.1:\d+); host key (SHA256:\S+)\n$`).FindStringSubmatch(line)
	if found == nil {
		t.Fatalf("it says %q, %v", line, err)
	}
	h.address, h.fingerprint = found[1], found[2]
	h.reading.Go(func() { _, _ = io.Copy(io.Discard, lines) })
	t.Cleanup(func() {
		_ = h.process.Process.Kill()
		h.reading.Wait()
		_ = h.process.Wait()
	})
	return h
}

// looks shows that a key opens a screen that says some words.
func (h *host) looks(t *testing.T, key gossh.Signer, words ...string) *gossh.Session {
	t.Helper()
	c, err := gossh.Dial("tcp", h.address, &gossh.ClientConfig{
		User: "x", Auth: []gossh.AuthMethod{gossh.PublicKeys(key)}, Timeout: patient,
		HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	emulator := vt.NewSafeEmulator(120, 40)
	var answers sync.WaitGroup
	answers.Go(func() { _, _ = io.Copy(io.Discard, emulator) })
	t.Cleanup(func() {
		_ = s.Close()
		_ = emulator.InputPipe().(io.Closer).Close()
		answers.Wait()
	})
	s.Stdout = emulator
	if _, err := s.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.RequestPty("xterm-256color", 40, 120, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	text := ""
	for end := time.Now().Add(patient); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		text = ansi.Strip(emulator.Render())
		missing := false
		for _, w := range words {
			missing = missing || !strings.Contains(text, w)
		}
		if !missing {
			return s
		}
	}
	t.Fatalf("the screen does not say %q:\n%s", words, text)
	return nil
}

// A run is shown over SSH by a process of its own, whose end, by kill -9 too, does
// nothing to it; the host key is the same the next time.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	key, viewers := keyFile(t, dir, "viewers")
	started := neuralrg(t, dir, append(append([]string{"train", "--detach", "--dir", "run", "--epochs", "100000000"}, tiny...), "--sampler", "off")...)
	if started.code != 0 {
		t.Fatal(started.stderr)
	}
	defer neuralrg(t, dir, "stop", "run")
	first := serve(t, dir, "run", "--authorized-keys", viewers, "--log", "log")
	first.looks(t, key, "1 lattice", "training", "over SSH, to look at")
	if err := first.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	epoch := number(t, listed(t, dir, "run")["run"], "epoch")
	within(t, "the run goes on", func() bool { return number(t, listed(t, dir, "run")["run"], "epoch") > epoch })
	if log, err := os.ReadFile(filepath.Join(dir, "log")); err != nil || !strings.Contains(string(log), "has logged in as a viewer") {
		t.Errorf("the log is %q, %v", log, err)
	}

	second := serve(t, dir, "--authorized-keys", viewers) // the only one at work
	if second.fingerprint != first.fingerprint {
		t.Errorf("the host key was %s and is %s", first.fingerprint, second.fingerprint)
	}
	screen := second.looks(t, key, "1 lattice", "training")
	if err := second.process.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = screen.Wait()
	second.reading.Wait()
	if code := exitCode(t, second.process.Wait()); code != 0 {
		t.Errorf("after Ctrl-C the exit code is %d", code)
	}
}

// The keys of the user's settings are those of everybody who looks; the glyphs are
// those of each terminal. What is wrong there is said at once.
func TestServeHasTheUsersKeys(t *testing.T) {
	dir := t.TempDir()
	key, viewers := keyFile(t, dir, "viewers")
	if o := neuralrg(t, dir, append([]string{"train", "--dir", "run", "--epochs", "2"}, tiny...)...); o.code != 0 {
		t.Fatal(o.stderr)
	}
	home := filepath.Join(state(t), "neuralrg")
	writes := func(text string) {
		if err := os.MkdirAll(home, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, "settings.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	writes(`{"glyphs": "ascii", "keys": {"help": "e"}}`)
	h := serve(t, dir, "run", "--authorized-keys", viewers)
	h.looks(t, key, "1 lattice", "e help", "╭")
	writes(`{"theme": "drak"}`)
	wantError(t, neuralrg(t, dir, "serve", "run", "--authorized-keys", viewers), 2, `unknown theme "drak"`, "the themes are")
}

// What cannot be served is said in two lines.
func TestServeRefuses(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	_, viewers := keyFile(t, dir, "viewers")
	_, open := keyFile(t, dir, "open")
	if err := os.Chmod(open, 0o666); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(viewers)
	if err != nil {
		t.Fatal(err)
	}
	option := filepath.Join(dir, "option")
	if err := os.WriteFile(option, append([]byte("# who may look\n"+string(text)+`from="10.0.0.0/8" `), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	train(t, dir, "--epochs", "2", "--dir", "run")
	for _, c := range []struct {
		name, args    string
		code          int
		problem, hint string
	}{
		{"nobody", "serve run", 2, "nobody may look", "--authorized-keys"},
		{"no run", "serve nothing --authorized-keys viewers", 2, `there is no run in "nothing"`, "neuralrg runs"},
		{"none at work", "serve --authorized-keys viewers", 1, "no run is at work", "start one"},
		{"no file", "serve run --authorized-keys none", 2, "cannot use the file none: no such file", "whether it exists"},
		{"others write", "serve run --authorized-keys open", 2, "others may write it (its mode is 0666)", "chmod go-w"},
		{"an option", "serve run --authorized-keys option", 2, `line 3 has the option "from"`, "leave"},
		{"an option of control", "serve run --authorized-keys viewers --control-keys option", 2, `line 3 has the option "from"`, "leave"},
		{"every address", "serve run --authorized-keys viewers --listen 0.0.0.0:0", 2, "other machines can reach 0.0.0.0:0", "--expose"},
		{"no address", "serve run --authorized-keys viewers --listen x", 2, "cannot listen at x", "127.0.0.1:2222"},
		{"pictures", "serve run --authorized-keys viewers --frames 0", 2, "0 pictures a second", "from 1 to"},
		{"idle", "serve run --authorized-keys viewers --idle 0s", 2, "--idle 0s is out of range", "1s"},
		{"no time", "serve run --authorized-keys viewers --session soon", 2, `--session: "soon" is not valid`, "30m"},
		{"host key", "serve run --authorized-keys viewers --host-key viewers", 1, "cannot use the host key viewers", "--host-key"},
		{"log", "serve run --authorized-keys viewers --log .", 2, "cannot write the log .", "--log"},
		{"theme", "serve run --authorized-keys viewers --theme pink", 2, "pink", "dark"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantError(t, neuralrg(t, dir, strings.Fields(c.args)...), c.code, c.problem, c.hint)
		})
	}
}
