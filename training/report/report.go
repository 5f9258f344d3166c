// Package report makes the figures of what a run has learnt: those of Li and
// Wang, arXiv:1802.02840, and what else package rg finds, each as SVG, as PNG and
// as the numbers that it shows, and one page that puts them in order.
package report

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
)

// Plan says what Write does.
type Plan struct {
	Out     string // directory to write; empty for "report" in that of the first run
	Force   bool   // replace a report that is there
	Samples int    // of the model and of the flow
	Full    bool   // compare Monte Carlo at length, as neuralrg compare does
	// Latents are some to look at closely. Of one that does not exist is said so.
	Latents []Latent
	Seed    uint64 // of every random number; with the same seed Threads changes none
	Threads int
	// Progress hears what is under way: the title of a figure, and how far it is,
	// which may be empty. It may be nil.
	Progress func(title, far string)
}

// Report is what a directory that Write made consists of. Names are those of
// files in it.
type Report struct {
	Epoch   int       `json:"epoch"` // that the flow has learnt
	L       int       `json:"L"`
	T       float64   `json:"T"`
	Samples int       `json:"samples"`
	Seed    uint64    `json:"seed"`
	Index   string    `json:"index"`
	Figures []Figure  `json:"figures"`
	Missing []Missing `json:"missing"`
	// Warnings are of checkpoints that were passed over.
	Warnings []string `json:"-"`
}

// Figure is one that was made.
type Figure struct {
	Name  string   `json:"name"`
	Title string   `json:"title"`
	Files []string `json:"files"`
	// Results is a list of objects, one for each row of the figure's table of
	// results; null if it has none.
	Results any `json:"results"`
}

// Missing is a figure that could not be made.
type Missing struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

const indexName = "index.md"

// The numbers of samples that a report may take.
const (
	fewestSamples = 64
	mostSamples   = 1 << 20
)

// Write makes a report on the first of these runs and compares it with the
// others. A figure that cannot be made is told of, and the others are made all
// the same. The directory is written whole or not at all; that ctx is done is an
// error too. It returns the directory with what it consists of.
func Write(ctx context.Context, dirs []string, p Plan) (out string, r *Report, err error) {
	if p.Samples < fewestSamples || p.Samples > mostSamples {
		return "", nil, asked(fmt.Sprintf("%d samples are out of range", p.Samples), fmt.Sprintf("choose from %d to %d with --samples", fewestSamples, mostSamples))
	}
	if p.Latents = distinct(p.Latents); len(p.Latents) > mostChosen {
		return "", nil, asked(fmt.Sprintf("%d latents to look at are too many", len(p.Latents)), fmt.Sprintf("choose up to %d with --latent", mostChosen))
	}
	m, err := gather(dirs, p)
	if err != nil {
		return "", nil, err
	}
	if p.Out == "" {
		p.Out = filepath.Join(dirs[0], "report")
	}
	f, err := begin(p.Out, p.Force)
	if err != nil {
		return "", nil, err
	}
	defer f.abort()
	if r, err = m.write(ctx, f); err != nil {
		return "", nil, err
	}
	return p.Out, r, f.commit()
}

// write makes all figures, the page and the contents.
func (m *material) write(ctx context.Context, f *folder) (*Report, error) {
	first := m.runs[0]
	r := &Report{
		Epoch: m.trained.Epoch, L: first.Config.L, T: first.Config.Temperature, Samples: m.Samples, Seed: m.Seed,
		Warnings: m.trained.Warnings, Index: indexName, Figures: []Figure{}, Missing: []Missing{},
	}
	page := newPage(m)
	for _, k := range slices.Concat(kinds, m.chosenKinds()) {
		m.title = k.title
		m.tell("")
		made, err := k.make(ctx, m)
		if ctx.Err() != nil {
			return nil, &problem{text: "stopped before the end, and nothing was written", hint: "start it again, with fewer --samples if it takes too long"}
		}
		if err == nil {
			err = made.sheet.err()
		}
		if err != nil {
			missing := Missing{Name: k.name, Title: k.title, Reason: err.Error(), Hint: hintOf(err)}
			r.Missing = append(r.Missing, missing)
			continue
		}
		files, err := made.save(f, k.name)
		if err != nil {
			return nil, err
		}
		r.Figures = append(r.Figures, newFigure(k, made, files))
		page.figure(k, made, files)
	}
	page.missing(r.Missing)
	if err := f.write(indexName, page.bytes()); err != nil {
		return nil, err
	}
	return r, f.describe(r)
}

func newFigure(k kind, made *figure, files []string) Figure {
	f := Figure{Name: k.name, Title: k.title, Files: files}
	if made.results != nil {
		f.Results = made.results
	}
	return f
}

// hintOf is the advice that an error carries, if any.
func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}
