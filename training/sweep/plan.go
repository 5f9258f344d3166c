// Package sweep is a grid of runs: a plan that never changes, its points, each an
// ordinary run directory, and what carries them out.
//
// Where a point stands is what its files say, so that every process on every
// host that sees the directory says the same:
//
//	SWEEP/plan.json            axes, settings and points; written once
//	SWEEP/points/NNN/          point NNN, a run directory, with
//	    done.json              its results; written last
//	    sweep/lease            who carries it out
//	    sweep/attempt-NNN.json each time that somebody began to
//	    sweep/failed.json      why it failed
//	    sweep/cancelled.json   that nobody shall go on with it
//	    sweep/retry.json       that somebody shall, whatever it came to
//	SWEEP/logs/NNN.txt         what was said while it was carried out
//	SWEEP/pool/                of the pool of this machine: lease and log
package sweep

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"neuralrg/training"
	"neuralrg/training/run"
)

// Format is the version of the files that a sweep has beside those of its runs.
const Format = 1

// Plan is plan.json: what a sweep is. It never changes.
type Plan struct {
	Format  int    `json:"format"`
	Version string `json:"version"` // of the program
	Hash    string `json:"hash"`    // of all else
	Axes    []Axis `json:"axes"`    // the last one changes fastest
	// Warm is the axis along which a point begins with what its neighbour has
	// learnt; empty if all points begin afresh.
	Warm   string     `json:"warm_start,omitempty"`
	Base   run.Config `json:"base"` // settings of all points, but for those that differ
	Points []Point    `json:"points"`
}

// Point is one run of a sweep.
type Point struct {
	Index  int      `json:"index"`  // from 0; also of a task of a job array
	Values []string `json:"values"` // one of each axis
	// Settings are those of config.json in which the point differs from the base.
	Settings map[string]json.RawMessage `json:"settings"`
	Hash     string                     `json:"hash"`           // of all settings that decide its bits
	From     *int                       `json:"from,omitempty"` // the point that it begins from, if any
}

// Settings makes the configuration of a point from the values of the axes, one
// of each.
type Settings func(axes []Axis, values []string) (run.Config, error)

// NewPlan makes the plan of all combinations of the values of the axes.
func NewPlan(version string, axes []Axis, warm string, settings Settings) (*Plan, error) {
	n, err := count(axes)
	if err != nil {
		return nil, err
	}
	p := &Plan{Format: Format, Version: version, Axes: axes, Warm: warm, Points: make([]Point, n)}
	configs := make([]run.Config, n)
	known := map[string]int{}
	for i := range n {
		values := combination(axes, i)
		if configs[i], err = settings(axes, values); err != nil {
			return nil, &problem{text: describe(axes, values), hint: hintOf(err), cause: err, usage: true}
		}
		p.Points[i] = Point{Index: i, Values: values}
	}
	p.Base = configs[0]
	if err := p.chain(configs); err != nil {
		return nil, err
	}
	for i := range p.Points {
		point := &p.Points[i]
		point.Settings = differing(p.Base, configs[i])
		from := ""
		switch origin := configs[i].From; {
		case point.From != nil:
			from = p.Points[*point.From].Hash // it comes before
		case origin != nil:
			from = origin.Parameters
		}
		point.Hash = hash(configs[i].Config, from)
		if twin, twice := known[point.Hash]; twice {
			return nil, asked(fmt.Sprintf("%s and %s are the same run", describe(axes, p.Points[twin].Values), describe(axes, point.Values)), "give each value once")
		}
		known[point.Hash] = i
	}
	p.Hash = p.digest()
	return p, nil
}

// count is the number of combinations.
func count(axes []Axis) (int, error) {
	if len(axes) == 0 {
		return 0, asked("a sweep needs an axis", "give one or more, as in --axis T=2.0:2.8:0.1 --axis depth=1,2,3,4")
	}
	n := 1
	names := map[string]bool{}
	for _, a := range axes {
		if names[a.Name] {
			return 0, asked(fmt.Sprintf("axis %s is given twice", a.Name), "give all its values at once, with commas between them")
		}
		names[a.Name] = true
		if n *= len(a.Values); n > MaxPoints {
			return 0, tooMany(fmt.Sprintf("the axes have more than %d points", MaxPoints))
		}
	}
	return n, nil
}

// combination is the one with this number: the last axis changes fastest.
func combination(axes []Axis, index int) []string {
	values := make([]string, len(axes))
	for i, a := range slices.Backward(axes) {
		values[i] = a.Values[index%len(a.Values)]
		index /= len(a.Values)
	}
	return values
}

