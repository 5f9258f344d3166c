package report

import (
	"bytes"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
)

// page is the index of a report, as Markdown.
type page struct {
	bytes.Buffer
	figures int
}

// newPage begins one: the run, its settings and results.
func newPage(m *material) *page {
	p, r := &page{}, m.runs[0]
	c := r.Config
	fmt.Fprintf(p, "# Report on %s\n\n", r.name)
	fmt.Fprintf(p, "A normalizing flow in the shape of a MERA, trained from the energy alone, on the two-dimensional Ising model: "+
		"%d × %d sites, T = %.6g. The flow is that of epoch %d. Free energies are of the continuous dual, in nats for the whole lattice. "+
		"Where samples are needed there are %d of the model, exact ones by Wolff's clusters, and as many of the flow, with seed %d; "+
		"`neuralrg report` with the same numbers makes the same page again.\n\n", c.L, c.L, c.Temperature, m.trained.Epoch, m.Samples, m.Seed)
	p.section("Settings", settings(r))
	if b, ok := r.finalBound(); ok {
		p.section("Results", results(r, b))
	}
	fmt.Fprint(p, "## Figures\n\n")
	return p
}

func (p *page) section(title string, t *table) { fmt.Fprintf(p, "## %s\n\n%s\n", title, t.markdown()) }

// settings are those of a run that decide its bits.
func settings(r *record) *table {
	c, t := r.Config, newTable("setting", "value")
	for _, s := range [][2]string{
		{"lattice", fmt.Sprintf("%d × %d", c.L, c.L)},
		{"temperature (J/k_B)", number(c.Temperature)},
		{"levels", strconv.Itoa(c.Levels())},
		{"disentangler-decimator pairs a level", strconv.Itoa(c.Repeat)},
		{"couplings in a bijector", strconv.Itoa(c.Couplings)},
		{"hidden layers × units", fmt.Sprintf("%d × %d", c.HiddenLayers, c.Hidden)},
		{"parameters", strconv.Itoa(r.Parameters)},
		{"batch", strconv.Itoa(c.Batch)},
		{"epochs", strconv.Itoa(c.Epochs)},
		{"learning rate", fmt.Sprintf("%s, %s", number(c.Rate), c.Schedule)},
		{"weight decay", number(c.WeightDecay)},
		{"objective", string(c.Objective)},
		{"symmetrised", strconv.FormatBool(c.Symmetry)},
		{"seed", strconv.FormatUint(c.Seed, 10)},
		{"preset", harmless(c.Preset)},
		{"program, kernels", harmless(c.Version + ", " + c.Kernels)},
	} {
		t.add(s[0], s[1])
	}
	return t
}

// results are what training came to.
func results(r *record, b bound) *table {
	t := newTable("quantity", "value", "error", "exact")
	lnZ := r.Exact.LnZDual
	t.add("free energy of the dual (nats)", fmt.Sprintf("%.4f", b.freeEnergy), fmt.Sprintf("%.4f", b.err), fmt.Sprintf("%.4f", -lnZ))
	ising := lnZ - r.Exact.LnZ
	t.add("free energy of the Ising model (nats)", fmt.Sprintf("%.4f", b.freeEnergy+ising), fmt.Sprintf("%.4f", b.err), fmt.Sprintf("%.4f", -r.Exact.LnZ))
	t.add("gap (nats)", fmt.Sprintf("%.4f", b.gap), fmt.Sprintf("%.4f", b.err), "0")
	t.add("relative error (%)", fmt.Sprintf("%.4f", 100*b.gap/math.Abs(lnZ)), fmt.Sprintf("%.4f", 100*b.err/math.Abs(lnZ)), "0")
	t.add("reverse effective sample size / batch", fmt.Sprintf("%.4f", b.ess), "", "1")
	t.add("epochs done", strconv.Itoa(r.Epoch), "", "")
	t.add("seconds of training", fmt.Sprintf("%.1f", r.History.Last().Seconds), "", "")
	return t
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// figure adds one that was made.
func (p *page) figure(k kind, f *figure, files []string) {
	p.figures++
	fmt.Fprintf(p, "### %d. %s\n\n![%s](%s.png)\n\n%s\n\n", p.figures, k.title, k.title, k.name, f.text)
	if f.results != nil {
		fmt.Fprintf(p, "%s\n", f.results.markdown())
	}
	links := make([]string, len(files))
	for i, name := range files {
		links[i] = fmt.Sprintf("[%s](%s)", strings.TrimPrefix(path.Ext(name), "."), name)
		if part, cut := strings.CutPrefix(strings.TrimSuffix(name, path.Ext(name)), k.name+"-"); cut {
			links[i] = fmt.Sprintf("[%s, %s](%s)", strings.TrimPrefix(path.Ext(name), "."), part, name)
		}
	}
	fmt.Fprintf(p, "Files: %s\n\n", strings.Join(links, ", "))
}

// missing tells of those that could not be made.
func (p *page) missing(list []Missing) {
	if len(list) == 0 {
		return
	}
	t := newTable("figure", "why it is not here", "what to do")
	for _, m := range list {
		t.add(m.Title, m.Reason, m.Hint)
	}
	p.section("Not made", t)
}

// bytes is the whole page.
func (p *page) bytes() []byte { return append(bytes.TrimRight(p.Bytes(), "\n"), '\n') }
