// Screens runs a program on a terminal of its own, types keys and paints what the
// terminal shows: the pictures of the manual, by the steps of a file.
//
//	go run . -steps steps.txt -out ../screens PROGRAM ARGUMENTS
//
// The steps, one a line:
//
//	size COLUMNS ROWS      the terminal's size
//	background RRGGBB RRGGBB  behind the text, and of text without a colour
//	await WORDS            until the screen says them, half an hour at most
//	wait DURATION
//	keys KEYS              typed one after the other; \e is Escape, \t Tab, \s the space bar
//	shot NAME              paints NAME.png
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"image/color"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

func main() {
	steps := flag.String("steps", "steps.txt", "the file of steps")
	out := flag.String("out", ".", "where the pictures go")
	font := flag.String("font", "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", "a monospaced TrueType font, this one is of Debian's fonts-dejavu-core")
	points := flag.Float64("points", 13, "the size of the font in pixels")
	flag.Parse()
	if err := run(*steps, *out, *font, *points, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// session is a program on its terminal.
type session struct {
	*vt.SafeEmulator
	file                   *os.File
	columns, rows          int
	background, foreground color.RGBA
	painter                *painter
	out                    string
}

func run(steps, out, font string, points float64, program []string) error {
	if len(program) == 0 {
		return errors.New("no program is given")
	}
	p, err := newPainter(font, points)
	if err != nil {
		return err
	}
	script, err := os.Open(steps)
	if err != nil {
		return err
	}
	defer script.Close()
	s := &session{
		SafeEmulator: vt.NewSafeEmulator(120, 40), columns: 120, rows: 40, painter: p, out: out,
		background: color.RGBA{0x11, 0x11, 0x11, 0xff}, foreground: color.RGBA{0xdd, 0xdd, 0xdd, 0xff},
	}
	c := exec.Command(program[0], program[1:]...)
	c.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "LC_ALL=C.UTF-8", "NO_COLOR=", "TMUX=", "SSH_TTY=", "SSH_CONNECTION=")
	if s.file, err = pty.StartWithSize(c, &pty.Winsize{Cols: 120, Rows: 40}); err != nil {
		return err
	}
	go io.Copy(s.file, s.SafeEmulator) // its answers need somewhere to go before it is asked
	go io.Copy(s.SafeEmulator, s.file)
	defer func() {
		_ = c.Process.Signal(os.Interrupt)
		time.AfterFunc(10*time.Second, func() { _ = c.Process.Kill() })
		_ = c.Wait()
	}()
	lines := bufio.NewScanner(script)
	for n := 1; lines.Scan(); n++ {
		if err := s.step(lines.Text()); err != nil {
			return fmt.Errorf("%s:%d: %w", steps, n, err)
		}
	}
	return lines.Err()
}

func (s *session) step(line string) error {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch word {
	case "", "#":
		return nil
	case "size":
		return s.resize(strings.Fields(rest))
	case "background":
		return s.paintOn(strings.Fields(rest))
	case "await":
		return s.await(rest)
	case "wait":
		d, err := time.ParseDuration(rest)
		time.Sleep(d)
		return err
	case "keys":
		for _, key := range strings.NewReplacer(`\e`, "\x1b", `\t`, "\t", `\s`, " ").Replace(rest) {
			if _, err := s.file.WriteString(string(key)); err != nil {
				return err
			}
			time.Sleep(150 * time.Millisecond)
		}
		return nil
	case "shot":
		time.Sleep(300 * time.Millisecond)
		return s.painter.write(filepath.Join(s.out, rest+".png"), s)
	}
	return fmt.Errorf("there is no step %q", word)
}

func (s *session) resize(words []string) error {
	if len(words) != 2 {
		return errors.New("size takes columns and rows")
	}
	columns, err1 := strconv.Atoi(words[0])
	rows, err2 := strconv.Atoi(words[1])
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	s.columns, s.rows = columns, rows
	s.Resize(columns, rows)
	if err := pty.Setsize(s.file, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		return err
	}
	time.Sleep(time.Second)
	return nil
}

func (s *session) paintOn(words []string) error {
	if len(words) != 2 {
		return errors.New("background takes two colours")
	}
	for i, c := range []*color.RGBA{&s.background, &s.foreground} {
		rgb, err := strconv.ParseUint(words[i], 16, 24)
		if err != nil {
			return err
		}
		*c = color.RGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), 0xff}
	}
	return nil
}

func (s *session) await(words string) error {
	for end := time.Now().Add(30 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if strings.Contains(ansi.Strip(s.Render()), words) {
			return nil
		}
	}
	return fmt.Errorf("the screen does not say %q:\n%s", words, ansi.Strip(s.Render()))
}