// chain lets each point begin from its neighbour before it on the axis of warm
// starts.
func (p *Plan) chain(configs []run.Config) error {
	if p.Warm == "" {
		return nil
	}
	at := slices.IndexFunc(p.Axes, func(a Axis) bool { return a.Name == p.Warm })
	if at < 0 {
		return asked(fmt.Sprintf("there is no axis %s to start warm along", p.Warm), "name one of the axes")
	}
	stride := 1
	for _, a := range p.Axes[at+1:] {
		stride *= len(a.Values)
	}
	for i := range p.Points {
		if i/stride%len(p.Axes[at].Values) == 0 {
			continue
		}
		from := i - stride
		if err := configs[from].CheckTransfer(configs[i].Shape); err != nil {
			return &problem{text: fmt.Sprintf("points along %s cannot begin from each other", p.Warm), hint: "start warm along T, or along L or depth from the smallest on", cause: err, usage: true}
		}
		p.Points[i].From = &from
	}
	return nil
}

// describe names a point by its values, as "T=2.1 depth=3".
func describe(axes []Axis, values []string) string {
	text := ""
	for i, a := range axes {
		if i > 0 {
			text += " "
		}
		text += a.Name + "=" + values[i]
	}
	return text
}

// Describe names a point by its values, as "T=2.1 depth=3".
func (p *Plan) Describe(index int) string { return describe(p.Axes, p.Points[index].Values) }

// Config is the configuration of a point.
func (p *Plan) Config(index int) (run.Config, error) {
	c := p.Base
	if c.From != nil { // what is decoded into it must not change the plan
		from := *c.From
		c.From = &from
	}
	for name, value := range p.Points[index].Settings {
		field, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err == nil {
			err = json.Unmarshal(field, &c)
		}
		if err != nil {
			return c, &problem{text: fmt.Sprintf("setting %q of point %d makes no sense", name, index), hint: "make another plan: neuralrg sweep plan", cause: err}
		}
	}
	return c, nil
}

// fields are the settings of a configuration as JSON has them.
func fields(c any) map[string]json.RawMessage {
	data, err := json.Marshal(c)
	if err != nil {
		panic("sweep: " + err.Error()) // only NaN and Inf, which nothing validated has
	}
	var all map[string]json.RawMessage
	_ = json.Unmarshal(data, &all) // it was written just now
	return all
}

// differing are the settings in which a configuration differs from the base.
func differing(base, c run.Config) map[string]json.RawMessage {
	before, now := fields(base), fields(c)
	for name, value := range now {
		if bytes.Equal(before[name], value) {
			delete(now, name)
		}
	}
	for name := range before {
		if _, given := fields(c)[name]; !given {
			now[name] = nothing(before[name]) // left out when it is empty
		}
	}
	return now
}

// nothing is the empty value in the place of another.
func nothing(instead json.RawMessage) json.RawMessage {
	if bytes.HasPrefix(instead, []byte(`"`)) {
		return json.RawMessage(`""`)
	}
	return json.RawMessage("null")
}

// hash is that of the settings which decide the bits of a run, and of the one
// that it begins from.
func hash(c training.Config, from string) string {
	all := fields(c)
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(sum, "%s=%s\n", name, all[name]) // it never fails
	}
	fmt.Fprintf(sum, "from=%s\n", from)
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// digest is the hash of a plan but for the place where it stands itself.
func (p *Plan) digest() string {
	q := *p
	q.Hash = ""
	data, err := json.Marshal(q)
	if err != nil {
		panic("sweep: " + err.Error()) // as in fields
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// encode writes a plan as it stands in plan.json, a line for each point.
func (p *Plan) encode() ([]byte, error) {
	head := *p
	head.Points = nil
	data, err := json.MarshalIndent(head, "", "  ")
	if err != nil {
		return nil, err
	}
	text := bytes.TrimSuffix(data, []byte("null\n}"))
	text = append(text, '[')
	for i, point := range p.Points {
		line, err := json.Marshal(point)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, "\n    "...), line...)
	}
	return append(text, "\n  ]\n}\n"...), nil
}

// decode reads a plan, and refuses one that was changed since it was made.
func decode(data []byte) (*Plan, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, &problem{text: "it is not a plan", hint: "give a directory that neuralrg sweep plan has made", cause: err}
	}
	if head.Format > Format {
		return nil, &problem{text: fmt.Sprintf("it has format %d, and this program reads up to format %d", head.Format, Format), hint: "use the neuralrg that made it or a later one"}
	}
	var p Plan
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil || p.digest() != p.Hash || !p.sound() {
		return nil, &problem{text: "it was changed since it was made, and a plan never changes", hint: "bring it back from a copy, or make another: neuralrg sweep plan"}
	}
	return &p, nil
}

// sound says that a plan is one that NewPlan makes, as far as its users rely on it.
func (p *Plan) sound() bool {
	for i, point := range p.Points {
		if point.Index != i || len(point.Values) != len(p.Axes) || (point.From != nil && (*point.From < 0 || *point.From >= i)) {
			return false
		}
	}
	return len(p.Points) > 0
}
