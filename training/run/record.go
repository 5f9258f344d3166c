package run

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"neuralrg/model"
	"neuralrg/physics"
)

// Record shows a run as the files of its directory tell it, whether the run is
// over or at work in another process. It writes nothing and locks nothing. It is
// for one goroutine.
type Record struct {
	dir         directory
	plain       Snapshot // what never changes
	checkpoints checkpoints
	picture     *picture
	responder   *responder // nil until it is needed
	informant   *informant // likewise
	examiner    *examiner  // likewise

	metrics, events tail
	history         History
	happened        []Event // the newest
	failure         string  // what the run said when it failed; empty if it has gone on since
	attempt         int     // of the owner that the files were read under

	folder  fs.FileInfo // of the checkpoints, as it was when they were read
	newest  checkpoint  // valid
	flow    *frozen     // its flow; nil if there is none
	flows   *Feed[*frozen]
	skipped []skipped
	draw    int    // of the lattice, if it was drawn afresh here
	fixed   *Fixed // latent of the lattice

	heartbeat string // of the owner
	heard     time.Time
	response  *Response
	levels    *Levels
	gallery   *Gallery
	strip     *Strip

	news    chan struct{}   // what works in the background has something to show
	working context.Context // until the record is closed
	dismiss context.CancelFunc
	workers sync.WaitGroup
}

// OpenRecord opens the directory of a run for looking at. It need not be closed
// if nothing is asked of it.
func OpenRecord(dir string) (*Record, error) {
	d := directory(dir)
	if err := d.checkOurs("give the directory of a run, such as train --dir makes"); err != nil {
		return nil, err
	}
	c, err := ReadConfig(d.path(configName))
	if err != nil {
		return nil, err
	}
	like, err := model.New(c.Shape, c.Seed)
	if err != nil {
		return nil, err
	}
	exact, err := physics.Solve(c.L, c.Temperature)
	if err != nil {
		return nil, err
	}
	r := &Record{
		dir: d,
		plain: Snapshot{
			Dir: dir, Config: c, Parameters: c.Parameters(), Sampler: SamplerOff,
			Exact: Exact{LnZ: exact.LnZ, LnZDual: exact.LnZDual, MagnetizationSquared: exact.MagnetizationSquared},
		},
		checkpoints: newCheckpoints(d.path(checkpointsName), c, like),
		picture:     newPicture(c.Config),
		metrics:     tail{path: d.path(metricsName)},
		events:      tail{path: d.path(eventsName)},
		draw:        -1,
		flows:       NewFeed[*frozen](),
		news:        make(chan struct{}, 1),
	}
	r.working, r.dismiss = context.WithCancel(context.Background())
	return r, nil
}

// Close ends what works in the background for the record.
func (r *Record) Close() {
	r.dismiss()
	r.workers.Wait()
}

// News says, from any goroutine, that the next Read has more to show: what takes
// long is computed in the background.
func (r *Record) News() <-chan struct{} { return r.news }

func (r *Record) tell() { wake(r.news) }

// Read takes up what is new in the files and returns the run as they tell it.
// It is an error if they cannot be reached; a later Read may succeed.
func (r *Record) Read() (*Snapshot, error) {
	if err := r.dir.checkOurs("see whether it was moved or removed"); err != nil {
		return nil, err
	}
	owner, err := OwnerOf(string(r.dir))
	if err != nil {
		return nil, err
	}
	if r.metrics.replaced() || r.events.replaced() || (owner != nil && owner.Attempt != r.attempt) {
		r.forget()
	}
	if owner != nil {
		r.attempt = owner.Attempt
	}
	if err := r.readJournals(); err != nil {
		return nil, err
	}
	if err := r.readCheckpoints(); err != nil {
		return nil, err
	}
	return r.snapshot(r.phase(owner)), nil
}

// forget makes Read begin again: the run was resumed, which may have cut back
// its journals.
func (r *Record) forget() {
	r.metrics, r.events = tail{path: r.metrics.path}, tail{path: r.events.path}
	r.history, r.happened, r.failure = History{}, nil, ""
}

func (r *Record) readJournals() error {
	err := next(&r.metrics, func(m Metrics) error {
		if err := follows(r.history, m); err != nil {
			return err
		}
		r.history = r.history.Append(m)
		return nil
	})
	if err != nil {
		return err
	}
	return next(&r.events, func(e Event) error {
		switch e.Kind {
		case samplerReport:
			return nil
		case "failed":
			r.failure = e.Text
		case "start", "resume":
			r.failure = ""
		}
		r.happened = appendNewest(r.happened, e, newestShown)
		return nil
	})
}

// readCheckpoints takes up the newest checkpoint, if there are new ones. None
// that can be used is no error: there is just no lattice to show.
func (r *Record) readCheckpoints() error {
	folder, err := os.Stat(r.checkpoints.dir)
	if err != nil || (r.folder != nil && os.SameFile(folder, r.folder) && folder.ModTime().Equal(r.folder.ModTime())) {
		return nil
	}
	newest, found, bad, err := r.checkpoints.load()
	r.folder, r.skipped = folder, bad
	if err != nil || !found {
		return nil
	}
	flow, err := model.Restore(r.plain.Config.Shape, newest.Params, newest.Masks)
	if err != nil {
		return err
	}
	r.newest, r.flow = newest, &frozen{epoch: newest.Epoch, flow: flow}
	r.flows.Publish(r.flow)
	return nil
}

// phase says where the run stands. That a run at work is paused, its files do
// not tell.
func (r *Record) phase(owner *Owner) Phase {
	switch {
	case owner != nil && !owner.Dead && r.lives(owner):
		return Training
	case r.failure != "":
		return Failed
	case r.epoch() >= r.plain.Config.Epochs:
		return Finished
	case owner != nil:
		return Interrupted
	}
	return Stopped
}

