package report

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"

	"neuralrg/training/rg"
	"neuralrg/training/run"
)

// material is what figures are made of.
type material struct {
	Plan
	runs        []*record      // the first is the one that the report is on
	trained     *run.Trained   // what it has learnt
	kept        []*run.Trained // and at earlier checkpoints, the oldest first, itself last
	exact       once[*rg.Sample]
	levels      once[*rg.Levels]
	information once[*informations]
	// responses are those of the latents of each level.
	responses []once[*rg.Responses]
	title     string // of the figure under way
}

// record is what the files of a run tell.
type record struct {
	*run.Snapshot
	name string // to show
}

// gather reads the runs.
func gather(dirs []string, p Plan) (*material, error) {
	m := &material{Plan: p}
	m.Threads = max(1, m.Threads)
	kept, err := run.LoadKept(dirs[0])
	if err != nil {
		return nil, err
	}
	m.kept, m.trained = kept, kept[len(kept)-1]
	m.responses = make([]once[*rg.Responses], m.trained.Flow.Shape.Levels())
	names := map[string]int{}
	for _, dir := range dirs {
		r, err := openRecord(dir)
		if err != nil {
			return nil, err
		}
		names[r.name]++
		if n := names[r.name]; n > 1 {
			r.name += fmt.Sprintf(" (%d)", n)
		}
		m.runs = append(m.runs, r)
	}
	return m, nil
}

func openRecord(dir string) (*record, error) {
	files, err := run.OpenRecord(dir)
	if err != nil {
		return nil, err
	}
	s, err := files.Read()
	if err != nil {
		return nil, err
	}
	return &record{s, shown(dir)}, nil
}

// shown is the last name of a path, in harmless letters.
func shown(dir string) string {
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	return harmless(filepath.Base(dir))
}

// harmless is a text in letters that stand for nothing else in Markdown, XML or a
// terminal: files may be somebody else's.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) || strings.ContainsRune("`|<>[]*\\", r) {
			return '?'
		}
		return r
	}, text)
}

// tell reports how far the figure under way is.
func (m *material) tell(far string) {
	if m.Progress != nil {
		m.Progress(m.title, far)
	}
}
