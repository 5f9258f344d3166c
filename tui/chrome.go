package tui

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/physics"
	"neuralrg/training"
	"neuralrg/training/run"
)

// drawHeader is the first line: what is learnt, by what, and where it stands.
func drawHeader(s *run.Snapshot, standing string, width int, st *styles) string {
	name := " " + st.accent.paint("neuralrg")
	if s == nil {
		return spread(name, st.muted.paint(standing+" "), width)
	}
	badge := phaseTone(run.Phase(standing), st).paint("● "+standing) + " "
	parts := []string{
		fmt.Sprintf("Ising %d×%d", s.Config.L, s.Config.L),
		"T " + temperature(s.Config.Temperature),
		count(s.Parameters) + " parameters",
		"batch " + count(s.Config.Batch),
	}
	if s.Config.Symmetry {
		parts = append(parts, "Z2 symmetric")
	}
	if s.Config.Objective == training.Path {
		parts = append(parts, "path gradient")
	}
	room := width - widthOf(name) - widthOf(badge) - 4
	return spread(name+"  "+sequence(parts, " · ", room), badge, width)
}

// temperature names the critical one.
func temperature(t float64) string {
	if math.Abs(t-physics.Tc) < 1e-6 {
		return fmt.Sprintf("%.4f (critical)", t)
	}
	return fmt.Sprintf("%.6g", t)
}

func phaseTone(p run.Phase, st *styles) ink {
	switch p {
	case run.Training, run.Finished:
		return st.good
	case run.Starting:
		return st.muted
	case run.Paused, run.Stopping, run.Stopped:
		return st.warn
	}
	return st.bad
}

// drawStatus is the line under the panes: where the run stands. What matters least
// comes last and goes first where there is no room.
func drawStatus(s *run.Snapshot, still *frozen, l Link, width int, st *styles) string {
	if s == nil {
		return fit("", width)
	}
	total := count(s.Config.Epochs)
	epoch := st.muted.paint("epoch ") + right(count(s.Epoch), len(total)) + st.muted.paint(" / "+total)
	if still != nil {
		epoch += st.warn.paint(" frozen at " + count(still.latest.Epoch))
	}
	parts := []string{epoch}
	if l.How != "" {
		parts = append(parts, st.accent.paint(Clean(l.How)))
	}
	parts = append(parts, progress(s, st)...)
	if s.Threads > 0 { // files do not tell
		parts = append(parts, fmt.Sprintf("%d", s.Threads)+st.muted.paint(threads(s.Threads)))
	}
	if l.How == "" {
		parts = append(parts, st.muted.paint("local"))
	}
	parts = append(parts, st.muted.paint(Clean(s.Dir)),
		st.muted.paint("rate ")+rate(s.Rate),
		st.muted.paint("saved ")+right(count(s.Saved), len(total)))
	separator := " │ "
	if width >= roomyStatus {
		separator = "  │  "
	}
	return fit(" "+sequence(parts, st.faint.paint(separator), width-2), width)
}

// roomyStatus is the width from which the parts of the status stand further apart.
const roomyStatus = 150

// progress is how fast a run goes, for how long, and how far from the exact value it
// is, in widths that seldom change.
func progress(s *run.Snapshot, st *styles) (parts []string) {
	if !s.Phase.Over() && s.EpochsPerSecond > 0 {
		parts = append(parts, number(s.EpochsPerSecond, 1, 5)+st.muted.paint("/s"))
	}
	if !s.Phase.Over() && s.Remaining >= 0 {
		parts = append(parts, right(duration(s.Remaining), 11)+st.muted.paint(" left"))
	}
	if m := s.History.Last(); s.History.Epochs > 0 {
		parts = append(parts, st.muted.paint("gap ")+number(m.Gap, 2, 6)+
			st.muted.paint(st.plusMinus()+number(m.FreeEnergyError, 2, 4)))
	}
	return parts
}

func threads(n int) string {
	if n == 1 {
		return " thread"
	}
	return " threads"
}

// notice is a message to the user, shown in the place of the keys for a while.
type notice struct {
	text string
	bad  bool
}

// refusal says why something was not done, and what to do about it.
func refusal(err error) notice {
	text := err.Error()
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) && hinted.Hint() != "" {
		text += "; " + hinted.Hint()
	}
	return notice{Clean(text), true}
}

// drawFooter is the last line: a notice, or the keys that work here. Help and
// quit stand in it always.
func drawFooter(n notice, hints []hint, width int, st *styles) string {
	always := hintText(hints[len(hints)-2:], st)
	room := width - widthOf(always) - 4
	left := ""
	switch {
	case n.bad:
		left = st.bad.paint(ansi.Truncate(n.text, max(room, 0), "…"))
	case n.text != "":
		left = st.good.paint(ansi.Truncate(n.text, max(room, 0), "…"))
	default:
		var parts []string
		for i := range hints[:len(hints)-2] {
			parts = append(parts, hintText(hints[i:i+1], st))
		}
		left = sequence(parts, "  ", room)
	}
	return spread(" "+left, always+" ", width)
}

// hint is a key and a word on what it does.
type hint struct{ key, word string }

func hintText(hints []hint, st *styles) string {
	parts := make([]string, len(hints))
	for i, h := range hints {
		parts[i] = st.accent.paint(h.key) + " " + st.muted.paint(h.word)
	}
	return strings.Join(parts, "  ")
}