// lives says whether an owner is alive as far as can be told: one of another
// host is while its heartbeat does not stand still for long by our own clock.
func (r *Record) lives(owner *Owner) bool {
	if r.heartbeat != owner.Heartbeat || r.heard.IsZero() {
		r.heartbeat, r.heard = owner.Heartbeat, time.Now()
	}
	return owner.Here || time.Since(r.heard) < patience
}

// epoch is the last of which there is a trace.
func (r *Record) epoch() int {
	return max(r.newest.Epoch, r.history.Last().Epoch)
}

func (r *Record) snapshot(p Phase) *Snapshot {
	s := r.plain
	s.Phase, s.Epoch, s.Saved = p, r.epoch(), r.newest.Epoch
	s.History, s.Events = r.history.Clip(), append(newestEvents(r.happened), r.damage()...)
	s.Rate, s.BaseRate, s.Response = r.history.Last().Rate, r.newest.Rate, r.response
	s.Levels, s.Gallery = r.levels, r.gallery
	if r.flow != nil {
		s.Lattice = r.picture.paint(r.flow, r.drawing())
		s.Latents = r.picture.z
		r.strip = r.strip.with(s.Lattice)
		s.Strip = r.strip
	}
	if r.examiner != nil {
		s.Examination = r.examiner.latest.Load()
	}
	if r.informant != nil {
		s.Information, s.Inquiry = r.informant.latest.Load(), r.informant.progress.Load()
	}
	if !p.Over() {
		s.Sampler = r.newest.Sampler
		s.EpochsPerSecond, s.Remaining = speed(r.history.Recent, s.Config.Epochs)
	}
	switch p {
	case Failed:
		s.Error, s.Hint = r.failure, "continue it with --resume --dir "+ShellWord(string(r.dir))
	case Interrupted:
		s.Error, s.Hint = "the run was ended from outside", "continue it with --resume --dir "+ShellWord(string(r.dir))
	}
	return &s
}

// damage tells of what cannot be read, as events of the last epoch.
func (r *Record) damage() (events []Event) {
	warn := func(text string) {
		events = append(events, Event{Epoch: r.epoch(), Kind: "warning", Text: text})
	}
	for _, t := range []tail{r.metrics, r.events} {
		if t.bad > 0 {
			warn(fmt.Sprintf("%s has %d lines that cannot be read", t.path, t.bad))
		}
	}
	for _, s := range r.skipped {
		warn(s.String())
	}
	return events
}

// errNoFlow answers what would need a flow.
var errNoFlow = &problem{
	text: "there is no checkpoint that can be used",
	hint: "wait for one if the run is at work, else bring one back from a copy",
}

// Do does those commands that concern only what is looked at, as Kind.Looks has
// them. The next Read shows what they bring about.
func (r *Record) Do(c Command) error {
	if err := c.validate(r.plain.Config.Sites()); err != nil {
		return err
	}
	switch {
	case !c.Kind.Looks():
		return &problem{
			text: "the files of a run can only be looked at",
			hint: "go on with a run that is over by --resume --dir " + ShellWord(string(r.dir)),
		}
	case r.flow == nil:
		return errNoFlow
	case c.Kind == Redraw:
		r.draw = max(r.draw, r.newest.Draw) + 1
		return nil
	case c.Kind == Fix || c.Kind == Release:
		r.fixed = fixing(c)
		return nil
	case c.Kind == Inform:
		return r.inform(c.Spacing)
	case c.Kind == Examine:
		return r.examine(c.Latent)
	case c.Kind == Coarsen:
		return r.coarsen()
	case c.Kind == Gather:
		return r.gather()
	}
	if r.responder == nil {
		r.responder = newResponder(r.plain.Config.Config)
	}
	answer, err := r.responder.respond(context.Background(), r.flow, c.Latent)
	if err != nil {
		return err
	}
	r.response = answer
	return nil
}

// inform asks for an Information, with all the time of a core: nothing is trained
// here.
func (r *Record) inform(spacing int) error {
	if r.informant == nil {
		c := r.plain.Config
		energy, err := physics.NewIsing(c.L, c.Temperature)
		if err != nil {
			return err
		}
		r.informant = newInformant(c.Config, energy, r.plain.Exact.LnZDual, r.flows, 1, r.tell)
		r.workers.Go(func() { r.informant.work(r.working) })
	}
	r.informant.ask(spacing)
	return nil
}

// examine asks for an Examination, likewise.
func (r *Record) examine(latent int) error {
	if r.examiner == nil {
		c := r.plain.Config
		energy, err := physics.NewIsing(c.L, c.Temperature)
		if err != nil {
			return err
		}
		r.examiner = newExaminer(c.Config, energy, r.flows, alone, r.tell)
		r.workers.Go(func() { r.examiner.work(r.working) })
	}
	r.examiner.ask(latent)
	return nil
}

// drawing is that of the lattice that the next Read shows.
func (r *Record) drawing() drawing { return drawing{max(r.draw, r.newest.Draw), r.fixed} }

// gather draws the lattices beside the one that the next Read shows.
func (r *Record) gather() error {
	g, err := newPicture(r.plain.Config.Config).gallery(context.Background(), r.flow, r.drawing())
	if err != nil {
		return err
	}
	r.gallery = g
	return nil
}

// coarsen takes the lattice that the next Read shows through the levels.
func (r *Record) coarsen() error {
	l, err := newPicture(r.plain.Config.Config).levels(context.Background(), r.flow, r.drawing())
	if err != nil {
		return err
	}
	r.levels = l
	return nil
}
